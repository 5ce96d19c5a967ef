/**
 * The language client: what the server is told of this window, and what becomes of its requests.
 *
 * Owns the use of vscode-languageclient. It is loaded with the first start of the server, so that it costs the start of
 * the window nothing.
 */
import type { ChildProcess } from "node:child_process";
import { commands, type LogOutputChannel, workspace } from "vscode";
import {
  CancellationToken,
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
} from "vscode-languageclient/node";
import { DRAWN, EVENT, PICK_RECIPE, type SessionEvent } from "./protocol";
import type { Saving } from "./saving";

export interface Hooks {
  spawn(): Promise<ChildProcess>;
  settings(): Record<string, unknown>;
  /** The server has ended by itself; gives whether it is to be started again. */
  ended(): Promise<boolean>;
  event(event: SessionEvent): void;
  running(): void;
}

export function connection(hooks: Hooks, saving: Saving, log: LogOutputChannel): LanguageClient {
  const client = new LanguageClient("backendSpecialist", "Backend Specialist", hooks.spawn, {
    documentSelector: [{ scheme: "file" }, { scheme: "untitled" }],
    outputChannel: log,
    // Trust is said here and not among the settings: those may come from the workspace.
    initializationOptions: () => ({ events: true, ui: DRAWN, trusted: workspace.isTrusted }),
    errorHandler: {
      error: (_error, _message, count = 0) => ({
        action: count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
      }),
      closed: async () => ({
        action: (await hooks.ended()) ? CloseAction.Restart : CloseAction.DoNotRestart,
        handled: true,
      }),
    },
    middleware: {
      // The list of recipes is ours: a question with so many buttons would be none.
      executeCommand: (command, args, next) =>
        command === PICK_RECIPE
          ? commands.executeCommand("backendSpecialist.client.runRecipe", ...args)
          : next(command, args),
      workspace: {
        configuration: ({ items }) =>
          items.map(({ section }) => (section === "backendSpecialist" ? hooks.settings() : null)),
        handleApplyEdit: (params, next) => {
          saving.before(params);
          return next(params, CancellationToken.None);
        },
      },
    },
  });
  client.onNotification(EVENT, hooks.event);
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) hooks.running();
  });
  return client;
}
