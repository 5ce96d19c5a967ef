/**
 * The server's process and the connection to it.
 *
 * Owns start, stop and restart, and what the server is told of this window. Shows nothing but a failure to start.
 */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Disposable, EventEmitter, type LogOutputChannel, window, workspace } from "vscode";
import {
  CancellationToken,
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  type ErrorHandler,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from "vscode-languageclient/node";
import { Backoff } from "./backoff";
import type { Launch } from "./environment";
import { type Caller, type Calls, DRAWN, EVENT, PREFIX, type SessionEvent } from "./protocol";
import type { Saving } from "./saving";

/** What a start needs, asked for at every start. */
export interface Needs {
  launch(): Promise<Launch>;
  environment(): Promise<Record<string, string>>;
  settings(): Record<string, unknown>;
  directory: string;
}

export class Server implements Caller, Disposable {
  private client: LanguageClient | undefined;
  private command: Launch | undefined;
  private readonly backoff = new Backoff();
  private readonly events = new EventEmitter<SessionEvent>();
  private readonly states = new EventEmitter<boolean>();
  private turn: Promise<void> = Promise.resolve();

  /** What the server says of its sessions. */
  readonly onEvent = this.events.event;
  /** Whether it runs now. */
  readonly onState = this.states.event;

  constructor(
    private readonly needs: Needs,
    private readonly log: LogOutputChannel,
    private readonly saving: Saving,
  ) {}

  get running(): boolean {
    return this.client?.state === State.Running;
  }

  /** Start the server, or start it again. A failure is shown with what can be done about it. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      this.backoff.forget();
      // Not awaited: the user may leave the message open, and its button starts the server again.
      await this.begin().catch((error) => void this.explain(error));
    });
    return this.turn;
  }

  private async begin(): Promise<void> {
    this.command = await this.needs.launch();
    await mkdir(this.needs.directory, { recursive: true });
    const client = new LanguageClient(
      "backendSpecialist",
      "Backend Specialist",
      () => this.spawn(),
      this.options(),
    );
    this.client = client;
    client.onNotification(EVENT, (event: SessionEvent) => this.events.fire(event));
    client.onDidChangeState(({ newState }) => this.states.fire(newState === State.Running));
    await client.start();
  }

  private async spawn() {
    if (!this.command) throw new Error("The server has no command.");
    const { command, args } = this.command;
    this.log.info(`Starting ${[command, ...args].join(" ")}`);
    const env = { ...process.env, ...(await this.needs.environment()) };
    const child = spawn(command, args, { cwd: this.needs.directory, env, stdio: "pipe" });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
      outputChannel: this.log,
      // Here and not among the settings: those may come from the workspace.
      initializationOptions: () => ({ events: true, ui: DRAWN, trusted: workspace.isTrusted }),
      errorHandler: this.errorHandler(),
      middleware: {
        workspace: {
          configuration: ({ items }) =>
            items.map((item) =>
              item.section === "backendSpecialist" ? this.needs.settings() : null,
            ),
          handleApplyEdit: (params, next) => {
            this.saving.before(params);
            return next(params, CancellationToken.None);
          },
        },
      },
    };
  }

  private errorHandler(): ErrorHandler {
    return {
      error: (_error, _message, count = 0) => ({
        action: count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
      }),
      closed: async () => {
        this.states.fire(false);
        const pause = this.backoff.next(Date.now());
        if (pause === undefined) {
          void this.explain(new Error("The server ended again and again, so it is not restarted."));
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        await delay(pause);
        return { action: CloseAction.Restart, handled: true };
      },
    };
  }

  private async explain(error: unknown): Promise<void> {
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
    this.states.fire(false);
  }

  /** Have the server read the settings again. */
  async settingsChanged(): Promise<void> {
    if (!this.running) return;
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, {
      settings: null,
    });
  }

  async call<Name extends keyof Calls>(
    name: Name,
    argument: Calls[Name][0],
  ): Promise<Calls[Name][1]> {
    if (!this.client) throw new Error("The server does not run.");
    const params = { command: PREFIX + name, arguments: [argument] };
    return this.client.sendRequest(ExecuteCommandRequest.type, params);
  }

  /** Stop for good; the sessions are stored and can be continued. */
  async stop(): Promise<void> {
    await this.turn;
    await this.end();
  }

  dispose(): void {
    this.events.dispose();
    this.states.dispose();
  }
}
