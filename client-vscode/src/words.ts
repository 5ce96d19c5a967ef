/**
 * Short texts about sessions, as the status bar, the tree and notifications show them.
 *
 * Owns the words. Decides nothing.
 */
import type { Outcome, Proposal, Result, Session, Status, Usage } from "./protocol";

const STATUS: Record<Status, string> = {
  running: "working",
  awaitingReview: "waiting for your review",
  awaitingAnswer: "waiting for your answer",
  paused: "paused",
  interrupted: "interrupted",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export function statusOf(session: Session): string {
  const interrupted = session.status === "interrupted" && session.waiting;
  return interrupted ? "interrupted, waiting for your review" : STATUS[session.status];
}

/** `$0.03`, or nothing where the price is not known: unknown is not free. */
export function cost(usages: Usage[]): string {
  const known = usages.map((usage) => usage.cost).filter((value) => value !== null);
  if (known.length < usages.length || known.length === 0) return "";
  const total = known.reduce((sum, value) => sum + value, 0);
  return `$${total.toFixed(total < 0.1 ? 3 : 2)}`;
}

export function tokens(usage: Usage): string {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return `${short(read + usage.outputTokens)} tokens`;
}

function short(count: number): string {
  if (count < 1000) return `${count}`;
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** `5 edits in 3 files, +42 −7` */
export function summary(proposal: Proposal): string {
  const edits = proposal.files.reduce((sum, file) => sum + file.hunks.length, 0);
  const files = proposal.files.length;
  return `${plural(edits, "edit")} in ${plural(files, "file")}, +${proposal.added} −${proposal.removed}`;
}

/** What failed, how badly, and what comes next; nothing of a session that has not failed. */
export function failure(session: Session): string {
  if (!session.error) return "";
  const { category, severity, attempts, nextSteps } = session.error;
  const head = `${message(session.error.message)} (${severity}, ${category}; ${plural(attempts, "attempt")})`;
  return [head, ...nextSteps.map((step) => `Next: ${message(step)}`)].join("\n");
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** `2 accepted, 1 refused` */
export function results(outcomes: Outcome[]): string {
  const counts = new Map<Result, number>();
  for (const { result } of outcomes) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, count]) => `${count} ${result}`).join(", ");
}

/** One line that cannot pretend to be more: titles come from the model and from the repository. */
export function line(text: string, most = 200): string {
  const flat = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return flat.length > most ? `${flat.slice(0, most - 1)}…` : flat;
}

/** The same without links: notifications and tooltips render `[text](command:…)`. */
export function message(text: string, most = 600): string {
  return line(text, most).replace(/\]\(/g, "] (");
}
