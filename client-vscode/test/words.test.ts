import { describe, expect, it } from "vitest";
import { cost, failure, line, message, results, statusOf, summary, tokens } from "../src/words";
import { outcome, proposal, session, USAGE } from "./samples";

describe("words", () => {
  it("say how much is proposed", () => {
    expect(summary(proposal())).toBe("3 edits in 2 files, +4 −1");
    const [file] = proposal().files;
    expect(summary(proposal({ files: file ? [{ ...file, hunks: [{ id: "h" }] }] : [] }))).toBe(
      "1 edit in 1 file, +4 −1",
    );
  });

  it("never show an unknown cost as a number", () => {
    expect(cost([USAGE])).toBe("$0.012");
    expect(cost([USAGE, { ...USAGE, cost: 1 }])).toBe("$1.01");
    expect(cost([USAGE, { ...USAGE, cost: null }])).toBe("");
    expect(cost([])).toBe("");
  });

  it("count every token", () => {
    expect(tokens(USAGE)).toBe("4k tokens");
    expect(tokens({ ...USAGE, inputTokens: 2_000_000 })).toBe("2.0M tokens");
  });

  it("count outcomes", () => {
    const outcomes = [outcome("a", "accepted"), outcome("b", "refused"), outcome("c", "accepted")];
    expect(results(outcomes)).toBe("2 accepted, 1 refused");
  });

  it("tell an interrupted session that waits from one that does not", () => {
    expect(statusOf(session({ status: "interrupted" }))).toBe("interrupted");
    expect(statusOf(session({ status: "interrupted", waiting: true }))).toContain("your review");
  });

  it("say of a failure how bad it is and what comes next, without a link", () => {
    expect(failure(session())).toBe("");
    const error = {
      message: "No key.\n[go](command:x)",
      category: "system",
      severity: "critical",
      attempts: 2,
      nextSteps: ["Set the key.", "Reply."],
    };
    expect(failure(session({ status: "failed", error }))).toBe(
      "No key. [go] (command:x) (critical, system; 2 attempts)\nNext: Set the key.\nNext: Reply.",
    );
  });

  it.each([
    ["a title cannot have a second line", "Fix\nAllowed: all", "Fix Allowed: all"],
    ["it cannot run backwards", "abc\u202Edef", "abc def"],
    ["it cannot hold an escape sequence", "a\u001b[31mb", "a [31mb"],
    ["it is cut", "x".repeat(20), `${"x".repeat(9)}…`],
  ])("%s", (_, text, expected) => {
    expect(line(text, text.length === 20 ? 10 : 200)).toBe(expected);
  });

  it("leave no link in a notification", () => {
    expect(message("[click](command:workbench.action.quit)")).not.toMatch(/\]\(/);
  });
});
