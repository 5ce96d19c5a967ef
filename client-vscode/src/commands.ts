/**
 * The commands of palette, menus and the sessions view.
 *
 * Owns their questions. Each becomes one call of the server.
 */
import { commands, type Disposable, window } from "vscode";
import { write } from "./box";
import { pickAction } from "./menu";
import { described, placeOf } from "./place";
import { type Action, type Caller, OWN, type PickArgument, type Place } from "./protocol";
import { Replies } from "./reply";
import { Rights } from "./rights";
import type { Sessions } from "./sessions";
import type { Row } from "./tree";
import type { Waiting } from "./waiting";
import { line, message, statusOf } from "./words";

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
    private readonly waiting: Waiting,
    private readonly around: Around,
  ) {}

  register(): Disposable[] {
    const rights = new Rights(this.server, this.sessions);
    const replies = new Replies(this.server, this.sessions, this.waiting);
    const table: Record<string, (row?: Row) => Thenable<unknown>> = {
      run: () => this.run(),
      runRecipe: (offered) => this.runRecipe(offered),
      reply: (row) => this.session("reply", row, (sessionId) => replies.to(sessionId)),
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
      sessions: () => commands.executeCommand(`${OWN}sessionsView.focus`),
      refresh: () => this.sessions.refresh(),
      agents: () => rights.agents(),
      explainPermission: () => rights.explainPermission(),
      approvals: () => rights.approvals(),
      trust: () => commands.executeCommand("workbench.trust.manage"),
      setApiKey: () => this.around.setApiKey(),
      removeApiKey: () => this.around.removeApiKey(),
      restart: () => this.around.restart(),
      log: () => this.around.log(),
      menu: () => this.menu(),
    };
    return Object.entries(table).map(([name, call]) =>
      commands.registerCommand(OWN + name, async (row?: Row) => {
        // Thrown on, VS Code would put it into a box in front of everything.
        await call(row).then(undefined, (error) => this.around.failed(error));
      }),
    );
  }

  // ------------------------------------------------------------ starting

  /** Ask for a task, about the place where the user is each time that they are asked. */
  private async run(): Promise<void> {
    let place: Place = {};
    const box = () => {
      place = placeOf(window.activeTextEditor);
      return {
        title: "Backend Specialist: Run a Task",
        prompt: message(described(place)),
        placeHolder: "Add an endpoint that lists the orders of a customer, with tests",
      };
    };
    await write(box, async (instructions) => {
      if (instructions.trim()) await this.server.call("run", { ...place, instructions });
    });
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

  private async menu(): Promise<void> {
    const chosen = await pickAction(this.sessions, this.around.running());
    if (chosen) await commands.executeCommand(OWN + chosen);
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
}

function placeIn({ recipes: _, ...place }: PickArgument): Place {
  return place;
}

/** What a code action hands over; a menu of the editor hands over the file's address instead. */
function isOffer(given: object | undefined): given is PickArgument {
  return given !== undefined && "recipes" in given;
}
