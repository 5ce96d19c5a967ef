/**
 * The language client: what the server is told of this window, and what becomes of its requests.
 *
 * Owns the use of vscode-languageclient. It is loaded with the first start of the server, so that it costs the start of
 * the window nothing.
 */
import { commands, type LogOutputChannel, workspace } from "vscode";
import {
  CancellationSenderStrategy,
  CancellationToken,
  CloseAction,
  ErrorAction,
  LanguageClient,
} from "vscode-languageclient/node";
import { Preview } from "./preview";
import type { ServerProcess } from "./process";
import { DRAWN, EVENT, OWN, PICK_RECIPE, type SessionEvent } from "./protocol";
import type { Saving } from "./saving";

export interface Hooks {
  settings(): Record<string, unknown>;
  event(event: SessionEvent): void;
  /** Send a command that the server offers. It rejects nothing: what goes wrong is shown, once. */
  command(command: string, args: unknown[]): Promise<unknown>;
  /** The server has been told which folders there are now. */
  folders(): void;
}

const MOST_ERRORS = 3;

export function connection(
  server: ServerProcess,
  hooks: Hooks,
  saving: Saving,
  log: LogOutputChannel,
): LanguageClient {
  const preview = new Preview();
  const { reader, writer } = server;
  const streams = async () => ({ reader, writer, detached: true });
  const client = new Client("backendSpecialist", "Backend Specialist", streams, {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    outputChannel: log,
    // Trust is said here and not among the settings: those may come from the workspace.
    initializationOptions: () => ({ events: true, ui: DRAWN, trusted: workspace.isTrusted }),
    connectionOptions: {
      cancellationStrategy: {
        receiver: preview.receiver,
        sender: CancellationSenderStrategy.Message,
      },
    },
    // A server that cannot be talked to is ended, and what has ended is `server`'s to start again.
    errorHandler: {
      error: (_error, _message, count = 0) => {
        if (count > MOST_ERRORS) void server.end();
        return { action: ErrorAction.Continue, handled: true };
      },
      closed: () => {
        void server.end();
        const message = "The connection to the server has ended.";
        return { action: CloseAction.DoNotRestart, message, handled: true };
      },
    },
    initializationFailedHandler: () => false,
    middleware: {
      // The list of recipes is ours: a question with so many buttons would be none. The library shows a refusal and
      // throws it on to VS Code, which shows it again, so it is not asked.
      executeCommand: (command, args) =>
        command === PICK_RECIPE
          ? commands.executeCommand(`${OWN}runRecipe`, ...args)
          : hooks.command(command, args),
      workspace: {
        didChangeWorkspaceFolders: async (change, next) => {
          await next(change);
          hooks.folders();
        },
        configuration: ({ items }) =>
          items.map(({ section }) => (section === "backendSpecialist" ? hooks.settings() : null)),
        handleApplyEdit: (params, next) =>
          saving.during(params, () =>
            preview.during(params, () => next(params, CancellationToken.None)),
          ),
      },
    },
  });
  client.onNotification(EVENT, hooks.event);
  return client;
}

/** Leaves it to `server` to say that a start has failed: once, why, and with what can be done. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown, show: boolean | "force" = true): void {
    super.error(message, data, show !== "force" && show);
  }
}
