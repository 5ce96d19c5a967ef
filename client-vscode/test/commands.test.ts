import { beforeEach, describe, expect, it, vi } from "vitest";
import manifest from "../package.json";
import { Commands, placeOf } from "../src/commands";
import { ACTIONS, Sessions } from "../src/sessions";
import { SessionsTree } from "../src/tree";
import { caller, outcome, session } from "./samples";
import { commands, window } from "./vscode";

const around = {
  running: vi.fn(() => true),
  setApiKey: async () => {},
  removeApiKey: async () => {},
  restart: async () => {},
  log: async () => {},
  failed: vi.fn(),
};

async function stage(...given: (ReturnType<typeof session> | (() => never))[]) {
  const listed = given.filter((each) => typeof each !== "function");
  const cancel = given.find((each) => typeof each === "function");
  const server = caller({ listSessions: () => listed, ...(cancel && { cancel }) });
  const sessions = new Sessions(server);
  await sessions.refresh();
  const registered = new Commands(server, sessions, around).register() as unknown as {
    name: string;
    call: (row?: unknown) => Promise<void>;
  }[];
  const run = (name: string, row?: unknown) =>
    registered.find((each) => each.name === `backendSpecialist.client.${name}`)?.call(row);
  return { server, sessions, registered, run };
}

beforeEach(() => {
  vi.resetAllMocks();
  around.running.mockReturnValue(true);
  commands.registerCommand.mockImplementation((name, call) => ({ name, call }));
});

describe("commands", () => {
  it("are those of the manifest", async () => {
    const { registered } = await stage();
    const declared = manifest.contributes.commands.map(({ command }) => command);
    expect(registered.map(({ name }) => name).sort()).toEqual([...declared].sort());
  });

  it("that act on sessions are enabled only where one has the action", () => {
    for (const action of ACTIONS) {
      const command = `backendSpecialist.client.${action}`;
      const declared = manifest.contributes.commands.find((each) => each.command === command);
      expect(declared?.enablement).toBe(`backendSpecialist.client.can.${action}`);
    }
  });

  it("pick the only session for which they make sense", async () => {
    const { run, server } = await stage(
      session({ sessionId: "done", status: "completed" }),
      session({ sessionId: "busy" }),
    );
    await run("cancel");
    expect(server.calls.at(-1)).toEqual(["cancel", { sessionId: "busy" }]);
    expect(window.showQuickPick).not.toHaveBeenCalled();
  });

  it("ask which one when there are more", async () => {
    const { run, server } = await stage(session({ sessionId: "a" }), session({ sessionId: "b" }));
    window.showQuickPick.mockResolvedValue({ sessionId: "b" });
    await run("cancel");
    expect(server.calls.at(-1)).toEqual(["cancel", { sessionId: "b" }]);
  });

  it("show what went wrong, and throw nothing at VS Code", async () => {
    const refused = new Error("There is no agent intruder.");
    const { run } = await stage(session(), () => {
      throw refused;
    });
    await run("cancel");
    expect(around.failed).toHaveBeenCalledWith(refused);
  });

  it("take the row of the view", async () => {
    const { run, server } = await stage(session({ sessionId: "a" }), session({ sessionId: "b" }));
    await run("cancel", { sessionId: "a" });
    expect(server.calls.at(-1)).toEqual(["cancel", { sessionId: "a" }]);
  });

  it("do nothing when their question is dismissed", async () => {
    const { run, server } = await stage(session({ status: "completed" }));
    const before = server.calls.length;
    for (const name of ["run", "reply", "delete", "saveDeliverable"]) await run(name);
    expect(server.calls.length).toBe(before);
  });

  it.each([
    [true, ["cancel", "run", "runRecipe", "reply", "transcript"]],
    [false, []],
  ])("of the menu are those that make sense while the server runs: %s", async (runs, more) => {
    around.running.mockReturnValue(runs);
    const { run } = await stage(session());
    await run("menu");
    const [items] = window.showQuickPick.mock.calls[0] as [{ command: string }[]];
    const always = ["sessions", "setApiKey", "restart", "log"];
    expect(items.map((item) => item.command)).toEqual([...more, ...always]);
  });

  it("offer only recipes that fit the place", async () => {
    const recipe = (name: string, when: string) => ({
      name,
      title: name,
      description: "",
      source: "",
      when,
    });
    const server = caller({
      listRecipes: () =>
        [recipe("all", "always"), recipe("file", "file"), recipe("part", "selection")] as never,
    });
    const registered = new Commands(server, new Sessions(server), around).register() as never[];
    const run = registered.find(
      (each: { name: string }) => each.name === "backendSpecialist.client.runRecipe",
    ) as unknown as { call: () => Promise<void> };
    await run.call();
    const [items] = window.showQuickPick.mock.calls[0] as [{ recipe: string }[]];
    expect(items.map((item) => item.recipe)).toEqual(["all"]);
  });
});

describe("the place of a task", () => {
  const at = (line: number, character: number) => ({ line, character });
  const editor = (scheme: string, isEmpty: boolean) =>
    ({
      document: { uri: { scheme, toString: () => `${scheme}:///a.py` }, version: 7 },
      selection: { isEmpty, start: at(1, 2), end: at(3, 4) },
    }) as never;

  it("is the selection, at the version that the user sees", () => {
    expect(placeOf(editor("file", false))).toEqual({
      uri: "file:///a.py",
      version: 7,
      range: { start: at(1, 2), end: at(3, 4) },
    });
  });

  it("is the file without a selection, and nothing in an output channel", () => {
    expect(placeOf(editor("file", true))).toEqual({ uri: "file:///a.py", version: 7 });
    expect(placeOf(editor("output", false))).toEqual({});
    expect(placeOf(undefined)).toEqual({});
  });
});

describe("the sessions view", () => {
  it("shows state, cost and the outcome of each file", async () => {
    const outcomes = [
      outcome("app/main.py", "accepted"),
      outcome("app/main.py", "refused"),
      outcome("b.py", "refused"),
    ];
    const files = ["app/main.py", "b.py"];
    const { sessions } = await stage(session({ status: "completed", outcomes, files }));
    const tree = new SessionsTree(sessions);
    const [row] = tree.getChildren();
    if (!row) throw new Error("no row");
    const item = tree.getTreeItem(row);
    expect(item.description).toBe("completed · 4k tokens · $0.012");
    expect(item.contextValue).toBe("reply revert transcript delete");
    const rows = tree.getChildren(row).map((each) => tree.getTreeItem(each));
    expect(rows.map((each) => [each.label, each.description])).toEqual([
      ["app/main.py", "1 accepted, 1 refused"],
      ["b.py", "1 refused"],
    ]);
  });
});
