import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Environment } from "../src/environment";

let place: string;
let log: string[];

/** A Python that makes an environment with itself in it, and notes how pip is called; the real one is the end-to-end suite's. */
function python(pip: string): string {
  const path = join(place, "python3");
  const script = `#!/bin/sh
case "$*" in
  *"-m venv "*) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
  *) echo "$@" >> "${place}/pip"; ${pip} ;;
esac
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

function carried(...names: string[]): string {
  const wheels = join(place, "wheels");
  mkdirSync(wheels, { recursive: true });
  for (const name of names) writeFileSync(join(wheels, name), name);
  return wheels;
}

const OWN = "backend_specialist-0.1.0-py3-none-any.whl";
const unaborted = () => new AbortController().signal;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "environment-"));
  log = [];
});

function environment(...names: string[]): Environment {
  return new Environment(join(place, "storage"), carried(OWN, ...names), (line) => log.push(line));
}

describe("the server's environment", () => {
  it("is built once and found again", async () => {
    const made = environment();
    expect(await made.installed()).toBeUndefined();
    const launch = await made.install(python("true"), unaborted());
    expect(launch.args).toEqual(["-I", "-m", "backend_specialist", "serve"]);
    expect(existsSync(launch.command)).toBe(true);
    expect(await environment().installed()).toEqual(launch);
  });

  it("is another one for another wheel, and the old one is removed", async () => {
    const first = await environment().install(python("true"), unaborted());
    const made = environment();
    writeFileSync(join(place, "wheels", OWN), "a newer server");
    expect(await made.installed()).toBeUndefined();
    await made.install(python("true"), unaborted());
    expect(existsSync(first.command)).toBe(false);
    expect(readdirSync(join(place, "storage"))).toHaveLength(1);
  });

  it("is not there after a failure, which says what pip said last", async () => {
    const made = environment();
    const failing = python("echo 'ERROR: no route to host' >&2; exit 1");
    await expect(made.install(failing, unaborted())).rejects.toThrow(
      /no route to host.*VSIX for your platform/,
    );
    expect(await made.installed()).toBeUndefined();
    expect(readdirSync(join(place, "storage"))).toEqual([]);
    expect(log.join("\n")).toContain("-m pip install");
  });

  it("needs no network when every wheel is carried", async () => {
    await environment("pygls-2.1.1-py3-none-any.whl").install(python("true"), unaborted());
    const calls = readFileSync(join(place, "pip"), "utf8").trim().split("\n");
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain("--no-index --find-links");
  });

  it("downloads what the carried wheels do not cover", async () => {
    const picky = python(`case "$*" in *--no-index*) exit 1 ;; esac`);
    await environment("pygls-2.1.1-py3-none-any.whl").install(picky, unaborted());
    const calls = readFileSync(join(place, "pip"), "utf8").trim().split("\n");
    expect(calls.map((call) => call.includes("--no-index"))).toEqual([true, false]);
  });

  it("is not there when the user cancels", async () => {
    const abort = new AbortController();
    const made = environment();
    const installing = made.install(python("sleep 60"), abort.signal);
    abort.abort();
    await expect(installing).rejects.toThrow();
    expect(await made.installed()).toBeUndefined();
  });
});
