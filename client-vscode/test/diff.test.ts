import { beforeEach, describe, expect, it, vi } from "vitest";
import { Diffs } from "../src/diff";
import { proposal } from "./samples";
import { tabs } from "./tabs";
import { TabInputText } from "./vscode";

const ONE = "Proposed: Guard mean() (2 files)";
const TWO = "Proposed 2: Guard mean() (2 files)";

describe("the diff of a proposal", () => {
  beforeEach(() => {
    vi.resetAllMocks();
  });

  it("stays when a file or another diff is looked at: its question stays as well", async () => {
    const { open, labels } = tabs();
    const diffs = new Diffs();
    await diffs.show(proposal());
    open("README.md", new TabInputText());
    await diffs.show(proposal({ sessionId: "s2" }));
    expect(labels()).toEqual([ONE, TWO]);
    await diffs.close("s1");
    expect(labels()).toEqual([TWO]);
  });

  it("keeps no other tab, of a user who has gone on meanwhile", async () => {
    const { open, labels } = tabs({ after: () => open("README.md", new TabInputText()) });
    await new Diffs().show(proposal());
    open("LICENSE", new TabInputText());
    expect(labels()).toEqual(["LICENSE"]);
  });

  it("that is still opening is closed when it has opened", async () => {
    let go = () => {};
    const opened = new Promise<void>((resolve) => (go = resolve));
    const { labels } = tabs({ before: () => opened });
    const diffs = new Diffs();
    const showing = diffs.show(proposal());
    const closing = diffs.close("s1");
    go();
    await Promise.all([showing, closing]);
    expect(labels()).toEqual([]);
  });

  it("can be shown after one that could not be opened", async () => {
    let fails = true;
    const before = async () => {
      if (fails) throw new Error("No such editor.");
    };
    const { labels } = tabs({ before });
    const diffs = new Diffs();
    await expect(diffs.show(proposal())).rejects.toThrow("No such editor.");
    fails = false;
    await diffs.show(proposal());
    expect(labels()).toEqual([ONE]);
  });

  it("is closed with all others, also one that came back with the window", async () => {
    const { restore, labels } = tabs();
    const others: [string, unknown][] = [
      ["Proposed: notes.md", new TabInputText()],
      ["Uncommitted changes (2 files)", { textDiffs: [] }],
    ];
    restore("Proposed 7: Of last time", { textDiffs: [] });
    for (const other of others) restore(...other);
    const diffs = new Diffs();
    await diffs.show(proposal());
    await diffs.clear();
    expect(labels()).toEqual(others.map(([label]) => label));
  });
});
