import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Agent } from "../src/protocol";
import { Rights } from "../src/rights";
import { Sessions } from "../src/sessions";
import { caller, session } from "./samples";
import { window } from "./vscode";

function agent(name: string, permissions: Record<string, string>): Agent {
  return { name, model: null, source: "built-in", permissions };
}

async function stage(answers: Parameters<typeof caller>[0] = {}) {
  const listed = [agent("specialist", { edit: "ask", bash: "deny" }), agent("other", {})];
  const server = caller({
    listAgents: () => listed,
    listSessions: () => [session()],
    ...answers,
  });
  const sessions = new Sessions(server);
  await sessions.refresh();
  return { server, rights: new Rights(server, sessions) };
}

beforeEach(() => vi.resetAllMocks());

describe("rights", () => {
  it.each([
    [
      { action: "ask", rule: "edit: *: ask", source: "built-in" },
      "by the rule edit: *: ask (built-in)",
    ],
    [{ action: "deny", rule: null, source: "secret guard: .env" }, "secret guard: .env"],
  ])("are explained for one of the default agent's permissions: %o", async (found, why) => {
    const { rights, server } = await stage({ explainPermission: () => found });
    window.showQuickPick.mockResolvedValue("edit");
    window.showInputBox.mockResolvedValue("app/main.py");
    await rights.explainPermission();
    expect(window.showQuickPick.mock.calls[0]?.[0]).toEqual(["edit", "bash"]);
    expect(server.calls.at(-1)?.[1]).toEqual({ permission: "edit", subject: "app/main.py" });
    expect(window.showInformationMessage.mock.calls[0]?.[0]).toBe(
      `edit app/main.py: ${found.action}, ${why}.`,
    );
  });

  it("that were given for a session are taken back by a choice", async () => {
    const approval = { approvalId: "a1", sessionId: "s1", permission: "webfetch", pattern: "*" };
    const { rights, server } = await stage({ listApprovals: () => [approval] });
    window.showQuickPick.mockImplementation(async (items) => (items as object[])[0]);
    await rights.approvals();
    expect(window.showQuickPick.mock.calls[0]?.[0]).toMatchObject([
      { label: "webfetch: *", description: "Guard mean()" },
    ]);
    expect(server.calls.at(-1)).toEqual(["revokeApproval", { approvalId: "a1" }]);
  });

  it("of the agent that is picked count for what comes next, and a dismissed list changes nothing", async () => {
    const { rights, server } = await stage();
    await rights.agents();
    expect(server.calls.at(-1)?.[0]).toBe("listAgents");
    window.showQuickPick.mockImplementation(async (items) => (items as object[])[1]);
    await rights.agents();
    expect(server.calls.at(-1)).toEqual(["useAgent", { agent: "other" }]);
  });
});
