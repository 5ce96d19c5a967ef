/**
 * The settings as the server gets them.
 *
 * Owns the rule that a repository cannot set what only the user may: values of the workspace are left out by name,
 * since VS Code hands on unregistered and nested spellings of them.
 */
import { workspace } from "vscode";

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
