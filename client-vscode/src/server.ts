/**
 * The server's process: when it starts, ends and starts again.
 *
 * Owns its life. Shows nothing but a failure to start.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Disposable, EventEmitter, type LogOutputChannel, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Backoff } from "./backoff";
import type { Launch } from "./environment";
import { type Caller, type Calls, PREFIX, type SessionEvent } from "./protocol";
import type { Saving } from "./saving";

/** What a start needs, asked for at every start. */
export interface Needs {
  launch(): Promise<Launch>;
  environment(): Promise<Record<string, string>>;
  settings(): Record<string, unknown>;
  directory: string;
}

export type Life = "stopped" | "starting" | "running";

export class Server implements Caller, Disposable {
  /** Installing it the first time is part of starting. */
  life: Life = "stopped";
  private client: LanguageClient | undefined;
  private readonly backoff = new Backoff();
  private readonly events = new EventEmitter<SessionEvent>();
  private readonly lives = new EventEmitter<Life>();
  private turn: Promise<void> = Promise.resolve();

  /** What the server says of its sessions. */
  readonly onEvent = this.events.event;
  readonly onLife = this.lives.event;

  constructor(
    private readonly needs: Needs,
    private readonly log: LogOutputChannel,
    private readonly saving: Saving,
  ) {}

  /** Start the server, or start it again. A failure is shown with what can be done about it. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      this.backoff.forget();
      this.say("starting");
      // Not awaited: the user may leave the message open, and its button starts the server again.
      await this.begin().catch((error) => void this.explain(error));
    });
    return this.turn;
  }

  private async begin(): Promise<void> {
    const launch = await this.needs.launch();
    await mkdir(this.needs.directory, { recursive: true });
    const { connection } = await import("./connection");
    const hooks = {
      spawn: () => this.spawn(launch),
      settings: () => this.needs.settings(),
      ended: () => this.ended(),
      event: (event: SessionEvent) => this.events.fire(event),
      running: () => this.say("running"),
    };
    this.client = connection(hooks, this.saving, this.log);
    await this.client.start();
  }

  private async spawn({ command, args }: Launch): Promise<ChildProcess> {
    this.log.info(`Starting ${[command, ...args].join(" ")}`);
    const env = { ...process.env, ...(await this.needs.environment()) };
    const child = spawn(command, args, { cwd: this.needs.directory, env, stdio: "pipe" });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  }

  private async ended(): Promise<boolean> {
    const pause = this.backoff.next(Date.now());
    if (pause === undefined) {
      void this.explain(new Error("The server ended again and again, so it is not restarted."));
      return false;
    }
    this.say("starting");
    await delay(pause);
    return true;
  }

  private say(life: Life): void {
    this.life = life;
    this.lives.fire(life);
  }

  private async explain(error: unknown): Promise<void> {
    this.say("stopped");
    const text = error instanceof Error ? error.message : String(error);
    this.log.error(text);
    const message = `Backend Specialist: ${text}`;
    const choice = await window.showErrorMessage(message, "Retry", "Show Log");
    if (choice === "Retry") await this.restart();
    if (choice === "Show Log") this.log.show();
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) await client.stop().catch((error) => this.log.warn(String(error)));
    await client?.dispose().catch(() => undefined);
    this.say("stopped");
  }

  /** Have the server read the settings again. */
  async settingsChanged(): Promise<void> {
    if (this.life !== "running") return;
    await this.client?.sendNotification("workspace/didChangeConfiguration", { settings: null });
  }

  async call<Name extends keyof Calls>(
    name: Name,
    argument: Calls[Name][0],
  ): Promise<Calls[Name][1]> {
    if (!this.client) throw new Error("The server does not run.");
    const params = { command: PREFIX + name, arguments: [argument] };
    return this.client.sendRequest("workspace/executeCommand", params);
  }

  /** Stop for good; the sessions are stored and can be continued. */
  async stop(): Promise<void> {
    await this.turn;
    await this.end();
  }

  dispose(): void {
    this.events.dispose();
    this.lives.dispose();
  }
}
