import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { candidates, findPython, identity } from "../src/python";

let place: string;

/** A program that says a version as Python would. */
function python(directory: string, version: string, name = "python3"): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  return path;
}

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "python-")));
});

describe("the Python that is used", () => {
  it("is the first on the path that is new enough", async () => {
    const old = join(place, "old");
    python(old, "3.9");
    const fresh = python(join(place, "new"), "3.12");
    const path = [old, join(place, "new")].join(delimiter);
    expect(await findPython("", [], path)).toBe(fresh);
  });

  it("never lies in the workspace, whatever the path says", () => {
    const folder = join(place, "repository");
    python(join(folder, ".venv/bin"), "3.13");
    python(join(place, "bin"), "3.12");
    symlinkSync(folder, join(place, "link"));
    const path = [join(folder, ".venv/bin"), join(place, "link/.venv/bin"), ".", "relative/bin"];
    expect(candidates(path.join(delimiter), [folder])).toEqual([]);
    expect(candidates(path.join(delimiter), [join(place, "link")])).toEqual([]);
    expect(candidates([...path, join(place, "bin")].join(delimiter), [folder])).toHaveLength(1);
  });

  it("is not a link that leads into the workspace", () => {
    const folder = join(place, "repository");
    const own = python(folder, "3.13");
    mkdirSync(join(place, "bin"));
    symlinkSync(own, join(place, "bin/python3"));
    expect(candidates(join(place, "bin"), [folder])).toEqual([]);
  });

  it.each([
    ["there is none", undefined, "none on the path"],
    ["it is too old", "3.10", "is 3.10"],
  ])("is named in the message when %s", async (_, version, expected) => {
    if (version) python(place, version);
    await expect(findPython("", [], place)).rejects.toThrow(expected);
  });

  it("is the one of the setting, or none", async () => {
    const chosen = python(place, "3.11", "mine");
    expect(await findPython(chosen, [], "")).toBe(chosen);
    await expect(findPython(python(place, "3.8", "old"), [], place)).rejects.toThrow("3.8");
  });

  it("of the setting has an absolute path, since the directory in which it is looked for is not the user's", async () => {
    await expect(findPython("python3", [], place)).rejects.toThrow(/python3 is not absolute/);
  });

  it("of the setting lies in no workspace folder, and is not run to find that out", async () => {
    const folder = join(place, "repository");
    mkdirSync(folder);
    const own = join(folder, "python3");
    const ran = join(place, "ran");
    writeFileSync(own, `#!/bin/sh\ntouch ${ran}\necho 3.13\n`, { mode: 0o755 });
    symlinkSync(own, join(place, "outside"));
    for (const chosen of [own, join(place, "outside")])
      await expect(findPython(chosen, [folder], place)).rejects.toThrow(/in this workspace/);
    expect(existsSync(ran)).toBe(false);
  });
});

describe("who a Python is", () => {
  it("is the same under two names, and another one after an upgrade in place", async () => {
    const path = python(place, "3.11");
    symlinkSync(path, join(place, "other"));
    const before = await identity(path);
    expect(await identity(join(place, "other"))).toBe(before);
    python(place, "3.12");
    expect(await identity(path)).not.toBe(before);
  });
});
