import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Environment } from "../src/environment";
import { interpreter } from "./interpreter";

let place: string;
let log: string[];

const python = (pip: string, name = "python3", version = "3.11") =>
  interpreter(place, { pip, name, version });

function carried(...names: string[]): string {
  const wheels = join(place, "wheels");
  mkdirSync(wheels, { recursive: true });
  for (const name of names) writeFileSync(join(wheels, name), name);
  return wheels;
}

const stored = () => readdirSync(join(place, "storage"));
const DAY = 24 * 3600;

/** Make something in the storage look as if nobody had touched it for some seconds. */
function aged(seconds: number, ...names: string[]): void {
  const then = Date.now() / 1000 - seconds;
  for (const name of names) utimesSync(join(place, "storage", name), then, then);
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

  it("is another one for another wheel, and the old one is removed when no window starts it any more", async () => {
    const first = await environment().install(python("true"), unaborted());
    const newer = environment();
    writeFileSync(join(place, "wheels", OWN), "a newer server");
    expect(await newer.installed()).toBeUndefined();
    await newer.install(python("true"), unaborted());
    expect(existsSync(first.command)).toBe(true);
    aged(20 * DAY, ...stored());
    writeFileSync(join(place, "wheels", OWN), "the newest server");
    await newer.install(python("true"), unaborted());
    expect(existsSync(first.command)).toBe(false);
    expect(stored()).toHaveLength(1);
  });

  it("is one for each Python that is chosen, and goes when that one is chosen no more", async () => {
    const wheels = carried(OWN);
    const made = async (name: string) => {
      const chosen = python("true", name);
      const storage = join(place, "storage");
      await new Environment(storage, wheels, (line) => log.push(line), chosen).install(
        chosen,
        unaborted(),
      );
    };
    await made("one");
    await made("other");
    expect(stored()).toHaveLength(2);
    aged(20 * DAY, ...stored());
    await made("third");
    expect(stored()).toHaveLength(1);
  });

  it("is kept for as long as a window starts it", async () => {
    const first = await environment().install(python("true"), unaborted());
    aged(20 * DAY, ...stored());
    await environment().installed();
    const newer = environment();
    writeFileSync(join(place, "wheels", OWN), "a newer server");
    await newer.install(python("true"), unaborted());
    expect(existsSync(first.command)).toBe(true);
  });

  it.each([
    ["was removed", () => rmSync(join(place, "python3"))],
    ["was upgraded in place", () => python("true", "python3", "3.12")],
  ])("is built anew when its Python %s", async (_, change) => {
    const made = environment();
    await made.install(python("true"), unaborted());
    change();
    expect(await made.installed()).toBeUndefined();
    const launch = await made.install(python("true", "python3.13", "3.13"), unaborted());
    expect(await made.installed()).toEqual(launch);
    expect(stored()).toHaveLength(1);
  });

  it("is still there, however broken, when it cannot be built anew", async () => {
    const made = environment();
    await made.install(python("true"), unaborted());
    const upgraded = python("exit 1", "python3", "3.12");
    await expect(made.install(upgraded, unaborted())).rejects.toThrow();
    expect(stored()).toHaveLength(1);
  });

  it("is the one of the window that was faster", async () => {
    const [one, other] = [environment(), environment()];
    await one.install(python("true"), unaborted());
    const marked = join(place, "storage", ...stored(), "first");
    writeFileSync(marked, "");
    await other.install(python("true"), unaborted());
    expect(existsSync(marked)).toBe(true);
  });

  it("is rid of what killed windows left, but not of what another window installs right now", async () => {
    for (const name of ["server-aaaaaaaaaaaa.42.part", "server-bbbbbbbbbbbb.43.part"])
      mkdirSync(join(place, "storage", name, "lib"), { recursive: true });
    aged(DAY, "server-aaaaaaaaaaaa.42.part");
    await environment().install(python("true"), unaborted());
    expect(stored().filter((name) => name.endsWith(".part"))).toEqual([
      "server-bbbbbbbbbbbb.43.part",
    ]);
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
