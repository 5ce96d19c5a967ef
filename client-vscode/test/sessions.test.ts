import { describe, expect, it } from "vitest";
import type { Session, SessionEvent, Status } from "../src/protocol";
import { Sessions } from "../src/sessions";
import { caller, proposal, session } from "./samples";

/** A server with these sessions; `reads` is how it was asked for them. */
function stage(...listed: Session[]) {
  const server = caller({ listSessions: () => structuredClone(listed) });
  const sessions = new Sessions(server);
  const reads = () => server.calls.map(([, argument]) => argument);
  return { listed, reads, sessions };
}

function status(status: Status, sessionId = "s1"): SessionEvent {
  return { kind: "status", sessionId, seq: 1, status };
}

describe("sessions", () => {
  it("are listed newest first, each with what the server says can be done", async () => {
    const { sessions } = stage(
      session({ sessionId: "old", startedAt: 1 }),
      session({ sessionId: "new", startedAt: 2, actions: ["review"] }),
    );
    await sessions.refresh();
    expect(sessions.all.map((each) => each.sessionId)).toEqual(["new", "old"]);
    expect(sessions.withAction("review").map((each) => each.sessionId)).toEqual(["new"]);
  });

  it("are read again, one by one, when something has changed", async () => {
    const { listed, reads, sessions } = stage(session());
    await sessions.refresh();
    listed[0] = session({ status: "awaitingReview", actions: ["review"] });
    let told = 0;
    sessions.onChange(() => {
      told += 1;
    });
    await sessions.hear(proposal());
    expect(reads()).toEqual([{}, { sessionId: "s1" }]);
    expect(sessions.find("s1")?.status).toBe("awaitingReview");
    expect(told).toBe(1);
  });

  it("are not read again for text", async () => {
    const { reads, sessions } = stage(session());
    await sessions.hear({ kind: "text", sessionId: "s1", seq: 1, text: "Hm." });
    const call = { sessionId: "s1", seq: 2, id: "1", name: "read", title: "" };
    await sessions.hear({ kind: "toolCall", ...call });
    await sessions.hear({ kind: "toolResult", ...call });
    expect(reads()).toEqual([]);
  });

  it("of one title are told apart by the time at which they began", async () => {
    const { sessions } = stage(
      session({ sessionId: "a", startedAt: 1 }),
      session({ sessionId: "b", startedAt: 2 }),
      session({ sessionId: "c", title: "Add `limit`" }),
      session({ sessionId: "ended", title: "Add `limit`", actions: [] }),
    );
    await sessions.refresh();
    const names = ["a", "b"].map((each) => sessions.name(each));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^“Guard mean\(\)” of .*\d/);
    expect(sessions.name("c")).toBe("“Add `limit`”");
    expect(sessions.name("unknown")).toBe("The specialist");
  });

  it("that were deleted are gone", async () => {
    const { listed, sessions } = stage(session());
    await sessions.refresh();
    listed.pop();
    await sessions.hear(status("completed"));
    expect(sessions.all).toEqual([]);
  });

  it("are read once more when something happens meanwhile", async () => {
    let reads = 0;
    const server = caller({
      listSessions: () => {
        reads += 1;
        // The first answer was made before the session completed, and arrives after its event.
        if (reads === 1) void sessions.hear(status("completed"));
        return [session({ status: reads === 1 ? "running" : "completed" })];
      },
    });
    const sessions = new Sessions(server);
    await sessions.refresh();
    expect(sessions.find("s1")?.status).toBe("completed");
    expect(reads).toBe(2);
  });

  it("can be read again after the server has failed once", async () => {
    let fails = true;
    const server = caller({
      listSessions: () => {
        if (fails) throw new Error("The server does not run.");
        return [session()];
      },
    });
    const sessions = new Sessions(server);
    await expect(sessions.refresh()).rejects.toThrow("does not run");
    fails = false;
    await sessions.refresh();
    expect(sessions.all).toHaveLength(1);
  });
});
