import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Typing } from "../src/typing";
import { window } from "./vscode";

const document = (scheme: string) => ({ uri: { scheme } });
const CHANGE = [{ text: "a" }];

/** Whether something waits for the user to stop typing after a change. */
async function holdsUp(changed: object, contentChanges: object[] = CHANGE): Promise<boolean> {
  const typing = new Typing();
  typing.hear({ document: changed, contentChanges } as never);
  let waits = true;
  void typing.pause().then(() => {
    waits = false;
  });
  await turn();
  return waits;
}

beforeEach(() => {
  vi.resetAllMocks();
});

describe("typing", () => {
  it.each([
    ["file", true],
    ["untitled", true],
    ["vscode-notebook-cell", true],
    ["vscode-remote", true],
    ["vscode-vfs", true],
    ["output", false],
    ["backend-specialist", false],
  ])("is a change of the text in front, if a user writes such: %s", async (scheme, typed) => {
    const front = document(scheme);
    window.activeTextEditor = { document: front };
    expect(await holdsUp(front)).toBe(typed);
  });

  it("is no change of another text, nor of the state of this one", async () => {
    const front = document("file");
    window.activeTextEditor = { document: front };
    expect(await holdsUp(document("file"))).toBe(false);
    expect(await holdsUp(front, [])).toBe(false);
  });
});
