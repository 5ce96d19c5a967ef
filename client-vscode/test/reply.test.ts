import { beforeEach, describe, expect, it, vi } from "vitest";
import { Replies } from "../src/reply";
import { Sessions } from "../src/sessions";
import { type Asked, Waiting } from "../src/waiting";
import { caller, proposal, request, session } from "./samples";
import { window } from "./vscode";

type Box = { prompt: string; value: string };

const GOES_ON = /The session goes on with it\.$/;
const REJECTS = /This rejects the waiting edits, with your text as the reason\.$/;
const ANSWERS = /This answers its question: Which database\?$/;
const READ_LATER = /It reads this after you have decided what it may do\.$/;
const permission = request({ kind: "permission", requestId: "permission-1" });

/** A session that asks something; `change` gives what happens while the user writes the first reply. */
async function stage(asked?: Asked, change: () => void = () => {}, refusals: Error[] = []) {
  const listed = [session()];
  const server = caller({
    listSessions: () => structuredClone(listed),
    reply: () => {
      const refusal = refusals.pop();
      if (refusal) throw refusal;
      return { sessionId: "s1" };
    },
  });
  const sessions = new Sessions(server);
  await sessions.refresh();
  const waiting = new Waiting();
  if (asked) waiting.hear(asked);
  window.showInputBox.mockImplementationOnce(async () => {
    change();
    return "Use SQLite";
  });
  window.showInputBox.mockImplementationOnce(async (box) => `${(box as Box).value}, please`);
  const reply = () => new Replies(server, sessions, waiting).to("s1");
  const boxes = () => window.showInputBox.mock.calls.map(([box]) => box as Box);
  const replies = () => server.calls.filter(([name]) => name === "reply").map(([, given]) => given);
  return { boxes, listed, replies, reply, waiting };
}

beforeEach(() => {
  vi.resetAllMocks();
});

describe("a reply", () => {
  it.each([
    ["goes on with a session that asks nothing", undefined, GOES_ON],
    ["rejects what is proposed", proposal(), REJECTS],
    ["answers a question", request(), ANSWERS],
    ["is no answer to a permission", permission, READ_LATER],
  ])("%s, and its box says so", async (_, asked, says) => {
    const { boxes, replies, reply } = await stage(asked);
    await reply();
    expect(boxes().map((box) => box.prompt)).toEqual([expect.stringMatching(says)]);
    expect(replies()).toEqual([{ sessionId: "s1", text: "Use SQLite" }]);
  });

  it.each([
    ["a proposal comes", undefined, proposal(), REJECTS],
    ["a question comes", undefined, request(), ANSWERS],
    ["a permission is asked", undefined, permission, READ_LATER],
    ["another proposal comes", proposal(), proposal({ proposalId: "p2" }), REJECTS],
    ["another question comes", request(), request({ requestId: "question-2" }), ANSWERS],
  ])("becomes nothing else because %s meanwhile", async (_, before, after, says) => {
    const { boxes, replies, reply, waiting } = await stage(before, () => waiting.hear(after));
    await reply();
    const [, again] = boxes();
    expect(again?.prompt).toMatch(/^What the session waits for has changed/);
    expect(again?.prompt).toMatch(says);
    expect(again?.value).toBe("Use SQLite");
    expect(replies()).toEqual([{ sessionId: "s1", text: "Use SQLite, please" }]);
  });

  it("is no next message to a session whose question was answered meanwhile", async () => {
    const answered = { kind: "status", sessionId: "s1", seq: 5, status: "running" } as const;
    const { boxes, reply, waiting } = await stage(request(), () => waiting.hear(answered));
    await reply();
    expect(boxes()[1]?.prompt).toMatch(GOES_ON);
  });

  it("rejects edits of an earlier server only if its box has said so", async () => {
    const { boxes, listed, reply } = await stage(undefined, () => {
      listed[0] = session({ status: "interrupted", waiting: true });
    });
    await reply();
    expect(boxes().map((box) => box.prompt)).toEqual([
      expect.stringMatching(GOES_ON),
      expect.stringMatching(REJECTS),
    ]);
  });

  it("is sent although the same proposal was opened again meanwhile", async () => {
    const { boxes, reply, waiting } = await stage(proposal(), () => waiting.hear(proposal()));
    await reply();
    expect(boxes()).toHaveLength(1);
  });

  it("that fails comes back into the box, with the reason", async () => {
    const refusal = new Error("Another window runs it. [Go](command:x)");
    const { boxes, replies, reply } = await stage(undefined, undefined, [refusal]);
    await reply();
    expect(boxes()[1]).toMatchObject({
      prompt: "Another window runs it. [Go] (command:x) The session goes on with it.",
      value: "Use SQLite",
    });
    expect(replies().at(-1)).toEqual({ sessionId: "s1", text: "Use SQLite, please" });
  });
});
