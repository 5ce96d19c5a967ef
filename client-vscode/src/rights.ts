/**
 * What agents may do: which there are, why something is allowed or not, and what the user allowed for a session.
 *
 * Owns these questions. Decides nothing: the rules are the server's.
 */
import { window } from "vscode";
import type { Caller } from "./protocol";
import type { Sessions } from "./sessions";
import { line, message } from "./words";

export class Rights {
  constructor(
    private readonly server: Caller,
    private readonly sessions: Sessions,
  ) {}

  /** Show the agents with what they may do, and take one for what comes next. */
  async agents(): Promise<void> {
    const items = (await this.server.call("listAgents", {})).map((agent) => ({
      agent: agent.name,
      label: line(agent.name),
      description: [agent.model, agent.source]
        .filter(Boolean)
        .map((each) => line(`${each}`))
        .join(" · "),
      detail: Object.entries(agent.permissions)
        .map(([name, action]) => `${name}: ${action}`)
        .join(", "),
    }));
    const title = "Use an agent for what comes next";
    const chosen = await window.showQuickPick(items, { title });
    if (chosen) await this.server.call("useAgent", { agent: chosen.agent });
  }

  /** Say what the default agent may do in one case, and by which rule. */
  async explainPermission(): Promise<void> {
    const title = "Explain a permission";
    const [agent] = await this.server.call("listAgents", {});
    const names = Object.keys(agent?.permissions ?? {});
    const permission = await window.showQuickPick(names, { title });
    if (!permission) return;
    const prompt = "The path, the address or the command that it is about.";
    const subject = await window.showInputBox({ title, prompt, value: "*" });
    if (!subject) return;
    const found = await this.server.call("explainPermission", { permission, subject });
    const why = found.rule ? `by the rule ${found.rule} (${found.source})` : found.source;
    void window.showInformationMessage(
      message(`${permission} ${subject}: ${found.action}, ${why}.`),
    );
  }

  /** Show what was allowed for a whole session, and take back what is chosen. */
  async approvals(): Promise<void> {
    const items = (await this.server.call("listApprovals", {})).map((approval) => ({
      label: line(`${approval.permission}: ${approval.pattern}`),
      description: line(this.sessions.find(approval.sessionId)?.title ?? "", 60),
      approvalId: approval.approvalId,
    }));
    const title = items.length
      ? "Choose an approval to revoke it"
      : "Nothing is approved for a session";
    const chosen = await window.showQuickPick(items, { title });
    if (chosen) await this.server.call("revokeApproval", { approvalId: chosen.approvalId });
  }
}
