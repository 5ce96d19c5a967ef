/**
 * What the real vscode-languageclient touches of VS Code when it is loaded and connected, in a test without VS Code.
 *
 * It is loaded by Node itself, past the alias of the tests. What it only carries along is answered by `anything`; what
 * a start and an end leave behind, the registered commands, is as strict as in VS Code.
 */
import Module from "node:module";
import * as vscode from "./vscode";

const disposable = () => ({ dispose: () => undefined });

class Anything {}

/** Answers to every name and call, and can be derived from. */
function anything(): unknown {
  return new Proxy(Anything, {
    get: (target, name) => {
      if (name === "then") return undefined;
      if (name === Symbol.toPrimitive) return () => "anything";
      if (name === Symbol.iterator) return function* () {};
      return name === "prototype" ? target.prototype : anything();
    },
    apply: () => anything(),
  });
}

const answering = (known: object) =>
  new Proxy(known, {
    get: (target, name) => {
      if (name in target) return target[name as keyof typeof target];
      return String(name).startsWith("on") ? disposable : anything();
    },
  });

type Call = (...given: unknown[]) => Promise<unknown>;

/** The commands that are registered now, as the light bulb and the code lenses call them. */
export const registered = new Map<string, Call>();

const stub = answering({
  ...vscode,
  version: "1.106.0",
  env: { appName: "Visual Studio Code", language: "en" },
  window: answering(
    Object.assign(vscode.window, {
      visibleTextEditors: [],
      tabGroups: answering(vscode.window.tabGroups),
    }),
  ),
  workspace: answering(Object.assign(vscode.workspace, { notebookDocuments: [] })),
  languages: answering(vscode.languages),
  commands: {
    registerCommand: (name: string, call: Call) => {
      if (registered.has(name)) throw new Error(`command '${name}' already exists`);
      registered.set(name, call);
      return { dispose: () => registered.delete(name) };
    },
  },
});

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = (request, ...rest) =>
  request === "vscode" ? stub : load.call(loader, request, ...rest);

/** A channel that keeps what is logged, as VS Code's. */
export function channel() {
  const lines: string[] = [];
  const put = (line: unknown) => void lines.push(String(line));
  const log = {
    info: put,
    error: put,
    warn: put,
    debug: put,
    trace: put,
    appendLine: put,
    show: () => undefined,
    onDidChangeLogLevel: disposable,
  };
  return Object.assign(log, { lines });
}
