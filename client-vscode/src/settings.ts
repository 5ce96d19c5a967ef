/**
 * The settings: as the server gets them, and those of this client.
 *
 * Owns the rule that a repository cannot set what only the user may: values of the workspace are left out by name,
 * since VS Code hands on unregistered and nested spellings of them. VS Code marks a value of the wrong type and hands
 * it on all the same: the server checks its own, this checks the client's.
 */
import { workspace } from "vscode";
import { OWN } from "./protocol";

const SECTION = "backendSpecialist.";

/** The part of the manifest that declares settings. */
export interface Declared {
  [name: string]: { scope?: string };
}

export interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/** Give what is set, by the name that the server knows, without what is only the client's. */
export function settingsFor(
  declared: Declared,
  inspect: (name: string) => Inspected | undefined,
  trusted: boolean,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, { scope }] of Object.entries(declared)) {
    const key = name.slice(SECTION.length);
    if (key.startsWith("client.")) continue;
    const found = inspect(key);
    const own = trusted && scope === "window" ? found?.workspaceValue : undefined;
    const value = own ?? found?.globalValue;
    if (value !== undefined && value !== null) given[key] = value;
  }
  return given;
}

/** The settings of this window. */
export function currentSettings(declared: Declared): Record<string, unknown> {
  const configuration = workspace.getConfiguration("backendSpecialist");
  return settingsFor(declared, (key) => configuration.inspect(key), workspace.isTrusted);
}

/** Program and arguments that start another server; nothing where the user has none. */
export function serverCommand(): string[] {
  const given = own("server.command") ?? [];
  if (Array.isArray(given) && given.every((each) => typeof each === "string" && each)) return given;
  throw wrong(
    "server.command",
    'a list of a program and its arguments, for example ["/opt/bs/bin/backend-specialist", "serve"]',
  );
}

/** The Python that the user has chosen for the server; empty where they leave it to us. */
export function chosenPython(): string {
  const given = own("python") ?? "";
  if (typeof given === "string") return given.trim();
  throw wrong("python", "a path, or empty");
}

/** Off for any other value, since nothing is saved by surprise. */
export function savesAfterApply(): boolean {
  return own("saveAfterApply") === true;
}

/** A setting of this client. Each is the user's alone. */
function own(name: string): unknown {
  return workspace.getConfiguration("backendSpecialist").inspect(`client.${name}`)?.globalValue;
}

function wrong(name: string, expected: string): Error {
  return new Error(`The setting ${OWN}${name} must be ${expected}. Change it in the settings.`);
}
