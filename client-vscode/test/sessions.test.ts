import { describe, expect, it } from "vitest";
import type { Session } from "../src/protocol";
import { actionsOf, Sessions } from "../src/sessions";
import { caller, outcome, proposal, request, session } from "./samples";

async function listing(...listed: Session[]) {
  const server = caller({ listSessions: () => structuredClone(listed) });
  const sessions = new Sessions(server);
  await sessions.refresh();
  return { server, sessions };
}

describe("what can be done with a session", () => {
  const accepted = [outcome("app/main.py", "accepted")];
  it.each([
    ["a running one is cancelled or replied to", session(), undefined, "cancel reply transcript"],
    [
      "a waiting proposal is reviewed",
      session({ status: "awaitingReview", waiting: true }),
      proposal(),
      "review cancel reply transcript",
    ],
    [
      "a question is answered",
      session({ status: "awaitingAnswer" }),
      request(),
      "answer cancel reply transcript",
    ],
    [
      "an interrupted proposal is reviewed before anything else is said",
      session({ status: "interrupted", waiting: true }),
      undefined,
      "review transcript delete",
    ],
    [
      "applied edits are reverted once the session has ended",
      session({ status: "completed", outcomes: accepted, deliverable: true }),
      undefined,
      "reply revert transcript deliverable saveDeliverable delete",
    ],
    [
      "refused edits are not",
      session({ status: "completed", outcomes: [outcome("app/main.py", "refused")] }),
      undefined,
      "reply transcript delete",
    ],
    [
      "nothing is reverted while it runs",
      session({ outcomes: accepted }),
      undefined,
      "cancel reply transcript",
    ],
  ])("%s", (_, given, waiting, actions) => {
    expect(actionsOf(given, waiting).join(" ")).toBe(actions);
  });
});

describe("sessions", () => {
  it("follow the events", async () => {
    const { sessions } = await listing(session());
    const asked = proposal();
    sessions.hear({ kind: "status", sessionId: "s1", seq: 1, status: "awaitingReview" });
    sessions.hear(asked);
    expect(sessions.waiting("s1")).toBe(asked);
    expect(sessions.withAction("review")).toHaveLength(1);

    const outcomes = [outcome("b.py", "accepted"), outcome("a.py", "refused")];
    sessions.hear({ kind: "review", sessionId: "s1", seq: 2, proposalId: "p1", outcomes });
    expect(sessions.waiting("s1")).toBeUndefined();
    sessions.hear({ kind: "deliverable", sessionId: "s1", seq: 3, name: "", title: "" });
    sessions.hear({ kind: "status", sessionId: "s1", seq: 4, status: "completed" });
    const found = sessions.find("s1");
    expect(found).toMatchObject({ status: "completed", files: ["a.py", "b.py"], outcomes });
    expect(found?.deliverable).toBe(true);
  });

  it("that are new are read from the server", async () => {
    const listed: Session[] = [];
    const server = caller({ listSessions: () => structuredClone(listed) });
    const sessions = new Sessions(server);
    listed.push(session());
    sessions.hear({ kind: "status", sessionId: "s1", seq: 1, status: "running" });
    await sessions.refresh();
    expect(sessions.all.map((each) => each.sessionId)).toEqual(["s1"]);
  });

  it("are read once more when something happens meanwhile", async () => {
    let reads = 0;
    const server = caller({
      listSessions: () => {
        reads += 1;
        // The first answer was made before the session completed, and arrives after its event.
        if (reads === 1) {
          sessions.hear({ kind: "status", sessionId: "s1", seq: 2, status: "completed" });
        }
        return [session({ status: reads === 1 ? "running" : "completed" })];
      },
    });
    const sessions = new Sessions(server);
    await sessions.refresh();
    expect(sessions.find("s1")?.status).toBe("completed");
    expect(reads).toBe(2);
  });

  it("have nothing open once the server has gone", async () => {
    const { sessions } = await listing(session({ status: "awaitingAnswer" }));
    sessions.hear(request());
    expect(sessions.withAction("answer")).toHaveLength(1);
    sessions.lose();
    expect(sessions.withAction("answer")).toHaveLength(0);
  });
});
