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
  private readonly listeners: ((value: T) => void)[] = [];
  readonly event = (listener: (value: T) => void) => this.listeners.push(listener);
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
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
  tabGroups: { all: [] as { tabs: { label: string; input: unknown }[] }[], close: unanswered() },
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
  })),
};

export const languages = { getDiagnostics: vi.fn((_uri: unknown): unknown[] => []) };

export const workspace = {
  isTrusted: true,
  textDocuments: [] as { uri: Uri; isDirty: boolean; save: () => Promise<boolean> }[],
  workspaceFolders: undefined as { uri: Uri }[] | undefined,
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
