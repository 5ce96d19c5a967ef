/**
 * What the user is asked: proposals, questions and permissions.
 *
 * Owns the notifications and what an answer becomes. A dismissed notification is no answer: what waits stays open, in
 * the status bar and in the sessions view.
 */
import { window } from "vscode";
import { Diffs } from "./diff";
import type { Caller, Proposal, Request, SessionEvent } from "./protocol";
import { ask } from "./question";
import type { Typing } from "./typing";
import { message, summary } from "./words";

const REVIEW = "Review";
const APPLY_ALL = "Apply all";
const REJECT = "Reject…";
const ANSWER = "Answer…";
const OTHER = "Another answer…";
const REFUSAL = "Reject";
const DECISIONS = [
  ["Allow once", "once"],
  ["Allow in this session", "session"],
  [REFUSAL, "reject"],
] as const;
/** What is agreed to is never cut. */
const WHOLE = Number.POSITIVE_INFINITY;

export class Approvals {
  /** What each session asks now. */
  private readonly open = new Map<string, Proposal | Request>();
  private readonly diffs = new Diffs();

  constructor(
    private readonly server: Caller,
    private readonly typing: Typing,
  ) {}

  /** Take one event; what it asks is put to the user. */
  async hear(event: SessionEvent): Promise<void> {
    if (event.kind === "proposal" || event.kind === "question" || event.kind === "permission") {
      this.open.set(event.sessionId, event);
    }
    if (event.kind === "proposal") await this.propose(event);
    if (event.kind === "question") await this.question(event);
    if (event.kind === "permission") await this.permission(event);
    if (closes(event)) await this.close(event);
  }

  /** The server has gone, and with it everything that it asked. */
  forget(): void {
    this.open.clear();
  }

  // ------------------------------------------------------------ proposals

  private async propose(proposal: Proposal): Promise<void> {
    await this.typing.pause();
    if (this.open.get(proposal.sessionId) !== proposal) return;
    await this.diffs.show(proposal);
    const text = `“${message(proposal.title, 60)}”: ${summary(proposal)}`;
    const choice = await (proposal.protected
      ? window.showWarningMessage(
          `${text}. ${message(proposal.protected, 300)}`,
          REVIEW,
          APPLY_ALL,
          REJECT,
        )
      : window.showInformationMessage(text, REVIEW, APPLY_ALL, REJECT));
    await this.decide(proposal, choice);
  }

  private async decide(proposal: Proposal, choice: string | undefined): Promise<void> {
    const { sessionId, proposalId } = proposal;
    if (choice === REVIEW) {
      await this.server.call("answer", { sessionId, proposalId, decision: "review" });
    } else if (choice === APPLY_ALL) {
      await this.server.call("answer", { sessionId, proposalId, decision: "applyAll" });
    } else if (choice === REJECT) {
      await this.reject(proposal);
    }
  }

  /** Ask for the reason; Escape takes the rejection back. */
  private async reject({ sessionId, proposalId }: Proposal): Promise<void> {
    const reason = await window.showInputBox({
      title: "Reject the proposed edits",
      prompt: "With a reason the specialist proposes again. Empty: it stops here.",
      placeHolder: "What should be different?",
      ignoreFocusOut: true,
    });
    if (reason === undefined) return;
    const answer = { sessionId, proposalId, decision: "reject" as const };
    await this.server.call("answer", reason.trim() ? { ...answer, reason: reason.trim() } : answer);
  }

  private async close({ sessionId }: SessionEvent): Promise<void> {
    this.open.delete(sessionId);
    await this.diffs.close(sessionId);
  }

  // ------------------------------------------------------------ questions and permissions

  /** Announced first: a list that opens by itself would take the keys that the user is typing. */
  private async question(asked: Request): Promise<void> {
    const title = message(asked.title, 60);
    const text = `The specialist asks. ${title}: ${message(asked.detail, WHOLE)}`;
    if ((await ask({ title, text, buttons: [ANSWER] })) !== ANSWER) return;
    const answer = await this.answerTo(asked);
    if (answer === undefined) return;
    const { sessionId, requestId } = asked;
    await this.server.call("answer", { sessionId, requestId, text: answer });
  }

  private async answerTo(asked: Request): Promise<string | undefined> {
    const options = { title: message(asked.title, 60), ignoreFocusOut: true };
    if (asked.options.length > 0) {
      const items = [...asked.options, OTHER];
      const placeHolder = message(asked.detail);
      const chosen = await window.showQuickPick(items, { ...options, placeHolder });
      if (chosen !== OTHER) return chosen;
    }
    const given = await window.showInputBox({ ...options, prompt: message(asked.detail) });
    return given?.trim() || undefined;
  }

  private async permission(asked: Request): Promise<void> {
    const title = message(asked.title, WHOLE);
    const detail = message(asked.detail, WHOLE);
    const text = title.includes(detail) ? title : `${title} ${detail}`;
    const buttons = DECISIONS.map(([label]) => label);
    const choice = await ask({ title, text, buttons, refusal: REFUSAL, warns: true });
    const decision = DECISIONS.find(([label]) => label === choice)?.[1];
    if (!decision) return;
    const { sessionId, requestId } = asked;
    await this.server.call("answer", { sessionId, requestId, decision });
  }
}

/** Whether nothing waits for the user after this. */
function closes(event: SessionEvent): boolean {
  if (event.kind === "review") return true;
  return event.kind === "status" && !event.status.startsWith("awaiting");
}
