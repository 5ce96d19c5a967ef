import { beforeEach, describe, expect, it, vi } from "vitest";
import { Approvals } from "../src/approvals";
import type { Outcome, Request } from "../src/protocol";
import { Sessions } from "../src/sessions";
import { Typing } from "../src/typing";
import { Waiting } from "../src/waiting";
import { caller, outcome, proposal, request, session } from "./samples";
import { tabs } from "./tabs";
import { commands, TabInputText, window } from "./vscode";

const REVIEWED = {
  kind: "review",
  sessionId: "s1",
  seq: 10,
  proposalId: "p1",
  outcomes: [] as Outcome[],
} as const;
const CANCELLED = { kind: "status", sessionId: "s1", seq: 11, status: "cancelled" } as const;

function stage(answered: Parameters<typeof caller>[0] = {}, typing = new Typing()) {
  const listed = [session(), session({ sessionId: "s2", startedAt: 1795628300.2 })];
  const listSessions = (given: { sessionId?: string }) =>
    listed.filter(({ sessionId }) => sessionId === given.sessionId);
  const server = caller({ listSessions, ...answered });
  const approvals = new Approvals(server, new Sessions(server), new Waiting(), typing);
  const answers = () =>
    server.calls.filter(([name]) => name === "answer").map(([, given]) => given);
  const hear = (event: Parameters<Approvals["hear"]>[0]) => approvals.hear(event);
  return { approvals, hear, answers };
}

beforeEach(() => {
  vi.resetAllMocks();
  window.tabGroups.all = [];
  window.tabGroups.activeTabGroup = {};
});

describe("a proposal", () => {
  it("opens the diff before it is asked about: created files have no base", async () => {
    const { hear } = stage();
    const order: string[] = [];
    commands.executeCommand.mockImplementation(async (...given) => order.push(`${given[0]}`));
    window.showInformationMessage.mockImplementation(async () => {
      order.push("asked");
      return undefined;
    });
    await hear(proposal());
    expect(order).toEqual(["vscode.changes", "asked"]);
    const [, title, resources] = commands.executeCommand.mock.calls[0] ?? [];
    expect(title).toBe("Proposed: Guard mean()");
    expect((resources as unknown[][]).map((row) => row.map(String))).toEqual([
      [
        "file:///shop/app/main.py",
        "backend-specialist:/app/main.py?s1/p1/base/0",
        "backend-specialist:/app/main.py?s1/p1/proposed/0",
      ],
      ["file:///shop/app/main.py", "undefined", "backend-specialist:/app/main.py?s1/p1/proposed/0"],
    ]);
  });

  it.each([
    ["Review is the preview", "Review", { decision: "review" }],
    ["Apply all is everything", "Apply all", { decision: "applyAll" }],
  ])("%s", async (_, choice, decision) => {
    const { hear, answers } = stage();
    window.showInformationMessage.mockResolvedValue(choice);
    await hear(proposal());
    expect(answers()).toEqual([{ sessionId: "s1", proposalId: "p1", ...decision }]);
  });

  it("that is cancelled leaves the Refactor Preview alone: another session's edits may be in it", async () => {
    const { hear } = stage();
    window.showInformationMessage.mockResolvedValue("Review");
    await hear(proposal({ sessionId: "s2" }));
    await hear(proposal());
    await hear(CANCELLED);
    const called = commands.executeCommand.mock.calls.map(([name]) => name);
    expect(called).not.toContain("refactorPreview.discard");
  });

  it("that is dismissed is not answered", async () => {
    const { hear, answers } = stage();
    await hear(proposal());
    expect(answers()).toEqual([]);
    expect(window.tabGroups.close).not.toHaveBeenCalled();
  });

  it.each([
    ["with a reason, it goes to the model", " Raise ValueError ", { reason: "Raise ValueError" }],
    ["without one, nothing is said", "", {}],
  ])("is rejected %s", async (_, reason, given) => {
    const { hear, answers } = stage();
    window.showInformationMessage.mockResolvedValue("Reject…");
    window.showInputBox.mockResolvedValue(reason);
    await hear(proposal());
    expect(answers()).toEqual([
      { sessionId: "s1", proposalId: "p1", decision: "reject", ...given },
    ]);
  });

  it("stays open when Escape is pressed in the box for the reason", async () => {
    const { hear, answers } = stage();
    window.showInformationMessage.mockResolvedValue("Reject…");
    await hear(proposal());
    expect(answers()).toEqual([]);
  });

  it("of a protected file says why it has a question of its own", async () => {
    const { hear } = stage();
    await hear(proposal({ protected: "CI runs this file." }));
    const [text] = window.showWarningMessage.mock.calls[0] ?? [];
    expect(text).toContain("CI runs this file.");
    expect(window.showInformationMessage).not.toHaveBeenCalled();
  });

  it.each([
    [
      "answered elsewhere",
      { kind: "review" as const, proposalId: "p1", outcomes: [outcome("app/main.py", "accepted")] },
    ],
    ["cancelled", { kind: "status" as const, status: "cancelled" as const }],
  ])("that was %s closes its diff, and no text editor", async (_, end) => {
    const { hear } = stage();
    const { restore, labels } = tabs();
    restore("Proposed: Guard mean()", new TabInputText());
    await hear(proposal());
    await hear({ sessionId: "s1", seq: 10, ...end });
    expect(labels()).toEqual(["Proposed: Guard mean()"]);
  });

  it("that is cancelled while its diff opens is not asked about", async () => {
    const { hear } = stage();
    let cancelled: Promise<void> | undefined;
    const { labels } = tabs({
      before: async () => {
        cancelled = hear(CANCELLED);
      },
    });
    await hear(proposal());
    await cancelled;
    expect(window.showInformationMessage).not.toHaveBeenCalled();
    expect(labels()).toEqual([]);
  });

  it("goes with the server that asked, and so does its diff", async () => {
    const { approvals, hear } = stage();
    const { labels } = tabs();
    await hear(proposal());
    await approvals.forget();
    expect(labels()).toEqual([]);
  });

  it("that cannot be rejected now leaves the reason in the box", async () => {
    const refusals = [new Error("The server does not run.")];
    const { hear, answers } = stage({
      answer: () => {
        const refusal = refusals.pop();
        if (refusal) throw refusal;
        return { sessionId: "s1" };
      },
    });
    window.showInformationMessage.mockResolvedValue("Reject…");
    window.showInputBox.mockResolvedValueOnce("Raise ValueError");
    window.showInputBox.mockImplementationOnce(async (box) => (box as { value: string }).value);
    await hear(proposal());
    expect(window.showInputBox.mock.calls[1]?.[0]).toMatchObject({
      prompt: expect.stringMatching(/^The server does not run\. With a reason/),
    });
    expect(answers().map((each) => (each as { reason: string }).reason)).toEqual([
      "Raise ValueError",
      "Raise ValueError",
    ]);
  });

  it.each(["Guard mean()", "Guard mean() (for good)"])(
    "closes its own diff, and not that of another session called %s",
    async (other) => {
      const { hear } = stage();
      await hear(proposal());
      await hear(proposal({ sessionId: "s2", title: other }));
      const titles = commands.executeCommand.mock.calls.map(([, title]) => `${title}`);
      expect(new Set(titles).size).toBe(2);
      const tabs = titles.map((title) => ({ label: `${title} (2 files)`, input: undefined }));
      window.tabGroups.all = [{ tabs }];
      await hear(REVIEWED);
      await hear({ ...CANCELLED, sessionId: "s2" });
      expect(window.tabGroups.close.mock.calls).toEqual(tabs.map((tab) => [[tab]]));
    },
  );

  it.each([
    ["it was answered", (approvals: Approvals) => approvals.hear(CANCELLED)],
    ["the server has gone", async (approvals: Approvals) => approvals.forget()],
  ])("does not open while the user types, nor after %s", async (_, end) => {
    let release = () => {};
    const typing = { pause: () => new Promise<void>((resolve) => (release = resolve)) };
    const { approvals, hear } = stage({}, typing as Typing);
    const heard = hear(proposal());
    expect(commands.executeCommand).not.toHaveBeenCalled();
    await end(approvals);
    release();
    await heard;
    expect(commands.executeCommand).not.toHaveBeenCalled();
    expect(window.showInformationMessage).not.toHaveBeenCalled();
  });
});

describe("a question", () => {
  it("opens its list only when the user asks for it", async () => {
    const { hear, answers } = stage();
    await hear(request());
    expect(window.showQuickPick).not.toHaveBeenCalled();
    expect(answers()).toEqual([]);
  });

  it.each([
    ["is answered by an option", request(), "SQLite", undefined, "SQLite"],
    ["is answered in the user's own words", request(), "Another answer…", " DuckDB ", "DuckDB"],
    ["without options is answered in words", request({ options: [] }), undefined, "MySQL", "MySQL"],
  ])("%s", async (_, asked: Request, picked, typed, text) => {
    const { hear, answers } = stage();
    window.showInformationMessage.mockResolvedValue("Answer…");
    window.showQuickPick.mockResolvedValue(picked);
    window.showInputBox.mockResolvedValue(typed);
    await hear(asked);
    expect(answers()).toEqual([{ sessionId: "s1", requestId: "question-1", text }]);
  });
});

describe("what no notification holds", () => {
  const url = `https://docs.example.com/search?q=${"a".repeat(1900)}END`;
  const permission = request({ kind: "permission", title: `Fetch ${url}?`, detail: url });
  const question = request({ detail: `${"Which one? ".repeat(150)}Mind the END` });

  it.each([
    ["a permission", permission, window.showWarningMessage, ["Show All…", "Reject"]],
    ["a question", question, window.showInformationMessage, ["Show All…"]],
  ])(
    "offers nothing to agree with before all of it was shown: %s",
    async (_, asked, show, first) => {
      const { hear, answers } = stage();
      show.mockResolvedValueOnce("Show All…");
      await hear(asked);
      const [[text, ...buttons], [, options, ...more]] = show.mock.calls as [
        [string, ...string[]],
        [string, { modal: boolean; detail: string }, ...string[]],
      ];
      expect(text.length).toBeLessThan(300);
      expect(text).toMatch(/ \([\d]{4} characters\)$/);
      expect(buttons).toEqual(first);
      expect(options.modal).toBe(true);
      expect(options.detail).toContain(asked.detail);
      expect(more[0]).toMatch(/Allow once|Answer…/);
      expect(answers()).toEqual([]);
    },
  );

  it("can be refused unread, and allowed when it was read", async () => {
    const { hear, answers } = stage();
    window.showWarningMessage.mockResolvedValueOnce("Reject");
    await hear(permission);
    window.showWarningMessage
      .mockResolvedValueOnce("Show All…")
      .mockResolvedValueOnce("Allow once");
    await hear(permission);
    expect(answers().map((given) => (given as { decision: string }).decision)).toEqual([
      "reject",
      "once",
    ]);
  });
});

describe("a permission", () => {
  it.each([
    ["Fetch https://example.org/a?", "https://example.org/a", "Fetch https://example.org/a?"],
    ["Read outside?", "/etc/hosts", "Read outside? /etc/hosts"],
  ])("shows the whole subject, once: %s", async (title, detail, text) => {
    const { hear } = stage();
    await hear(request({ kind: "permission", sessionId: "unknown", title, detail }));
    expect(window.showWarningMessage.mock.calls[0]?.[0]).toBe(`The specialist: ${text}`);
  });

  const asked = request({ kind: "permission", requestId: "permission-1", title: "Read the web" });
  it.each([
    ["Allow once", "once"],
    ["Allow in this session", "session"],
    ["Reject", "reject"],
  ])("%s is %s", async (choice, decision) => {
    const { hear, answers } = stage();
    window.showWarningMessage.mockResolvedValue(choice);
    await hear(asked);
    expect(answers()).toEqual([{ sessionId: "s1", requestId: "permission-1", decision }]);
  });

  it("that is dismissed is not granted", async () => {
    const { hear, answers } = stage();
    await hear(asked);
    expect(answers()).toEqual([]);
  });
});

describe("two sessions of one title", () => {
  it.each([
    ["proposal", () => proposal(), window.showInformationMessage],
    ["question", () => request(), window.showInformationMessage],
    ["permission", () => request({ kind: "permission" }), window.showWarningMessage],
  ] as const)("ask in other words: VS Code shows one %s of two that are equal", async (...row) => {
    const [, asked, show] = row;
    const { hear } = stage();
    await hear(asked());
    await hear({ ...asked(), sessionId: "s2" });
    const texts = show.mock.calls.map(([text]) => `${text}`);
    expect(new Set(texts).size).toBe(2);
    for (const text of texts) expect(text).toContain("Guard mean()");
  });
});
