/**
 * The sessions view.
 *
 * Owns what a row says. What can be done with it is in its context value, which the manifest reads.
 */
import {
  EventEmitter,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from "vscode";
import type { Session, Status } from "./protocol";
import type { Sessions } from "./sessions";
import { cost, failure, line, results, statusOf, tokens } from "./words";

const ICONS: Record<Status, string> = {
  running: "sync~spin",
  awaitingReview: "bell-dot",
  awaitingAnswer: "question",
  paused: "debug-pause",
  interrupted: "debug-disconnect",
  completed: "pass",
  failed: "error",
  cancelled: "circle-slash",
};

export interface FileRow {
  sessionId: string;
  file: string;
}
export type Row = { sessionId: string } | FileRow;

export class SessionsTree implements TreeDataProvider<Row> {
  private readonly changes = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly sessions: Sessions) {
    sessions.onChange(() => this.changes.fire());
  }

  getChildren(row?: Row): Row[] {
    if (!row) return this.sessions.all.map(({ sessionId }) => ({ sessionId }));
    if ("file" in row) return [];
    const { sessionId } = row;
    return (this.sessions.find(sessionId)?.files ?? []).map((file) => ({ sessionId, file }));
  }

  getTreeItem(row: Row): TreeItem {
    const session = this.sessions.find(row.sessionId);
    if (!session) return new TreeItem("");
    return "file" in row ? fileItem(session, row.file) : this.sessionItem(session);
  }

  private sessionItem(session: Session): TreeItem {
    const state = session.files.length
      ? TreeItemCollapsibleState.Collapsed
      : TreeItemCollapsibleState.None;
    const item = new TreeItem(line(session.title, 100), state);
    item.id = session.sessionId;
    item.iconPath = new ThemeIcon(ICONS[session.status]);
    const parts = [statusOf(session), tokens(session.usage), cost([session.usage])];
    item.description = parts.filter(Boolean).join(" · ");
    const started = new Date(session.startedAt * 1000).toLocaleString();
    const told = [`${session.agent}, ${started}`, item.description, failure(session)];
    item.tooltip = [line(session.title), ...told].filter(Boolean).join("\n");
    item.contextValue = session.actions.join(" ");
    return item;
  }
}

function fileItem(session: Session, file: string): TreeItem {
  const item = new TreeItem(line(file));
  item.id = `${session.sessionId}/${file}`;
  item.iconPath = ThemeIcon.File;
  item.description = results(session.outcomes.filter((outcome) => outcome.file === file));
  return item;
}
