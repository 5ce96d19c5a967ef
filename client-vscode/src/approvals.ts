/**
 * What the user is asked: proposals, questions and permissions.
 *
 * Owns the notifications and what an answer becomes. Each names its session: of two with the same text and buttons VS
 * Code shows only one. A dismissed notification is no answer: what waits stays open, in the status bar and in the
 * sessions view.
 */
import { window } from "vscode";
import { write } from "./box";
import { Diffs } from "./diff";
import type { Caller, Proposal, Request, SessionEvent } from "./protocol";
import { ask } from "./question";
import type { Sessions } from "./sessions";
import type { Typing } from "./typing";
import { closes, type Waiting } from "./waiting";
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
  private readonly diffs = new Diffs();

  constructor(
    private readonly server: Caller,
    private readonly sessions: Sessions,
    private readonly waiting: Waiting,
    private readonly typing: Typing,
  ) {}

  /** Take one event; what it asks is put to the user. */
  async hear(event: SessionEvent): Promise<void> {
    this.waiting.hear(event);
    if (event.kind === "proposal") await this.propose(event);
    if (event.kind === "question") await this.question(event);
    if (event.kind === "permission") await this.permission(event);
    if (closes(event)) await this.diffs.close(event.sessionId);
  }

  /** The server has gone, and with it everything that it asked. */
  async forget(): Promise<void> {
    this.waiting.forget();
    await this.diffs.clear();
  }

  // ------------------------------------------------------------ proposals

  private async propose(proposal: Proposal): Promise<void> {
    await this.typing.pause();
    if (!this.waiting.has(proposal)) return;
    const title = await this.diffs.show(proposal);
    // Cancelled while its diff was opening, it has nothing left to ask.
    if (!this.waiting.has(proposal)) return;
    const text = `${message(title)}: ${summary(proposal)}`;
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
    const box = () => ({
      title: "Reject the proposed edits",
      prompt: "With a reason the specialist proposes again. Empty: it stops here.",
      placeHolder: "What should be different?",
    });
    const answer = { sessionId, proposalId, decision: "reject" as const };
    await write(box, (written) => {
      const reason = written.trim();
      return this.server.call("answer", reason ? { ...answer, reason } : answer);
    });
  }

  // ------------------------------------------------------------ questions and permissions

  /** Announced first: a list that opens by itself would take the keys that the user is typing. */
  private async question(asked: Request): Promise<void> {
    const title = message(asked.title, 60);
    const name = await this.name(asked);
    const text = `${name} asks. ${title}: ${message(asked.detail, WHOLE)}`;
    if (!this.waiting.has(asked)) return;
    if ((await ask({ title, text, buttons: [ANSWER] })) === ANSWER) await this.answer(asked);
  }

  private async answer({ sessionId, requestId, title, detail, options }: Request): Promise<void> {
    const send = (text: string) => this.server.call("answer", { sessionId, requestId, text });
    const shown = { title: message(title, 60), ignoreFocusOut: true };
    if (options.length > 0) {
      const placeHolder = message(detail);
      const chosen = await window.showQuickPick([...options, OTHER], { ...shown, placeHolder });
      if (chosen === undefined) return;
      if (chosen !== OTHER) {
        await send(chosen);
        return;
      }
    }
    const box = () => ({ ...shown, prompt: message(detail) });
    await write(box, async (written) => {
      if (written.trim()) await send(written.trim());
    });
  }

  private async permission(asked: Request): Promise<void> {
    const title = message(asked.title, WHOLE);
    const detail = message(asked.detail, WHOLE);
    const subject = title.includes(detail) ? title : `${title} ${detail}`;
    const text = `${await this.name(asked)}: ${subject}`;
    if (!this.waiting.has(asked)) return;
    const buttons = DECISIONS.map(([label]) => label);
    const choice = await ask({ title, text, buttons, refusal: REFUSAL, warns: true });
    const decision = DECISIONS.find(([label]) => label === choice)?.[1];
    if (!decision) return;
    const { sessionId, requestId } = asked;
    await this.server.call("answer", { sessionId, requestId, decision });
  }

  /** What the session is called; one that has just begun may not have been read yet. */
  private async name({ sessionId }: Request): Promise<string> {
    if (!this.sessions.find(sessionId)) await this.sessions.readAgain(sessionId);
    return this.sessions.name(sessionId);
  }
}
