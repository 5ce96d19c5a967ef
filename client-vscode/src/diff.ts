/**
 * The diff of a proposal, in the editor's own view for several files.
 *
 * Owns that view. What it shows comes from the server; nothing is applied from it.
 */
import { commands, type Tab, TabInputText, Uri, window } from "vscode";
import type { Proposal } from "./protocol";
import { line } from "./words";

export async function showDiff(proposal: Proposal): Promise<void> {
  const resources = proposal.files.map((file) => [
    Uri.parse(file.uri),
    file.created ? undefined : Uri.parse(file.baseUri),
    file.deleted ? undefined : Uri.parse(file.proposedUri),
  ]);
  await commands.executeCommand("vscode.changes", titleOf(proposal), resources);
}

/** Close the diff of a session: what it shows was answered. */
export async function closeDiff(proposal: Proposal): Promise<void> {
  const title = titleOf(proposal);
  // VS Code adds the number of files; the input of such a tab has no type in its API.
  const isOurs = ({ label, input }: Tab) =>
    (label === title || label.startsWith(`${title} (`)) && !(input instanceof TabInputText);
  await window.tabGroups.close(window.tabGroups.all.flatMap((group) => group.tabs).filter(isOurs));
}

function titleOf(proposal: Proposal): string {
  return `Proposed: ${line(proposal.title, 60)}`;
}
