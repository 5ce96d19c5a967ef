/**
 * Joins the parts when VS Code starts the extension.
 *
 * Owns the wiring and nothing else.
 */
import {
  commands,
  type ExtensionContext,
  type SecretStorageChangeEvent,
  window,
  workspace,
} from "vscode";
import { Approvals } from "./approvals";
import { Bootstrap } from "./bootstrap";
import { Commands } from "./commands";
import { ApiKey } from "./key";
import { offer, recall } from "./leftovers";
import { ACTIONS, type Failure, type SessionEvent } from "./protocol";
import { Saving } from "./saving";
import { Server } from "./server";
import { Sessions } from "./sessions";
import { currentSettings } from "./settings";
import { StatusBar, shown } from "./status";
import { SessionsTree } from "./tree";
import { tell } from "./trouble";
import { Typing } from "./typing";
import { Waiting } from "./waiting";
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
      launch: (signal) => bootstrap.launch(signal),
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
  const waiting = new Waiting();
  const approvals = new Approvals(started, sessions, waiting, typing);
  const statusBar = new StatusBar();
  const around = {
    running: () => started.life === "running",
    setApiKey: async () => {
      const given = await key.ask();
      if (given) await started.restart();
      return given;
    },
    removeApiKey: async () => {
      const active = around.running() ? sessions.withAction("cancel") : [];
      if (await key.remove(active.length)) await started.restart();
    },
    restart: () => started.restart(),
    log: async () => log.show(),
    failed: (error: unknown) => say(error),
  };
  const say = (error: unknown) => void tell(error, log);

  const render = () => {
    statusBar.render(shown(started.life, sessions));
    const set = (name: string, value: unknown) =>
      void commands.executeCommand("setContext", `backendSpecialist.client.${name}`, value);
    set("life", started.life);
    set("ready", around.running());
    for (const action of ACTIONS) {
      set(`can.${action}`, around.running() && sessions.withAction(action).length > 0);
    }
  };
  const failed = async (event: Failure) => {
    const text = `Backend Specialist: ${message(event.message)}`;
    const buttons = event.errorKind === "key" ? [SET_KEY] : [];
    if ((await window.showErrorMessage(text, ...buttons)) !== SET_KEY) return;
    if (await around.setApiKey()) await offer(started, event.sessionId, ...TRY_AGAIN);
  };
  /** A server that runs may be at work, so only the user ends it. */
  const offerRestart = async (question: string) => {
    if ((await window.showInformationMessage(question, RESTART)) === RESTART) {
      await started.restart();
    }
  };
  const otherServer = () =>
    started.life === "stopped" ? started.restart() : offerRestart(OTHER_SETTING);
  const otherKey = async (change: SecretStorageChangeEvent) => {
    if ((await key.outdated(change)) && started.life !== "stopped") await offerRestart(OTHER_KEY);
  };
  const hear = async (event: SessionEvent) => {
    void sessions.hear(event).catch((error) => log.warn(String(error)));
    if (event.kind === "error") void failed(event).catch(say);
    await Promise.all([saving.hear(event), approvals.hear(event)]);
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
    ...new Commands(started, sessions, waiting, around).register(),
    started.onEvent((event) => hear(event).catch(say)),
    started.onLife((life) => {
      render();
      void approvals.forget().catch(say);
      if (life === "running") void recall(started, sessions, log, say).catch(say);
    }),
    workspace.onDidChangeTextDocument((change) => typing.hear(change)),
    workspace.onDidChangeConfiguration((change) => {
      if (STARTS_IT.some((name) => change.affectsConfiguration(name)))
        void otherServer().catch(say);
      if (change.affectsConfiguration("backendSpecialist"))
        void started.settingsChanged().catch(say);
    }),
    context.secrets.onDidChange((change) => void otherKey(change).catch(say)),
    started.onFolders(() => void sessions.refresh().catch(say)),
    workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  render();
  void started.restart();
}

/** The server stops with the window; what waits is stored. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Settings that say which server is started. */
const STARTS_IT = [
  "backendSpecialist.client.server.command",
  "backendSpecialist.client.python",
] as const;
const RESTART = "Restart Server";
const OTHER_SETTING = "Backend Specialist: the setting takes effect when the server starts again.";
const OTHER_KEY =
  "Backend Specialist: the API key was changed in another window. The server of this window has the old one until it " +
  "starts again.";
const SET_KEY = "Set API Key…";
const TRY_AGAIN = ["The key is set.", "Try Again", "Try again."] as const;
