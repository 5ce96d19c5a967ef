/**
 * Finding a Python that may run the server.
 *
 * Owns the rule that it never comes from the workspace, not even where the user names it: an interpreter that lies in a
 * repository is code of the repository. Installs nothing.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, relative } from "node:path";
import { promisify } from "node:util";

const LEAST = [3, 11] as const;
const NAMES =
  process.platform === "win32"
    ? ["python3.exe", "python.exe"]
    : ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const ASK = "import sys; print('%d.%d' % sys.version_info[:2])";

/** Give the path of a Python that is new enough, and outside of the workspace folders. */
export async function findPython(
  configured: string,
  folders: string[],
  searchPath: string,
): Promise<string> {
  if (configured) return checked(configured, folders);
  const old: string[] = [];
  for (const path of candidates(searchPath, folders)) {
    const version = await versionOf(path);
    if (enough(version)) return path;
    if (version) old.push(`${path} is ${version}`);
  }
  const found = old.length > 0 ? `It is too old: ${old.join(", ")}.` : "There is none on the path.";
  throw new Error(`${NEED} ${found}`);
}

/** The Python that the user names. Whether it may be run is looked at before it is. */
async function checked(path: string, folders: string[]): Promise<string> {
  if (!isAbsolute(path)) throw new Error(`The path ${path} is not absolute. ${NEED}`);
  if (isIn(path, folders))
    throw new Error(`${path} lies in this workspace, whose programs are never run. ${NEED}`);
  const version = await versionOf(path);
  if (enough(version)) return path;
  throw new Error(`${path} ${version ? `is Python ${version}` : "is no Python"}. ${NEED}`);
}

const NEED =
  "The server needs Python 3.11 or newer: install it, or name one in the setting " +
  "backendSpecialist.client.python.";

/** Executables on a search path, those in a workspace folder left out. */
export function candidates(searchPath: string, folders: string[]): string[] {
  const directories = searchPath
    .split(delimiter)
    .filter((directory) => isAbsolute(directory) && !isIn(directory, folders));
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).filter(
    (path) => isExecutable(path) && !isIn(real(path), folders),
  );
}

function isIn(path: string, folders: string[]): boolean {
  return [path, real(path)].some((each) =>
    folders.flatMap((folder) => [folder, real(folder)]).some((folder) => isBelow(each, folder)),
  );
}

function isBelow(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest === "" || !(rest.startsWith("..") || isAbsolute(rest));
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Tells one Python from another: a link that leads elsewhere by now, or an upgrade in place, is another one. */
export async function identity(path: string): Promise<string> {
  return `${real(path)} ${await versionOf(path)}`;
}

/** `3.12`, or nothing where there is no Python that can be run. */
export async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ["-I", "-c", ASK], { timeout: 20_000 });
    return stdout.trim();
  } catch {
    return "";
  }
}

function enough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}
