/** Sessions and events for the tests. */
import { vi } from "vitest";
import type { Action, Calls, Outcome, Proposal, Request, Result, Session } from "../src/protocol";

export const USAGE = {
  inputTokens: 100,
  outputTokens: 200,
  cacheReadTokens: 3000,
  cacheWriteTokens: 700,
  cost: 0.012,
};

/** What the server says of a session that has ended. */
export const ENDED: Action[] = ["reply", "showTranscript", "deleteSession"];

export function session(given: Partial<Session> = {}): Session {
  return {
    sessionId: "s1",
    title: "Guard mean()",
    agent: "specialist-backend",
    status: "running",
    startedAt: 1795628259.1,
    files: [],
    outcomes: [],
    usage: { ...USAGE },
    waiting: false,
    deliverable: false,
    error: null,
    actions: ["cancel", "reply", "showTranscript"],
    ...given,
  };
}

export function outcome(file: string, result: Result): Outcome {
  return {
    path: `/shop/${file}`,
    file,
    hunk: `${file}-${result}`,
    result,
    lines: "1-2",
    reason: "",
  };
}

export function proposal(given: Partial<Proposal> = {}): Proposal {
  const file = {
    label: "app/main.py",
    uri: "file:///shop/app/main.py",
    created: false,
    deleted: false,
    baseUri: "backend-specialist:/app/main.py?s1/p1/base/0",
    proposedUri: "backend-specialist:/app/main.py?s1/p1/proposed/0",
    hunks: [{ id: "h1" }, { id: "h2" }],
  };
  const created = { ...file, label: "tests/test_mean.py", created: true, hunks: [{ id: "h3" }] };
  return {
    kind: "proposal",
    sessionId: "s1",
    seq: 9,
    proposalId: "p1",
    title: "Guard mean()",
    protected: "",
    added: 4,
    removed: 1,
    files: [file, created],
    ...given,
  };
}

export function request(given: Partial<Request> = {}): Request {
  return {
    kind: "question",
    sessionId: "s1",
    seq: 4,
    requestId: "question-1",
    title: "Storage",
    detail: "Which database?",
    options: ["PostgreSQL", "SQLite"],
    ...given,
  };
}

/** A server that answers what a test says, and remembers what it was asked. */
export function caller(
  answers: { [Name in keyof Calls]?: (argument: Calls[Name][0]) => Calls[Name][1] } = {},
) {
  const calls: [string, unknown][] = [];
  const call = vi.fn(async (name: keyof Calls, argument: unknown) => {
    calls.push([name, argument]);
    return answers[name]?.(argument as never) ?? {};
  });
  return { calls, call: call as never };
}
