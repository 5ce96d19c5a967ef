/**
 * The commands of palette, menus and the sessions view.
 *
 * Owns their questions. Each becomes one call of the server.
 */
import { commands, type Disposable, window } from "vscode";
import { placeOf } from "./place";
import type { Action, Caller, PickArgument, Place } from "./protocol";
import type { Sessions } from "./sessions";
import type { Row } from "./tree";
import { line, message, statusOf } from "./words";

const PREFIX = "backendSpecialist.client.";

/** What is not the server's: keys, its process, the log. */
export interface Around {
  running(): boolean;
  setApiKey(): Promise<unknown>;
  removeApiKey(): Promise<void>;
  restart(): Promise<void>;
  log(): Promise<void>;
  failed(error: unknown): void;
}

export class Commands {
  constructor(
    private readonly server: Caller,
    private readonly sessions: Sessions,
    private readonly around: Around,
  ) {}

  register(): Disposable[] {
    const table: Record<string, (row?: Row) => Thenable<unknown>> = {
      run: () => this.run(),
      runRecipe: (offered) => this.runRecipe(offered),
      reply: (row) => this.reply(row),
      review: (row) => this.session("review", row, (sessionId) => this.open(sessionId)),
      answer: (row) => this.session("answer", row, (sessionId) => this.open(sessionId)),
      cancel: (row) =>
        this.session("cancel", row, (sessionId) => this.server.call("cancel", { sessionId })),
      revert: (row) =>
        this.session("revert", row, (sessionId) => this.server.call("revert", { sessionId })),
      transcript: (row) =>
        this.session("showTranscript", row, (id) =>
          this.server.call("showTranscript", { sessionId: id }),
        ),
      deliverable: (row) =>
        this.session("showDeliverable", row, (id) =>
          this.server.call("showDeliverable", { sessionId: id }),
        ),
      saveDeliverable: (row) => this.session("saveDeliverable", row, (id) => this.save(id)),
      delete: (row) => this.session("deleteSession", row, (id) => this.remove(id)),
      sessions: () => commands.executeCommand(`${PREFIX}sessionsView.focus`),
      refresh: () => this.sessions.refresh(),
      agents: () => this.agents(),
      explainPermission: () => this.explainPermission(),
      approvals: () => this.approvals(),
      trust: () => commands.executeCommand("workbench.trust.manage"),
      setApiKey: () => this.around.setApiKey(),
      removeApiKey: () => this.around.removeApiKey(),
      restart: () => this.around.restart(),
      log: () => this.around.log(),
      menu: () => this.menu(),
    };
    return Object.entries(table).map(([name, call]) =>
      commands.registerCommand(PREFIX + name, async (row?: Row) => {
        // Thrown on, VS Code would put it into a box in front of everything.
        await call(row).then(undefined, (error) => this.around.failed(error));
      }),
    );
  }

  // ------------------------------------------------------------ starting

  private async run(): Promise<void> {
    const place = placeOf(window.activeTextEditor);
    const instructions = await window.showInputBox({
      title: "Backend Specialist: Run a Task",
      prompt: place.range ? "It is about the selected code." : "It is about this workspace.",
      placeHolder: "Add an endpoint that lists the orders of a customer, with tests",
      ignoreFocusOut: true,
    });
    if (instructions?.trim()) await this.server.call("run", { ...place, instructions });
  }

  /** Pick one of all recipes that fit here, or at the place for which a code action has `offered` more. */
  private async runRecipe(offered?: object): Promise<void> {
    const place = isOffer(offered) ? placeIn(offered) : placeOf(window.activeTextEditor);
    const items = (await this.server.call("listRecipes", { place })).map((recipe) => ({
      label: line(recipe.title),
      description: recipe.source === "built-in" ? "" : line(recipe.source),
      detail: line(recipe.description),
      recipe: recipe.name,
    }));
    const title = "Backend Specialist: Run a Recipe";
    const chosen = await window.showQuickPick(items, { title, matchOnDetail: true });
    if (chosen) await this.server.call("run", { ...place, recipe: chosen.recipe });
  }

  // ------------------------------------------------------------ sessions

  /** Do something with the session of a row, the only one for which it makes sense, or one that is picked. */
  private async session(
    action: Action,
    row: Row | undefined,
    call: (sessionId: string) => Promise<unknown>,
  ): Promise<void> {
    const chosen = row?.sessionId ?? (await this.pick(action));
    if (chosen) await call(chosen);
  }

  private async pick(action: Action): Promise<string | undefined> {
    const fitting = this.sessions.withAction(action);
    if (fitting.length < 2) return fitting[0]?.sessionId;
    const items = fitting.map((session) => ({
      label: line(session.title, 80),
      description: statusOf(session),
      sessionId: session.sessionId,
    }));
    return (await window.showQuickPick(items, { title: "Which session?" }))?.sessionId;
  }

  private open(sessionId: string): Promise<unknown> {
    return this.server.call("review", { sessionId });
  }

  private reply(row?: Row): Promise<void> {
    return this.session("reply", row, async (sessionId) => {
      const session = this.sessions.find(sessionId);
      const title = `Reply to “${line(session?.title ?? "", 60)}”`;
      const prompt = session?.waiting
        ? "This rejects the waiting edits, with your text as the reason."
        : "The session goes on with it.";
      const text = await window.showInputBox({ title, prompt, ignoreFocusOut: true });
      if (text?.trim()) await this.server.call("reply", { sessionId, text });
    });
  }

  private async save(sessionId: string): Promise<void> {
    const path = await window.showInputBox({
      title: "Save the deliverable as a file",
      prompt: "Path below the workspace folder. The file is proposed like every edit.",
      value: "docs/implementation-backend.md",
    });
    if (path?.trim()) await this.server.call("saveDeliverable", { sessionId, path: path.trim() });
  }

  private async remove(sessionId: string): Promise<void> {
    const title = line(this.sessions.find(sessionId)?.title ?? sessionId, 80);
    const detail = "Its transcript and its deliverable are removed; your files stay as they are.";
    const options = { modal: true, detail };
    if ((await window.showWarningMessage(`Delete “${title}”?`, options, "Delete")) !== "Delete")
      return;
    await this.server.call("deleteSession", { sessionId });
    await this.sessions.refresh();
  }

  // ------------------------------------------------------------ rights

  private async agents(): Promise<void> {
    const items = (await this.server.call("listAgents", {})).map((agent) => ({
      agent: agent.name,
      label: line(agent.name),
      description: [agent.model, agent.source]
        .filter(Boolean)
        .map((each) => line(`${each}`))
        .join(" · "),
      detail: Object.entries(agent.permissions)
        .map(([name, action]) => `${name}: ${action}`)
        .join(", "),
    }));
    const title = "Use an agent for what comes next";
    const chosen = await window.showQuickPick(items, { title });
    if (chosen) await this.server.call("useAgent", { agent: chosen.agent });
  }

  private async explainPermission(): Promise<void> {
    const title = "Explain a permission";
    const names = ["read", "edit", "grep", "glob", "webfetch", "question", "task", "bash"];
    const permission = await window.showQuickPick(names, { title });
    if (!permission) return;
    const prompt = "The path, the address or the command that it is about.";
    const subject = await window.showInputBox({ title, prompt, value: "*" });
    if (!subject) return;
    const found = await this.server.call("explainPermission", { permission, subject });
    const why = found.rule ? `by the rule ${found.rule} (${found.source})` : "by default";
    void window.showInformationMessage(
      message(`${permission} ${subject}: ${found.action}, ${why}.`),
    );
  }

  private async approvals(): Promise<void> {
    const items = (await this.server.call("listApprovals", {})).map((approval) => ({
      label: line(`${approval.permission}: ${approval.pattern}`),
      description: line(this.sessions.find(approval.sessionId)?.title ?? "", 60),
      approvalId: approval.approvalId,
    }));
    const title = items.length
      ? "Choose an approval to revoke it"
      : "Nothing is approved for a session";
    const chosen = await window.showQuickPick(items, { title });
    if (chosen) await this.server.call("revokeApproval", { approvalId: chosen.approvalId });
  }

  // ------------------------------------------------------------ the menu of the status bar

  private async menu(): Promise<void> {
    const running = this.around.running();
    const possible = MENU.filter(
      ([, , need]) =>
        !need || (running && (need === "server" || this.sessions.withAction(need).length)),
    );
    const items = possible.map(([label, command]) => ({ label, command }));
    const chosen = await window.showQuickPick(items, { title: "Backend Specialist" });
    if (chosen) await commands.executeCommand(PREFIX + chosen.command);
  }
}

/** Label, command, and what it needs to make sense. */
const MENU: readonly [string, string, (Action | "server")?][] = [
  ["$(diff-multiple) Review proposed edits", "review", "review"],
  ["$(question) Answer the specialist", "answer", "answer"],
  ["$(debug-stop) Cancel", "cancel", "cancel"],
  ["$(add) Run a task…", "run", "server"],
  ["$(list-unordered) Run a recipe…", "runRecipe", "server"],
  ["$(comment) Reply…", "reply", "reply"],
  ["$(output) Show transcript", "transcript", "showTranscript"],
  ["$(notebook) Show deliverable", "deliverable", "showDeliverable"],
  ["$(discard) Revert applied edits", "revert", "revert"],
  ["$(history) Show sessions", "sessions"],
  ["$(key) Set API key…", "setApiKey"],
  ["$(debug-restart) Restart server", "restart"],
  ["$(output) Show log", "log"],
];

function placeIn({ recipes: _, ...place }: PickArgument): Place {
  return place;
}

/** What a code action hands over; a menu of the editor hands over the file's address instead. */
function isOffer(given: object | undefined): given is PickArgument {
  return given !== undefined && "recipes" in given;
}
