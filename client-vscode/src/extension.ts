/**
 * Joins the parts when VS Code starts the extension.
 *
 * Owns the wiring and nothing else.
 */
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { Approvals } from "./approvals";
import { Bootstrap } from "./bootstrap";
import { Commands } from "./commands";
import { ApiKey } from "./key";
import type { Failure, SessionEvent } from "./protocol";
import { Saving } from "./saving";
import { Server } from "./server";
import { ACTIONS, isActive, Sessions } from "./sessions";
import { currentSettings } from "./settings";
import { StatusBar, shown } from "./status";
import { SessionsTree } from "./tree";
import { Typing } from "./typing";
import { message } from "./words";

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Backend Specialist", { log: true });
  const key = new ApiKey(context.secrets);
  const bootstrap = new Bootstrap(context, (line) => log.info(line));
  const declared = context.extension.packageJSON.contributes.configuration.properties;
  const saving = new Saving();
  const started = new Server(
    {
      launch: () => bootstrap.launch(),
      environment: () => key.environment(),
      settings: () => currentSettings(declared),
      directory: context.globalStorageUri.fsPath,
    },
    log,
    saving,
  );
  server = started;
  const sessions = new Sessions(started);
  const typing = new Typing();
  const approvals = new Approvals(started, sessions, typing);
  const statusBar = new StatusBar();
  const around = {
    setApiKey: async () => {
      if (await key.ask()) await started.restart();
    },
    removeApiKey: async () => {
      await key.remove();
      await started.restart();
    },
    restart: () => started.restart(),
    log: async () => log.show(),
    failed: (error: unknown) => say(error),
  };
  const say = (error: unknown) => {
    log.error(String(error));
    const text = error instanceof Error ? error.message : String(error);
    void window.showErrorMessage(`Backend Specialist: ${message(text)}`);
  };

  const render = () => {
    statusBar.render(shown(started.running, sessions));
    const can = "backendSpecialist.client.can.";
    void commands.executeCommand("setContext", "backendSpecialist.client.ready", started.running);
    for (const action of ACTIONS) {
      const possible = started.running && sessions.withAction(action).length > 0;
      void commands.executeCommand("setContext", can + action, possible);
    }
  };
  const hear = async (event: SessionEvent) => {
    sessions.hear(event);
    if (event.kind === "error") await failed(event, around.setApiKey);
    await Promise.all([saving.hear(event), approvals.hear(event)]);
  };
  const recall = async () => {
    const active = sessions.all.filter(isActive).map((session) => session.sessionId);
    sessions.lose();
    await sessions.refresh();
    for (const { sessionId, title, status, waiting } of sessions.all) {
      if (status !== "interrupted") continue;
      if (waiting) await started.call("review", { sessionId });
      else if (active.includes(sessionId)) void offerToGoOn(started, sessionId, title).catch(say);
    }
  };

  sessions.onChange(render);
  context.subscriptions.push(
    log,
    started,
    statusBar,
    window.registerTreeDataProvider(
      "backendSpecialist.client.sessionsView",
      new SessionsTree(sessions),
    ),
    ...new Commands(started, sessions, around).register(),
    started.onEvent((event) => hear(event).catch(say)),
    started.onState((running) => (running ? recall().catch(say) : render())),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length && document === window.activeTextEditor?.document) typing.typed();
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("backendSpecialist")) void started.settingsChanged();
    }),
    workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  render();
  void started.restart();
}

/** The server stops with the window; what waits is stored. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function failed(event: Failure, setApiKey: () => Promise<void>): Promise<void> {
  const text = `Backend Specialist: ${message(event.message)}`;
  if (event.errorKind !== "key") {
    void window.showErrorMessage(text);
    return;
  }
  if ((await window.showErrorMessage(text, "Set API Key…")) === "Set API Key…") await setApiKey();
}

async function offerToGoOn(server: Server, sessionId: string, title: string): Promise<void> {
  const text = `The server ended while “${message(title, 60)}” was running.`;
  if ((await window.showWarningMessage(text, "Continue")) !== "Continue") return;
  await server.call("reply", { sessionId, text: "Go on where you were interrupted." });
}
