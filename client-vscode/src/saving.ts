/**
 * Saving files after accepted edits, where the user wants that.
 *
 * Owns the rule that nothing of the user's own is saved by surprise: a file with unsaved changes from before, or with
 * text from after the edit, is left alone. Waits for the server's comparison, so that a formatter does not come in
 * between.
 */
import { type TextDocument, Uri, workspace } from "vscode";
import type { ApplyWorkspaceEditParams } from "vscode-languageclient/node";
import type { SessionEvent } from "./protocol";
import { savesAfterApply } from "./settings";

export class Saving {
  /** The version that the last edit made of each file that held no unsaved changes of the user before it. */
  private readonly ours = new Map<string, number>();

  /** Have an edit applied, and note what of it holds nothing of the user's own. */
  async during<Answer>(
    params: ApplyWorkspaceEditParams,
    apply: () => Answer | Thenable<Answer>,
  ): Promise<Answer> {
    const dirty = new Set(workspace.textDocuments.filter((each) => each.isDirty).map(name));
    const edited = changed(params);
    for (const uri of edited) this.ours.delete(uri);
    const answer = await apply();
    for (const document of workspace.textDocuments) {
      const uri = name(document);
      if (edited.has(uri) && !dirty.has(uri)) this.ours.set(uri, document.version);
    }
    return answer;
  }

  /** Save what the server has found applied. */
  async hear(event: SessionEvent): Promise<void> {
    if (event.kind !== "review") return;
    const accepted = event.outcomes.filter((outcome) => outcome.result === "accepted");
    const applied = new Set(accepted.map((outcome) => Uri.file(outcome.path).toString()));
    const wanted = savesAfterApply();
    for (const document of workspace.textDocuments) {
      if (!applied.has(name(document))) continue;
      const unchanged = this.ours.get(name(document)) === document.version;
      this.ours.delete(name(document));
      if (wanted && unchanged && document.isDirty) await document.save();
    }
  }
}

function changed(params: ApplyWorkspaceEditParams): Set<string> {
  const edits = (params.edit.documentChanges ?? []).filter((each) => "textDocument" in each);
  return new Set(edits.map((each) => Uri.parse(each.textDocument.uri).toString()));
}

function name(document: TextDocument): string {
  return document.uri.toString();
}
