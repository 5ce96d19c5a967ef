/**
 * Saving files after accepted edits, where the user wants that.
 *
 * Owns the rule that nothing of the user's own is saved by surprise: a file with unsaved changes from before is left
 * alone. Waits for the server's comparison, so that a formatter does not come in between.
 */
import { type TextDocument, Uri, workspace } from "vscode";
import type { ApplyWorkspaceEditParams } from "vscode-languageclient/node";
import type { SessionEvent } from "./protocol";
import { savesAfterApply } from "./settings";

export class Saving {
  /** The files that held no unsaved changes of the user before the last edit of them. */
  private readonly ours = new Set<string>();

  /** Note which files of an edit hold no unsaved changes of the user, before it is applied. */
  before(params: ApplyWorkspaceEditParams): void {
    const dirty = new Set(workspace.textDocuments.filter((each) => each.isDirty).map(name));
    for (const edit of params.edit.documentChanges ?? []) {
      if (!("textDocument" in edit)) continue;
      const uri = Uri.parse(edit.textDocument.uri).toString();
      if (dirty.has(uri)) this.ours.delete(uri);
      else this.ours.add(uri);
    }
  }

  /** Save what the server has found applied. */
  async hear(event: SessionEvent): Promise<void> {
    if (event.kind !== "review") return;
    const accepted = event.outcomes.filter((outcome) => outcome.result === "accepted");
    const applied = new Set(accepted.map((outcome) => Uri.file(outcome.path).toString()));
    const wanted = savesAfterApply();
    for (const document of workspace.textDocuments) {
      if (!(applied.has(name(document)) && this.ours.delete(name(document)))) continue;
      if (wanted && document.isDirty) await document.save();
    }
  }
}

function name(document: TextDocument): string {
  return document.uri.toString();
}
