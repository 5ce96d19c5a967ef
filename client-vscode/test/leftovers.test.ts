import { beforeEach, describe, expect, it, vi } from "vitest";
import { recall } from "../src/leftovers";
import type { Session } from "../src/protocol";
import { Sessions } from "../src/sessions";
import { caller, session } from "./samples";
import { commands, window } from "./vscode";

const left = (sessionId: string, startedAt: number, waiting = true) =>
  session({ sessionId, startedAt, waiting, status: "interrupted", actions: ["review", "reply"] });

/** A server that has started anew; `before` is what this window knew of the last one. */
async function stage(before: Session[], after: Session[]) {
  let listed = before;
  const server = caller({
    listSessions: () => listed,
    review: ({ sessionId }) => {
      if (sessionId === "taken") throw new Error("Another window was quicker.");
      return { sessionId };
    },
  });
  const sessions = new Sessions(server);
  await sessions.refresh();
  listed = after;
  const log = { warn: vi.fn() };
  const failed = vi.fn();
  await recall(server, sessions, log, failed);
  const sent = (name: string) =>
    server.calls.filter(([called]) => called === name).map(([, given]) => given);
  const asked = () => window.showInformationMessage.mock.calls;
  return { asked, failed, log, sent };
}

beforeEach(() => {
  vi.resetAllMocks();
});

describe("what the last server left", () => {
  it("is opened again where it is one proposal", async () => {
    const { asked, sent } = await stage([], [left("a", 1), session({ sessionId: "b" })]);
    expect(sent("review")).toEqual([{ sessionId: "a" }]);
    expect(asked()).toEqual([]);
  });

  it.each([
    [2, "1 more proposal"],
    [4, "3 more proposals"],
  ])("is one diff and one count of the others, of %i", async (count, text) => {
    const all = Array.from({ length: count }, (_, at) => left(`s${at}`, at));
    window.showInformationMessage.mockResolvedValue("Show Sessions");
    const { asked, sent } = await stage([], all);
    expect(sent("review")).toEqual([{ sessionId: `s${count - 1}` }]);
    expect(asked()).toEqual([[expect.stringContaining(text), "Show Sessions"]]);
    await vi.waitFor(() =>
      expect(commands.executeCommand).toHaveBeenCalledWith("backendSpecialist.client.sessions"),
    );
  });

  it("is all that this window had open, and not what was counted before", async () => {
    const active = ["a", "b"].map((sessionId) => session({ sessionId }));
    const old = left("old", 0);
    const { asked, sent } = await stage([...active, old], [left("a", 1), left("b", 2), old]);
    expect(sent("review")).toEqual([{ sessionId: "b" }, { sessionId: "a" }]);
    expect(asked()).toEqual([]);
  });

  it("goes on, where it broke off in this window, when the user says so", async () => {
    window.showInformationMessage.mockResolvedValue("Continue");
    const broken = [left("a", 1, false), left("old", 0, false)];
    const { asked, sent } = await stage([session({ sessionId: "a" })], broken);
    expect(asked()).toHaveLength(1);
    await vi.waitFor(() => expect(sent("reply")).toMatchObject([{ sessionId: "a" }]));
  });

  it("is no trouble for the user where another window has it", async () => {
    const { failed, log } = await stage([], [left("taken", 1)]);
    await vi.waitFor(() => expect(log.warn).toHaveBeenCalled());
    expect(failed).not.toHaveBeenCalled();
  });
});
