/** As much of VS Code's API as the tested parts touch: what they ask of it is recorded, a test sets the answers. */
import { vi } from "vitest";

export { CancellationTokenSource } from "vscode-jsonrpc/node";

export class Uri {
  private constructor(readonly path: string) {}
  static parse(text: string): Uri {
    return new Uri(text);
  }
  static file(path: string): Uri {
    return new Uri(`file://${path}`);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri([base.path, ...parts].join("/"));
  }
  get fsPath(): string {
    return this.path.replace("file://", "");
  }
  toString(): string {
    return this.path;
  }
}

export class TabInputText {}
export class ThemeIcon {
  static readonly File = new ThemeIcon("file");
  constructor(readonly id: string) {}
}
export class ThemeColor {
  constructor(readonly id: string) {}
}
export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void) => {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}
export enum TreeItemCollapsibleState {
  None = 0,
  Collapsed = 1,
}
export enum StatusBarAlignment {
  Left = 1,
}
export enum ProgressLocation {
  Notification = 15,
}
export class TreeItem {
  [key: string]: unknown;
  constructor(
    readonly label: string,
    readonly collapsibleState = TreeItemCollapsibleState.None,
  ) {}
}

const unanswered = () => vi.fn(async (..._: unknown[]): Promise<unknown> => undefined);

export const window = {
  activeTextEditor: undefined as unknown,
  createOutputChannel: vi.fn((_name: string): unknown => undefined),
  createStatusBarItem: () => ({ show: () => undefined, dispose: () => undefined }),
  registerTreeDataProvider: () => ({ dispose: () => undefined }),
  tabGroups: {
    all: [] as { tabs: { label: string; input: unknown }[] }[],
    activeTabGroup: {} as { activeTab?: { label: string } | undefined },
    close: unanswered(),
  },
  showInformationMessage: unanswered(),
  showWarningMessage: unanswered(),
  showErrorMessage: unanswered(),
  showInputBox: unanswered(),
  showQuickPick: unanswered(),
  withProgress: (_: unknown, task: (progress: object, token: object) => unknown) =>
    task({ report: () => undefined }, { onCancellationRequested: () => undefined }),
};

export const commands = {
  executeCommand: unanswered(),
  registerCommand: vi.fn((name: string, call: (...given: unknown[]) => unknown) => ({
    name,
    call,
    dispose: () => undefined,
  })),
};

export const languages = { getDiagnostics: vi.fn((_uri: unknown): unknown[] => []) };

/** A test says that folders came and went. */
export const folderChanges = new EventEmitter<{ added: { uri: Uri }[]; removed: { uri: Uri }[] }>();
/** A test says that settings have changed. */
export const configurationChanges = new EventEmitter<{
  affectsConfiguration(section: string): boolean;
}>();
const nothing = () => ({ dispose: () => undefined });

export const workspace = {
  isTrusted: true,
  textDocuments: [] as { uri: Uri; isDirty: boolean; save: () => Promise<boolean> }[],
  asRelativePath: (uri: Uri) => uri.path.replace("file:///", ""),
  workspaceFolders: undefined as { uri: Uri }[] | undefined,
  onDidChangeWorkspaceFolders: folderChanges.event,
  onDidChangeConfiguration: configurationChanges.event,
  onDidChangeTextDocument: nothing,
  onDidGrantWorkspaceTrust: nothing,
  getConfiguration: (section: string) => ({
    inspect: (key: string) => inspected[`${section}.${key}`],
  }),
};

let inspected: Record<string, { globalValue?: unknown; workspaceValue?: unknown }> = {};

/** The settings, by their whole names: those of the user, and what a workspace says. */
export function configure(
  user: Record<string, unknown>,
  ofWorkspace: Record<string, unknown> = {},
) {
  inspected = {};
  for (const [name, globalValue] of Object.entries(user)) inspected[name] = { globalValue };
  for (const [name, workspaceValue] of Object.entries(ofWorkspace))
    inspected[name] = { ...inspected[name], workspaceValue };
}
