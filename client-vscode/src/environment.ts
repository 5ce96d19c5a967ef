/**
 * The Python environment in which the server that this extension carries is installed.
 *
 * Owns that environment, in the extension's global storage. Runs nothing of the workspace, and installs nothing but
 * the carried wheel and what it needs.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** What starts the server. */
export interface Launch {
  command: string;
  args: string[];
}

/** Why the server could not be installed, for the user; the log says more. */
export class NotInstalled extends Error {}

type Log = (line: string) => void;

const OWN_WHEEL = /^backend_specialist-.*\.whl$/;
const PYTHON = process.platform === "win32" ? join("Scripts", "python.exe") : join("bin", "python");

export class Environment {
  constructor(
    private readonly storage: string,
    private readonly wheels: string,
    private readonly log: Log,
  ) {}

  /** How to start the installed server; `undefined` when it is not installed. */
  async installed(): Promise<Launch | undefined> {
    const python = join(this.storage, await this.name(), PYTHON);
    return existsSync(python) ? launch(python) : undefined;
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
      await rename(aside, target).catch((error) => this.isThere(target, error));
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    await this.removeOthers(name);
    return launch(join(target, PYTHON));
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

  /** Another window was faster: its environment holds the same wheel. */
  private isThere(target: string, error: unknown): void {
    if (!existsSync(join(target, PYTHON))) throw error;
  }

  private async removeOthers(name: string): Promise<void> {
    const old = (await readdir(this.storage)).filter(
      (each) => /^server-[0-9a-f]{12}$/.test(each) && each !== name,
    );
    for (const each of old) await rm(join(this.storage, each), { recursive: true, force: true });
  }

  private async wheel(): Promise<string> {
    const found = (await readdir(this.wheels).catch(() => [])).find((each) => OWN_WHEEL.test(each));
    if (!found) throw new NotInstalled("This extension carries no server; install it again.");
    return found;
  }

  /** A new wheel gets a new environment, also under the same version. */
  private async name(): Promise<string> {
    const content = await readFile(join(this.wheels, await this.wheel()));
    return `server-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
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
        else reject(new NotInstalled(`The server could not be installed: ${last} ${advice}`));
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
