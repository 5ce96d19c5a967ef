/**
 * The diffs of proposals, in the editor's own view for several files.
 *
 * Owns those views, one a session, and that no two have one title: a title is all by which a tab is known. One stays
 * until its proposal was answered, and no longer. What they show comes from the server; nothing is applied from them.
 */
import { commands, type Tab, Uri, window } from "vscode";
import type { Proposal } from "./protocol";
import { line } from "./words";

/** The titles that `free` gives. */
const OURS = /^Proposed(?: \d+)?: /;

export class Diffs {
  /** The title of each session's diff. */
  private readonly titles = new Map<string, string>();
  /** One opens or closes at a time: a diff that is just opening has no tab yet that could be closed. */
  private turn: Promise<unknown> = Promise.resolve();

  /** Show the diff of a proposal, in place of the one that its session had; gives its title. */
  show(proposal: Proposal): Promise<string> {
    return this.inTurn(() => this.open(proposal));
  }

  /** Close the diff of a session: what it shows was answered. */
  close(sessionId: string): Promise<void> {
    return this.inTurn(() => this.closeOf(sessionId));
  }

  /** Close every diff, also one that VS Code has brought back with the window. */
  clear(): Promise<void> {
    return this.inTurn(async () => {
      this.titles.clear();
      await closeTabs((label) => OURS.test(label));
    });
  }

  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.turn.then(step);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async open(proposal: Proposal): Promise<string> {
    await this.closeOf(proposal.sessionId);
    const title = this.free(line(proposal.title, 60));
    this.titles.set(proposal.sessionId, title);
    const resources = proposal.files.map((file) => [
      Uri.parse(file.uri),
      file.created ? undefined : Uri.parse(file.baseUri),
      file.deleted ? undefined : Uri.parse(file.proposedUri),
    ]);
    await commands.executeCommand("vscode.changes", title, resources);
    // VS Code opens it as a preview, in whose place the next file or diff would come while the question stays.
    const tab = window.tabGroups.activeTabGroup.activeTab;
    if (tab && isOf(title, tab.label)) {
      await commands.executeCommand("workbench.action.keepEditor");
    }
    return title;
  }

  private async closeOf(sessionId: string): Promise<void> {
    const title = this.titles.get(sessionId);
    if (title === undefined) return;
    this.titles.delete(sessionId);
    await closeTabs((label) => isOf(title, label));
  }

  private free(name: string): string {
    const taken = [...this.titles.values()];
    for (let number = 1; ; number += 1) {
      const title = `Proposed${number > 1 ? ` ${number}` : ""}: ${name}`;
      if (!taken.some((other) => isOf(title, other) || isOf(other, title))) return title;
    }
  }
}

async function closeTabs(isOurs: (label: string) => boolean): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  await window.tabGroups.close(tabs.filter((tab) => isOurs(tab.label) && isMultiDiff(tab)));
}

/** The input of such a tab is not in VS Code's public API, and older versions give none. */
function isMultiDiff({ input }: Tab): boolean {
  return !input || "textDiffs" in (input as object);
}

/** Whether a label is a title, or that with the number of files, which VS Code adds. */
function isOf(title: string, label: string): boolean {
  return label === title || label.startsWith(`${title} (`);
}
