/**
 * One process of the server.
 *
 * Owns its start, its last words and its end, which it cannot refuse. Knows nothing of what is said to it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

/** What starts the server. */
export interface Launch {
  command: string;
  args: string[];
}

/** Long enough for a server that is well; VS Code itself gives a window that closes five seconds for everything. */
const PATIENCE_MS = 1000;

export class ServerProcess {
  /** It is gone, and everything that read from it knows. */
  readonly ended: Promise<void>;
  private said = "";
  private ending: Promise<void> | undefined;

  static async start(
    { command, args }: Launch,
    directory: string,
    environment: Record<string, string>,
    log: (line: string) => void,
  ): Promise<ServerProcess> {
    const env = { ...process.env, ...environment };
    const child = spawn(command, args, { cwd: directory, env, stdio: "pipe" });
    await once(child, "spawn");
    return new ServerProcess(child, log);
  }

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly log: (line: string) => void,
  ) {
    // What is written to a server that has just gone, or a signal that comes too late, is no error of ours.
    for (const each of [child, child.stdin]) each.on("error", () => undefined);
    createInterface(child.stderr).on("line", (line) => this.hear(line));
    // A process that it has started itself may hold the pipes open.
    child.once("exit", () => setTimeout(() => this.letGo(), PATIENCE_MS).unref());
    this.ended = new Promise((resolve) => child.once("close", () => setImmediate(resolve)));
  }

  get reader() {
    return this.child.stdout;
  }

  get writer() {
    return this.child.stdin;
  }

  /** Why it ended; nothing of one that lives or was killed from here. */
  get reason(): string | undefined {
    const { exitCode, signalCode, killed } = this.child;
    if (killed || (exitCode === null && signalCode === null)) return undefined;
    const how = signalCode ? `by ${signalCode}` : `with exit code ${exitCode}`;
    return `it ended ${how}${this.said ? `, and said last: ${this.said}` : "."}`;
  }

  /** End it: it is told by the end of its input, then asked, then killed. */
  end(): Promise<void> {
    this.ending ??= this.insist();
    return this.ending;
  }

  private async insist(): Promise<void> {
    this.child.stdin.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await this.endsSoon()) return;
      this.log(`The server lives on, so it gets ${signal}.`);
      this.child.kill(signal);
    }
    if (!(await this.endsSoon())) this.letGo();
  }

  private endsSoon(): Promise<boolean> {
    const waited = delay(PATIENCE_MS, false, { ref: false });
    return Promise.race([this.ended.then(() => true), waited]);
  }

  private letGo(): void {
    for (const pipe of this.child.stdio) pipe?.destroy();
  }

  private hear(line: string): void {
    this.log(line);
    if (line.trim()) this.said = line.trim();
  }
}
