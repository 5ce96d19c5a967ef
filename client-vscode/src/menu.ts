/**
 * The menu behind the item in the status bar.
 *
 * Owns which commands it has, in which order. Runs none.
 */
import { window } from "vscode";
import type { Action } from "./protocol";
import type { Sessions } from "./sessions";

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

/** Have the user pick one of the commands that make sense now. */
export async function pickAction(
  sessions: Sessions,
  running: boolean,
): Promise<string | undefined> {
  const possible = MENU.filter(
    ([, , need]) => !need || (running && (need === "server" || sessions.withAction(need).length)),
  );
  const items = possible.map(([label, command]) => ({ label, command }));
  return (await window.showQuickPick(items, { title: "Backend Specialist" }))?.command;
}
