import { beforeEach, describe, expect, it, vi } from "vitest";
import { described, placeOf } from "../src/place";
import { languages } from "./vscode";

const at = (line: number, character: number) => ({ line, character });

function editor(scheme: string, isEmpty: boolean): never {
  const uri = { scheme, toString: () => `${scheme}:///a.py` };
  const selection = { isEmpty, start: at(1, 2), end: at(3, 4) };
  return { document: { uri, version: 7 }, selection } as never;
}

function problem(message: string, touches: boolean) {
  const range = { start: at(2, 0), end: at(2, 9), intersection: () => touches || undefined };
  return { message, severity: 1, source: "lint", range };
}

beforeEach(() => {
  vi.resetAllMocks();
  languages.getDiagnostics.mockReturnValue([]);
});

describe("the place of a task", () => {
  const file = { uri: "file:///a.py", diagnostics: [] };

  it("is the selection, at the version that the user sees", () => {
    const range = { start: at(1, 2), end: at(3, 4) };
    expect(placeOf(editor("file", false))).toEqual({ ...file, version: 7, range });
  });

  it("is the file without a selection, at whatever version, and nothing in an output channel", () => {
    expect(placeOf(editor("file", true))).toEqual(file);
    expect(placeOf(editor("output", false))).toEqual({});
    expect(placeOf(undefined)).toEqual({});
  });

  it("has the problems that it touches, in the protocol's numbers", () => {
    languages.getDiagnostics.mockReturnValue([problem("Here", true), problem("Elsewhere", false)]);
    expect(placeOf(editor("file", true)).diagnostics).toEqual([
      { message: "Here", severity: 2, source: "lint", range: { start: at(2, 0), end: at(2, 9) } },
    ]);
  });

  it("has so many problems at most", () => {
    languages.getDiagnostics.mockReturnValue(Array.from({ length: 99 }, () => problem("x", true)));
    expect(placeOf(editor("file", true)).diagnostics).toHaveLength(20);
  });

  it.each([
    ["nothing is in front", {}, "It is about this workspace."],
    ["a file is", { uri: "file:///a.py" }, "you are in a.py."],
    ["code is selected", { uri: "file:///a.py", range: true }, "the code selected in a.py."],
    ["something is wrong there", { uri: "file:///a.py", diagnostics: [1] }, "sent along."],
  ])("is named before the task is written, where %s", (_, place, end) => {
    expect(described(place as never).endsWith(end)).toBe(true);
  });
});
