/**
 * Whether the user is typing.
 *
 * Owns that one observation, of editors alone: nobody is told of the keys of a terminal or a box. An editor that opens by
 * itself takes the keyboard, so it waits for a pause.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type TextDocumentChangeEvent, window } from "vscode";

const PAUSE_MS = 1500;
/** Where users write. A log, or the transcript of another session, grows by itself. */
const WRITTEN = new Set([
  "file",
  "untitled",
  "vscode-notebook-cell",
  "vscode-remote",
  "vscode-userdata",
  "vscode-vfs",
]);

export class Typing {
  private last = Number.NEGATIVE_INFINITY;

  /** Take a change of a text; what the user types changes the one that they look at. */
  hear({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (contentChanges.length === 0 || document !== window.activeTextEditor?.document) return;
    if (WRITTEN.has(document.uri.scheme)) this.last = Date.now();
  }

  /** Wait until nothing was typed for a while. */
  async pause(): Promise<void> {
    for (;;) {
      const left = this.last + PAUSE_MS - Date.now();
      if (left <= 0) return;
      await delay(left);
    }
  }
}
