/**
 * The Python environment in which the server that this extension carries is installed.
 *
 * Owns that environment, in the extension's global storage. Runs nothing of the workspace, and installs nothing but
 * the carried wheel and what it needs.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Launch } from "./process";
import { identity, versionOf } from "./python";

type Log = (line: string) => void;

const OWN_WHEEL = /^backend_specialist-.*\.whl$/;
/** Left by a window that was killed while it installed, when it has this age. */
const PART = { name: /^server-.*\.part$/, age: 3_600_000 };
/** Another window may run from an older environment for as long as it is open; at each start it says that it does. */
const OLD = { name: /^server-[0-9a-f]{12}$/, age: 14 * 24 * 3_600_000 };
const PYTHON = process.platform === "win32" ? join("Scripts", "python.exe") : join("bin", "python");

export class Environment {
  /** `chosen`: the Python that the user names, which has an environment of its own; else it is empty. */
  constructor(
    private readonly storage: string,
    private readonly wheels: string,
    private readonly log: Log,
    private readonly chosen = "",
  ) {}

  /** How to start the installed server; `undefined` when it is not installed, or its Python is another one by now. */
  async installed(): Promise<Launch | undefined> {
    const target = join(this.storage, await this.name());
    if (!(await isSound(target))) return undefined;
    const now = new Date();
    await utimes(target, now, now).catch((error) => this.log(String(error)));
    return launch(join(target, PYTHON));
  }

  /** Install the server with a Python, all or nothing: it is built aside and then moved into place. */
  async install(python: string, signal: AbortSignal): Promise<Launch> {
    const name = await this.name();
    const target = join(this.storage, name);
    const aside = `${target}.${process.pid}.part`;
    await mkdir(this.storage, { recursive: true });
    await rm(aside, { recursive: true, force: true });
    try {
      await this.build(python, aside, signal);
      await this.place(aside, target);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    await this.removeOthers(name);
    return launch(join(target, PYTHON));
  }

  /** Where another window was faster, its environment holds the same wheel; one that cannot run gives way. */
  private async place(aside: string, target: string): Promise<void> {
    if (await isSound(target)) return;
    const broken = `${target}.${process.pid}.broken.part`;
    await rename(target, broken).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(aside, target).catch(async (error) => {
      if (!(await isSound(target))) throw error;
    });
    await rm(broken, { recursive: true, force: true }).catch((error) => this.log(String(error)));
  }

  private async build(python: string, aside: string, signal: AbortSignal): Promise<void> {
    await this.run(python, ["-I", "-m", "venv", aside], signal, NO_VENV);
    const own = join(aside, PYTHON);
    const wheel = join(this.wheels, await this.wheel());
    const pip = ["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
    if ((await readdir(this.wheels)).length > 1) {
      const offline = [...pip, "--no-index", "--find-links", this.wheels, wheel];
      try {
        return await this.run(own, offline, signal, NO_INSTALL);
      } catch (error) {
        if (signal.aborted) throw error;
        this.log("The carried wheels do not fit this Python; downloading what is missing.");
      }
    }
    await this.run(own, [...pip, wheel], signal, NO_INSTALL);
  }

  /** What cannot be removed now is removed with a later installation. */
  private async removeOthers(name: string): Promise<void> {
    for (const each of await readdir(this.storage)) {
      const kind = [PART, OLD].find((known) => known.name.test(each));
      if (!kind || each === name) continue;
      const path = join(this.storage, each);
      await removeOlder(path, kind.age).catch((error) => this.log(String(error)));
    }
  }

  private async wheel(): Promise<string> {
    const found = (await readdir(this.wheels).catch(() => [])).find((each) => OWN_WHEEL.test(each));
    if (!found) throw new Error("This extension carries no server; install it again.");
    return found;
  }

  /**
   * A new wheel gets a new environment, also under the same version, and so does another Python that is chosen: another
   * window may run from the old one. One that is found on the path is kept, since each terminal may have another path.
   */
  private async name(): Promise<string> {
    const hash = createHash("sha256").update(await readFile(join(this.wheels, await this.wheel())));
    if (this.chosen) hash.update(await identity(this.chosen));
    return `server-${hash.digest("hex").slice(0, 12)}`;
  }

  private run(command: string, args: string[], signal: AbortSignal, advice: string): Promise<void> {
    this.log(`$ ${[command, ...args].join(" ")}`);
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd: this.storage, signal, stdio: "pipe" });
      let last = "";
      const take = (data: Buffer) => {
        for (const text of data.toString().split(/\r?\n/).filter(Boolean)) {
          this.log(text);
          last = text;
        }
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`The server could not be installed: ${last} ${advice}`));
      });
    });
  }
}

const NO_VENV =
  "This Python cannot make environments; on Debian, install the package python3-venv.";
const NO_INSTALL =
  "Check the network or the proxy. Offline, use the VSIX for your platform, which carries everything.";

function launch(python: string): Launch {
  return { command: python, args: ["-I", "-m", "backend_specialist", "serve"] };
}

/** Whether its Python runs and is still the one that it was made with: packages are installed for one version. */
async function isSound(target: string): Promise<boolean> {
  const made = await readFile(join(target, "pyvenv.cfg"), "utf8").catch(() => "");
  const version = /^version(?:_info)? *= *(\d+\.\d+)/m.exec(made)?.[1];
  return version !== undefined && version === (await versionOf(join(target, PYTHON)));
}

async function removeOlder(path: string, age: number): Promise<void> {
  const { mtimeMs } = await stat(path);
  if (Date.now() - mtimeMs > age) await rm(path, { recursive: true, force: true });
}
