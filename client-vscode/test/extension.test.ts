import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ExtensionContext } from "vscode";
import manifest from "../package.json";
import { activate, deactivate } from "../src/extension";
import { channel } from "./languageclient";
import { session } from "./samples";
import {
  commands,
  configurationChanges,
  configure,
  EventEmitter,
  folderChanges,
  Uri,
  window,
} from "./vscode";

const LSP = join(import.meta.dirname, "lsp.mjs");
const OWN = "backendSpecialist.client.";

let directory: string;
let context: { subscriptions: { dispose(): void }[] };
let shared: Secrets;

/** The secret storage, which all windows share; every one of them hears of a change. */
class Secrets {
  private readonly kept = new Map<string, string>();
  private readonly changes = new EventEmitter<{ key: string }>();
  readonly onDidChange = this.changes.event;
  get = async (key: string) => this.kept.get(key);
  async store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
    this.changes.fire({ key });
  }
  async delete(key: string): Promise<void> {
    this.kept.delete(key);
    this.changes.fire({ key });
  }
}

const KEY = "anthropicApiKey";
const at = (name: string) => join(directory, name);
const until = (holds: () => boolean) => vi.waitUntil(holds, 20_000);
const starts = () => (existsSync(at("pids")) ? readFileSync(at("pids"), "utf8").match(/\n/g) : []);
const heard = (method: string) =>
  existsSync(at("heard")) ? readFileSync(at("heard"), "utf8").split(method).length - 1 : 0;

/** What the conditions of the manifest see. */
function is(name: string): unknown {
  const set = commands.executeCommand.mock.calls.filter(
    ([command, key]) => command === "setContext" && key === OWN + name,
  );
  return set.at(-1)?.[2];
}

/** What was asked or said, by its first words. */
function said(show: { mock: { calls: unknown[][] } }): string[] {
  return show.mock.calls.map(([text]) => String(text));
}

function lists(...sessions: object[]): void {
  writeFileSync(at("sessions.json"), JSON.stringify(sessions));
}

/** Start the extension in a window of its own. */
function open(): void {
  configure({ [`${OWN}server.command`]: [process.execPath, LSP, "lists"] });
  context = {
    subscriptions: [],
    ...{ secrets: shared, extension: { packageJSON: manifest } },
    ...{ globalStorageUri: Uri.file(directory), extensionUri: Uri.file(directory) },
  };
  activate(context as unknown as ExtensionContext);
}

async function opened(): Promise<void> {
  open();
  await until(() => is("ready") === true);
}

function run(name: string): Promise<unknown> {
  const found = commands.registerCommand.mock.calls.findLast(([each]) => each === OWN + name);
  return Promise.resolve(found?.[1]());
}

function changed(...names: string[]): void {
  configurationChanges.fire({
    affectsConfiguration: (section) => names.some((name) => name.startsWith(section)),
  });
}

beforeEach(() => {
  vi.clearAllMocks();
  for (const show of [
    window.showErrorMessage,
    window.showInformationMessage,
    window.showWarningMessage,
    window.showInputBox,
  ])
    show.mockReset().mockResolvedValue(undefined);
  directory = mkdtempSync(join(tmpdir(), "extension-"));
  shared = new Secrets();
  window.createOutputChannel.mockImplementation(() => ({
    ...channel(),
    dispose: () => undefined,
  }));
  lists();
});

afterEach(async () => {
  await deactivate();
  for (const each of context.subscriptions) each.dispose();
  configure({});
  rmSync(directory, { recursive: true });
});

describe("a window whose sessions cannot be read", () => {
  it("is ready all the same, and says why", async () => {
    rmSync(at("sessions.json"));
    open();
    await until(() => is("life") !== "starting" && window.showErrorMessage.mock.calls.length > 0);
    expect(said(window.showErrorMessage)).toEqual([
      "Backend Specialist: The sessions cannot be read.",
    ]);
    expect(is("ready")).toBe(true);
    lists(session());
    await run("refresh");
    expect(is("can.cancel")).toBe(true);
  });
});

describe("folders that come and go", () => {
  it("bring their sessions along", async () => {
    await opened();
    expect(is("can.cancel")).toBe(false);
    lists(session());
    folderChanges.fire({ added: [{ uri: Uri.file("/shop") }], removed: [] });
    await until(() => is("can.cancel") === true);
  });
});

describe("settings that change", () => {
  it("reach a server that the user does not restart for another of them", async () => {
    await opened();
    changed("backendSpecialist.client.python", "backendSpecialist.model");
    await until(() => heard("workspace/didChangeConfiguration") === 1);
    expect(said(window.showInformationMessage)).toEqual([
      expect.stringContaining("the setting takes effect when the server starts again"),
    ]);
    expect(starts()).toHaveLength(1);
  });
});

describe("the API key", () => {
  it("of another window is taken with a restart, when the user says so", async () => {
    await opened();
    window.showInformationMessage.mockResolvedValueOnce("Restart Server");
    await shared.store(KEY, "sk-ant-1");
    await until(() => starts()?.length === 2);
    expect(said(window.showInformationMessage)).toEqual([
      expect.stringContaining("API key was changed in another window"),
    ]);
  });

  it("that another window removes lives on only if the user wants it so", async () => {
    await shared.store(KEY, "sk-ant-1");
    await opened();
    await shared.delete(KEY);
    await until(() => window.showInformationMessage.mock.calls.length === 1);
    expect(starts()).toHaveLength(1);
  });

  it("of this window restarts its server once, and is not asked about again", async () => {
    await opened();
    window.showInputBox.mockResolvedValueOnce("sk-ant-1");
    await run("setApiKey");
    await shared.store("of another extension", "x");
    expect(starts()).toHaveLength(2);
    expect(window.showInformationMessage).not.toHaveBeenCalled();
  });

  it("is kept when the user wants the sessions to go on", async () => {
    await shared.store(KEY, "sk-ant-1");
    lists(session(), session({ sessionId: "s2" }));
    await opened();
    await until(() => is("can.cancel") === true);
    await run("removeApiKey");
    expect(window.showWarningMessage.mock.calls).toEqual([
      [
        "Remove the API key?",
        { modal: true, detail: expect.stringContaining("2 sessions") },
        "Remove",
      ],
    ]);
    expect(await shared.get(KEY)).toBe("sk-ant-1");
    window.showWarningMessage.mockResolvedValueOnce("Remove");
    await run("removeApiKey");
    expect(await shared.get(KEY)).toBeUndefined();
    expect(starts()).toHaveLength(2);
  });

  it("is removed without a question where nothing runs, which is said", async () => {
    await shared.store(KEY, "sk-ant-1");
    await opened();
    await run("removeApiKey");
    expect(await shared.get(KEY)).toBeUndefined();
    expect(window.showWarningMessage).not.toHaveBeenCalled();
    expect(said(window.showInformationMessage)).toEqual([
      "Backend Specialist: the API key is removed.",
    ]);
    expect(starts()).toHaveLength(2);
  });

  it("that is not there is not removed", async () => {
    await opened();
    await run("removeApiKey");
    expect(said(window.showInformationMessage)).toEqual([
      "Backend Specialist: no API key is stored here.",
    ]);
    expect(starts()).toHaveLength(1);
  });
});
