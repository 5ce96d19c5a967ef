/**
 * The diffs of proposals, in the editor's own view for several files.
 *
 * Owns those views, one a session, and that no two have one title: a title is all by which a tab is known. What they
 * show comes from the server; nothing is applied from them.
 */
import { commands, type Tab, TabInputText, Uri, window } from "vscode";
import type { Proposal } from "./protocol";
import { line } from "./words";

export class Diffs {
  /** The title of each session's diff. */
  private readonly titles = new Map<string, string>();

  /** Show the diff of a proposal, in place of the one that its session had. */
  async show(proposal: Proposal): Promise<void> {
    await this.close(proposal.sessionId);
    const title = this.free(line(proposal.title, 60));
    this.titles.set(proposal.sessionId, title);
    const resources = proposal.files.map((file) => [
      Uri.parse(file.uri),
      file.created ? undefined : Uri.parse(file.baseUri),
      file.deleted ? undefined : Uri.parse(file.proposedUri),
    ]);
    await commands.executeCommand("vscode.changes", title, resources);
  }

  /** Close the diff of a session: what it shows was answered. */
  async close(sessionId: string): Promise<void> {
    const title = this.titles.get(sessionId);
    if (title === undefined) return;
    this.titles.delete(sessionId);
    // The input of such a tab has no type in VS Code's API.
    const isOurs = ({ label, input }: Tab) =>
      isOf(title, label) && !(input instanceof TabInputText);
    await window.tabGroups.close(
      window.tabGroups.all.flatMap((group) => group.tabs).filter(isOurs),
    );
  }

  private free(name: string): string {
    const taken = [...this.titles.values()];
    for (let number = 1; ; number += 1) {
      const title = `Proposed${number > 1 ? ` ${number}` : ""}: ${name}`;
      if (!taken.some((other) => isOf(title, other) || isOf(other, title))) return title;
    }
  }
}

/** Whether a label is a title, or that with the number of files, which VS Code adds. */
function isOf(title: string, label: string): boolean {
  return label === title || label.startsWith(`${title} (`);
}
