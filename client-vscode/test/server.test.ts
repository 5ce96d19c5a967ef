import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogOutputChannel } from "vscode";
import { Backoff } from "../src/backoff";
import type { Launch } from "../src/process";
import type { Saving } from "../src/saving";
import { type Life, Server } from "../src/server";
import { channel, registered } from "./languageclient";
import { folderChanges, Uri, window } from "./vscode";

// Processes are started, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const LSP = join(import.meta.dirname, "lsp.mjs");

let directory: string;
let servers: Server[];
let log: ReturnType<typeof channel>;

/** A server whose lives behave as they are told; see `lsp.mjs`. */
function server(...lives: string[]): Server {
  return started(async () => ({ command: process.execPath, args: [LSP, ...lives] }));
}

function started(launch: (signal: AbortSignal) => Promise<Launch>): Server {
  const needs = { launch, environment: async () => ({}), settings: () => ({}), directory };
  const made = new Server(needs, log as unknown as LogOutputChannel, {} as Saving);
  servers.push(made);
  return made;
}

/** The next time that the server's life is so. */
function next(server: Server, life: Life): Promise<void> {
  return new Promise((resolve) => {
    server.onLife((now) => now === life && resolve());
  });
}

const until = (holds: () => boolean) => vi.waitUntil(holds, 20_000);

function pids(): number[] {
  const file = join(directory, "pids");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

function alive(): number[] {
  return pids().filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

/** Who answers is the only one that lives, and nothing was shown. */
async function expectWell(server: Server): Promise<void> {
  expect(server.life).toBe("running");
  expect(await server.call("listSessions", {})).toEqual([pids().at(-1)]);
  expect(alive()).toEqual([pids().at(-1)]);
  expect(window.showErrorMessage.mock.calls).toEqual([]);
}

async function crash(server: Server): Promise<void> {
  await expect(server.call("listSessions", {})).rejects.toThrow();
}

function shown(): string {
  expect(window.showErrorMessage).toHaveBeenCalledTimes(1);
  const [text, ...buttons] = window.showErrorMessage.mock.calls[0] as string[];
  expect(buttons).toEqual(["Retry", "Show Log"]);
  return text ?? "";
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "server-"));
  servers = [];
  log = channel();
  window.showErrorMessage.mockReset().mockResolvedValue(undefined);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(servers.map((each) => each.stop()));
  expect(alive()).toEqual([]);
  expect([...registered.keys()]).toEqual([]);
  rmSync(directory, { recursive: true });
});

describe("a server that ends by itself", () => {
  it("comes back by itself", async () => {
    const made = server("crashes", "well");
    await made.restart();
    const back = next(made, "running");
    await crash(made);
    await back;
    await expectWell(made);
    expect(pids()).toHaveLength(2);
  });

  it("is given up after a while, with one message that says why", async () => {
    vi.spyOn(Backoff.prototype, "next").mockReturnValueOnce(1).mockReturnValueOnce(undefined);
    const made = server("crashes");
    await made.restart();
    const back = next(made, "running");
    await crash(made);
    await back;
    const given = next(made, "stopped");
    await crash(made);
    await given;
    expect(shown()).toMatch(/again and again.*exit code 3, and said last: I crash/);
    expect(pids()).toHaveLength(2);
  });

  it("is told of once when it cannot be started again", async () => {
    const link = join(directory, "node");
    symlinkSync(process.execPath, link);
    const made = started(async () => ({ command: link, args: [LSP, "crashes"] }));
    await made.restart();
    const given = next(made, "stopped");
    rmSync(link);
    await crash(made);
    await given;
    expect(shown()).toMatch(/did not start: spawn .*ENOENT/);
  });

  it.each([
    ["in the pause before it comes back", 60_000, 1, ["crashes", "well"]],
    ["while it comes back", 0, 2, ["crashes", "mute", "well"]],
  ])("is started once when the user restarts it %s", async (_, pause, started, lives) => {
    vi.spyOn(Backoff.prototype, "next").mockReturnValue(pause);
    const made = server(...lives);
    await made.restart();
    const again = next(made, "starting");
    await crash(made);
    await again;
    await until(() => pids().length === started);
    await made.restart();
    await expectWell(made);
    await made.restart();
    await expectWell(made);
  });

  it("does not come back once it was stopped", async () => {
    vi.spyOn(Backoff.prototype, "next").mockReturnValue(1);
    const made = server("crashes");
    await made.restart();
    const again = next(made, "starting");
    await crash(made);
    await again;
    await made.stop();
    expect(made.life).toBe("stopped");
    expect(alive()).toEqual([]);
  });
});

describe("a restart", () => {
  it("ends a server that hangs, and what waits for its answer", async () => {
    const made = server("hangs", "well");
    await made.restart();
    const unanswered = expect(made.call("listSessions", {})).rejects.toThrow();
    await until(() => existsSync(join(directory, "hung")));
    await made.restart();
    await expectWell(made);
    await unanswered;
  });

  it("ends a server that never answered", async () => {
    const made = server("mute", "well");
    const first = made.restart();
    await until(() => pids().length === 1);
    await made.restart();
    await first;
    await expectWell(made);
  });

  it("waits for an installation, and starts one server after it", async () => {
    let installed = (_: Launch) => {};
    const launch = new Promise<Launch>((resolve) => {
      installed = resolve;
    });
    const made = started(() => launch);
    void made.restart();
    void made.restart();
    const last = made.restart();
    installed({ command: process.execPath, args: [LSP, "well"] });
    await last;
    await expectWell(made);
    expect(pids()).toHaveLength(1);
  });
});

describe("a start that fails", () => {
  it.each([
    ["broken", "it ended with exit code 1, and said last: No module named backend_specialist"],
    ["refuses", "The state directory is not yours."],
  ])("is told of once, with its cause: %s", async (life, cause) => {
    const made = server(life);
    await made.restart();
    expect(shown()).toContain(`The server did not start: ${cause}`);
    expect(made.life).toBe("stopped");
    expect(alive()).toEqual([]);
  });

  it("is told of once when the editor has no place for what the server offers", async () => {
    registered.set("backendSpecialist.run", async () => undefined);
    await server("well").restart();
    expect(shown()).toContain("command 'backendSpecialist.run' already exists");
    expect(alive()).toEqual([]);
    registered.clear();
  });

  it("is tried again with the button", async () => {
    window.showErrorMessage.mockResolvedValueOnce("Retry");
    const made = server("broken", "well");
    const running = next(made, "running");
    await made.restart();
    await running;
    window.showErrorMessage.mockClear();
    await expectWell(made);
  });
});

describe("a command behind the light bulb or a code lens", () => {
  const call = () => registered.get("backendSpecialist.run")?.({ instructions: "Guard mean()" });

  it("gives what the server answers", async () => {
    await server("well").restart();
    expect(await call()).toEqual([pids().at(-1)]);
    expect(window.showErrorMessage).not.toHaveBeenCalled();
  });

  it("is told of once when the server refuses it, in the server's words", async () => {
    await server("forbids").restart();
    await call();
    expect(window.showErrorMessage.mock.calls).toEqual([
      ["Backend Specialist: The selection is too long. Select less."],
    ]);
  });

  it("is told of when the server ends before it answers", async () => {
    vi.spyOn(Backoff.prototype, "next").mockReturnValue(60_000);
    await server("crashes").restart();
    await call();
    expect(window.showErrorMessage.mock.calls).toEqual([
      ["Backend Specialist: The server ended before it answered."],
    ]);
  });
});

describe("folders that come and go", () => {
  it("are told of when the server knows of them", async () => {
    const made = server("well");
    await made.restart();
    const listed = new Promise((resolve) => {
      made.onFolders(() => resolve(made.call("listSessions", {})));
    });
    folderChanges.fire({ added: [{ uri: Uri.file("/shop") }], removed: [] });
    await listed;
    const heard = readFileSync(join(directory, "heard"), "utf8").trim().split("\n");
    expect(heard.slice(-2)).toEqual([
      "workspace/didChangeWorkspaceFolders",
      "workspace/executeCommand",
    ]);
  });
});

describe("a window that closes", () => {
  it("ends a server that never answered", async () => {
    const made = server("mute");
    const first = made.restart();
    await until(() => pids().length === 1);
    await made.stop();
    await first;
    expect(alive()).toEqual([]);
    expect(window.showErrorMessage).not.toHaveBeenCalled();
  });

  it("ends an installation", async () => {
    const made = started(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    const first = made.restart();
    await made.stop();
    await first;
    expect(window.showErrorMessage).not.toHaveBeenCalled();
  });
});
