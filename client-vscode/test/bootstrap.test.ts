import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExtensionContext } from "vscode";
import { Bootstrap } from "../src/bootstrap";
import { interpreter } from "./interpreter";
import { configure, Uri, workspace } from "./vscode";

let place: string;

const CLIENT = "backendSpecialist.client.";
const COMMAND = `${CLIENT}server.command`;
const PYTHON = `${CLIENT}python`;

/** What starts the server for a user with these settings. */
function launch(settings: Record<string, unknown>) {
  configure(settings);
  const context = {
    extensionUri: Uri.file(join(place, "extension")),
    globalStorageUri: Uri.file(join(place, "storage")),
  };
  const made = new Bootstrap(context as unknown as ExtensionContext, () => undefined);
  return made.launch(new AbortController().signal);
}

/** The Python that runs the server. */
async function running(settings: Record<string, unknown>): Promise<string> {
  return realpathSync((await launch(settings)).command);
}

const environments = () => readdirSync(join(place, "storage"));

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "bootstrap-")));
  mkdirSync(join(place, "extension/wheels"), { recursive: true });
  const wheel = join(place, "extension/wheels/backend_specialist-0.1.0-py3-none-any.whl");
  writeFileSync(wheel, "a server");
});

afterEach(() => {
  configure({});
  workspace.workspaceFolders = undefined;
  rmSync(place, { recursive: true });
});

describe("the Python of the setting", () => {
  it("runs the server, also when another one has been installed with", async () => {
    const [one, other] = ["one", "other"].map((name) => interpreter(place, { name }));
    expect(await running({ [PYTHON]: one })).toBe(one);
    expect(await running({ [PYTHON]: other })).toBe(other);
    expect(await running({ [PYTHON]: one })).toBe(one);
    expect(environments()).toHaveLength(2);
  });

  it("runs the server as it is now: upgraded, its environment is another one", async () => {
    const python = interpreter(place);
    const before = await launch({ [PYTHON]: python });
    interpreter(place, { version: "3.12" });
    expect((await launch({ [PYTHON]: python })).command).not.toBe(before.command);
  });

  it("starts nothing when it is none, whatever has been installed", async () => {
    await launch({ [PYTHON]: interpreter(place) });
    await expect(launch({ [PYTHON]: "/nowhere/python" })).rejects.toThrow(/is no Python/);
  });

  it("starts nothing when it lies in this workspace", async () => {
    const python = interpreter(place);
    await launch({ [PYTHON]: python });
    workspace.workspaceFolders = [{ uri: Uri.file(place) }];
    await expect(launch({ [PYTHON]: python })).rejects.toThrow(/in this workspace/);
  });

  it.each([5, ["/usr/bin/python3"], true])("is a path, and not %j", async (given) => {
    await expect(launch({ [PYTHON]: given })).rejects.toThrow(`${PYTHON} must be a path`);
  });
});

describe("the command of the setting", () => {
  it("starts the server", async () => {
    const expected = { command: "/opt/bs", args: ["serve", "--stdio"] };
    expect(await launch({ [COMMAND]: ["/opt/bs", "serve", "--stdio"] })).toEqual(expected);
  });

  it.each(["backend-specialist serve", { program: "bs" }, ["bs", 5], ["bs", ""], [""], 7])(
    "is a list, and not %j",
    async (given) => {
      await expect(launch({ [COMMAND]: given })).rejects.toThrow(
        `${COMMAND} must be a list of a program and its arguments`,
      );
    },
  );

  it.each([undefined, null, []])("is none when it is %j", async (given) => {
    const python = interpreter(place);
    expect(await running({ [COMMAND]: given, [PYTHON]: python })).toBe(python);
  });
});
