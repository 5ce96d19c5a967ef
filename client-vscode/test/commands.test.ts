import { beforeEach, describe, expect, it, vi } from "vitest";
import manifest from "../package.json";
import { Commands } from "../src/commands";
import { ACTIONS, type Recipe, type Session } from "../src/protocol";
import { Sessions } from "../src/sessions";
import { SessionsTree } from "../src/tree";
import { Waiting } from "../src/waiting";
import { caller, ENDED, outcome, session } from "./samples";
import { commands, languages, window } from "./vscode";

const around = {
  running: vi.fn(() => true),
  setApiKey: async () => {},
  removeApiKey: async () => {},
  restart: async () => {},
  log: async () => {},
  failed: vi.fn(),
};

type Box = { prompt: string; value: string };
type Given = ReturnType<typeof session> | Parameters<typeof caller>[0];

/** Commands beside a server with these sessions and these other answers. */
async function stage(...given: Given[]) {
  const listed = given.filter((each) => each && "sessionId" in each) as Session[];
  const answers = given.filter((each) => each && !("sessionId" in each));
  const server = caller(Object.assign({ listSessions: () => listed }, ...answers));
  const sessions = new Sessions(server);
  await sessions.refresh();
  const made = new Commands(server, sessions, new Waiting(), around);
  const registered = made.register() as unknown as {
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
  commands.registerCommand.mockImplementation((name, call) => ({
    name,
    call,
    dispose: () => undefined,
  }));
});

describe("commands", () => {
  it("are those of the manifest", async () => {
    const { registered } = await stage();
    const declared = manifest.contributes.commands.map(({ command }) => command);
    expect(registered.map(({ name }) => name).sort()).toEqual([...declared].sort());
  });

  it("that act on sessions are enabled only where one has the action", () => {
    const conditions = manifest.contributes.commands.map((each) => each.enablement);
    for (const action of ACTIONS) {
      expect(conditions).toContain(`backendSpecialist.client.can.${action}`);
    }
  });

  it("pick the only session for which they make sense", async () => {
    const { run, server } = await stage(
      session({ sessionId: "done", status: "completed", actions: ENDED }),
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
    const { run } = await stage(session(), {
      cancel: () => {
        throw refused;
      },
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
    const { run, server } = await stage(session({ status: "completed", actions: ENDED }));
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

  const recipe = (name: string): Recipe => {
    return { name, title: name, description: "", source: "" };
  };
  const recipes = () => [recipe("best"), recipe("second"), recipe("third")];
  const at = { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } };
  const place = { uri: "file:///a.py", version: 7, range: at, diagnostics: [] };
  const uri = { scheme: "file", toString: () => "file:///a.py" };
  const selected = { document: { uri, version: 7 }, selection: { isEmpty: false, ...at } };

  it("ask again for a task that was refused, with what was typed and the place read anew", async () => {
    window.activeTextEditor = selected;
    languages.getDiagnostics.mockReturnValue([]);
    const refusals = [new Error("The document has changed. [Go](command:x)")];
    const { run, server } = await stage({
      run: () => {
        window.activeTextEditor = undefined;
        const refusal = refusals.pop();
        if (refusal) throw refusal;
        return { sessionId: "s1" };
      },
    });
    window.showInputBox.mockResolvedValueOnce("Guard mean()");
    window.showInputBox.mockImplementationOnce(async (box) => `${(box as Box).value} well`);
    await run("run");
    const [first, again] = window.showInputBox.mock.calls.map(([box]) => box as Box);
    expect(first?.prompt).toBe("It is about the code selected in a.py.");
    expect(again?.prompt).toBe(
      "The document has changed. [Go] (command:x) It is about this workspace.",
    );
    expect(server.calls.slice(-2)).toEqual([
      ["run", { ...place, instructions: "Guard mean()" }],
      ["run", { instructions: "Guard mean() well" }],
    ]);
    expect(around.failed).not.toHaveBeenCalled();
  });

  it.each([
    ["from the palette", undefined, {}],
    ["from a menu of the editor", { scheme: "file" }, {}],
    ["for the place of a code action", { recipes: ["third"], ...place }, place],
  ])("pick a recipe that the server finds fitting, %s", async (_, given, asked) => {
    const { run, server } = await stage({ listRecipes: recipes });
    window.showQuickPick.mockImplementation(async (items) => (items as object[])[0]);
    await run("runRecipe", given);
    expect(server.calls.slice(-2)).toEqual([
      ["listRecipes", { place: asked }],
      ["run", { ...asked, recipe: "best" }],
    ]);
    const [items] = window.showQuickPick.mock.calls[0] as [{ recipe: string }[]];
    expect(items.map((item) => item.recipe)).toEqual(["best", "second", "third"]);
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
    const { sessions } = await stage(
      session({ status: "completed", outcomes, files, actions: ENDED }),
    );
    const tree = new SessionsTree(sessions);
    const [row] = tree.getChildren();
    if (!row) throw new Error("no row");
    const item = tree.getTreeItem(row);
    expect(item.description).toBe("completed · 4k tokens · $0.012");
    expect(item.contextValue).toBe("reply showTranscript deleteSession");
    const rows = tree.getChildren(row).map((each) => tree.getTreeItem(each));
    expect(rows.map((each) => [each.label, each.description])).toEqual([
      ["app/main.py", "1 accepted, 1 refused"],
      ["b.py", "1 refused"],
    ]);
  });
});
