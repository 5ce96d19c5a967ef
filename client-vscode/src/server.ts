/**
 * The server's life: when it starts, ends and starts again.
 *
 * Owns that there is one at a time, and the turn in which each takes the place of the one before. Shows a failure to
 * start, and of a command that VS Code sends past our own.
 */
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Disposable, EventEmitter, type LogOutputChannel } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { Backoff } from "./backoff";
import type { Hooks } from "./connection";
import { type Launch, ServerProcess } from "./process";
import { type Caller, type Calls, PREFIX, type SessionEvent } from "./protocol";
import type { Saving } from "./saving";
import { tell, text } from "./trouble";

/** What a start needs, asked for at every start. */
export interface Needs {
  /** Aborted when the window closes. */
  launch(signal: AbortSignal): Promise<Launch>;
  environment(): Promise<Record<string, string>>;
  settings(): Record<string, unknown>;
  directory: string;
}

export type Life = "stopped" | "starting" | "running";

interface Run {
  client: LanguageClient;
  process: ServerProcess;
}

/** How long a server may take to say that it is ready to end. */
const SHUTDOWN_MS = 2000;
/** Longer than ending its process takes: only the end of the pipes has the client drop what it still waits for. */
const STOP_MS = 60_000;

export class Server implements Caller, Disposable {
  /** Installing it the first time is part of starting. */
  life: Life = "stopped";
  private run: Run | undefined;
  private readonly backoff = new Backoff();
  private readonly events = new EventEmitter<SessionEvent>();
  private readonly lives = new EventEmitter<Life>();
  private readonly folders = new EventEmitter<void>();
  private turn: Promise<void> = Promise.resolve();
  /** The latest start; the next one abandons it. */
  private start = new AbortController();
  private readonly leaving = new AbortController();

  /** What the server says of its sessions. */
  readonly onEvent = this.events.event;
  readonly onLife = this.lives.event;
  /** The server knows that folders came or went. */
  readonly onFolders = this.folders.event;

  constructor(
    private readonly needs: Needs,
    private readonly log: LogOutputChannel,
    private readonly saving: Saving,
  ) {}

  /** Start the server, or start it again. A failure is shown with what can be done about it. */
  restart(): Promise<void> {
    this.backoff.forget();
    return this.startAfter(0);
  }

  private startAfter(pause: number): Promise<void> {
    this.start.abort();
    this.start = new AbortController();
    const { signal } = this.start;
    this.turn = this.turn.then(() => this.replace(pause, signal));
    return this.turn;
  }

  private async replace(pause: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.say("starting");
    try {
      await this.end();
      await delay(pause, undefined, { signal });
      await this.begin(signal);
      this.say("running");
    } catch (error) {
      // Not awaited: the user may leave the message open, and its button starts the server again.
      if (!signal.aborted) void this.giveUp(error);
    }
  }

  private async begin(signal: AbortSignal): Promise<void> {
    const launch = await this.needs.launch(this.leaving.signal);
    const { directory } = this.needs;
    await mkdir(directory, { recursive: true });
    const environment = await this.needs.environment();
    const { connection } = await import("./connection");
    signal.throwIfAborted();
    this.log.info(`Starting ${[launch.command, ...launch.args].join(" ")}`);
    const log = (line: string) => this.log.error(line);
    const process = await ServerProcess.start(launch, directory, environment, log).catch(failed);
    this.run = { client: connection(process, this.hooks(), this.saving, this.log), process };
    await this.meet(this.run, signal);
    void process.ended.then(() => signal.aborted || this.died(process));
  }

  private hooks(): Hooks {
    return {
      settings: () => this.needs.settings(),
      event: (event) => this.events.fire(event),
      command: (command, args) =>
        this.send(command, args).catch((error) => void tell(error, this.log)),
      folders: () => this.folders.fire(),
    };
  }

  /** The client only knows that a connection closed; why is to be heard from the process, once it has ended. */
  private async meet({ client, process }: Run, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      await Promise.race([client.start(), once(signal, "abort")]);
      signal.throwIfAborted();
    } catch (error) {
      const closed = !process.writer.writable;
      await process.end();
      failed((closed && process.reason) || error);
    }
  }

  private died(process: ServerProcess): void {
    const pause = this.backoff.next(Date.now());
    if (pause !== undefined) void this.startAfter(pause);
    else {
      const reason = process.reason ? ` The last time ${process.reason}` : "";
      const error = `The server ended again and again, so it is not restarted.${reason}`;
      void this.giveUp(error);
    }
  }

  private say(life: Life): void {
    this.life = life;
    this.lives.fire(life);
  }

  private async giveUp(error: unknown): Promise<void> {
    this.say("stopped");
    const choice = await tell(error, this.log, "Retry", "Show Log");
    if (choice === "Retry") await this.restart();
    if (choice === "Show Log") this.log.show();
  }

  private async end(): Promise<void> {
    const run = this.run;
    this.run = undefined;
    if (!run) return;
    if (run.client.isRunning()) {
      const stopped = run.client.stop(STOP_MS).catch((error) => this.log.warn(text(error)));
      await Promise.race([stopped, delay(SHUTDOWN_MS, undefined, { ref: false })]);
    }
    await run.process.end();
  }

  /** Have the server read the settings again. */
  async settingsChanged(): Promise<void> {
    if (this.life !== "running") return;
    await this.run?.client.sendNotification("workspace/didChangeConfiguration", { settings: null });
  }

  call<Name extends keyof Calls>(name: Name, argument: Calls[Name][0]): Promise<Calls[Name][1]> {
    return this.send(PREFIX + name, [argument]);
  }

  private async send<Answer>(command: string, args: unknown[]): Promise<Answer> {
    if (!this.run) throw new Error("The server does not run.");
    const { client, process } = this.run;
    try {
      return await client.sendRequest("workspace/executeCommand", { command, arguments: args });
    } catch (error) {
      // What the library says of it is about the connection.
      throw process.writer.writable ? error : new Error("The server ended before it answered.");
    }
  }

  /** Stop for good; the sessions are stored and can be continued. */
  async stop(): Promise<void> {
    this.leaving.abort();
    this.start.abort();
    await this.turn;
    await this.end();
    this.say("stopped");
  }

  dispose(): void {
    this.events.dispose();
    this.lives.dispose();
    this.folders.dispose();
  }
}

function failed(cause: unknown): never {
  throw new Error(`The server did not start: ${text(cause)}`);
}
