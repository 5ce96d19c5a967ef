/**
 * What this window knows of sessions: the server's list, kept up to date by its events.
 *
 * Owns that knowledge, and which actions make sense now. Asks the user nothing.
 */
import type { Caller, Proposal, Request, Session, SessionEvent } from "./protocol";

export const ACTIONS = [
  "review",
  "answer",
  "cancel",
  "reply",
  "revert",
  "transcript",
  "deliverable",
  "saveDeliverable",
  "delete",
] as const;
export type Action = (typeof ACTIONS)[number];
export type Waiting = Proposal | Request;

const ACTIVE = ["running", "awaitingReview", "awaitingAnswer"];

export function isActive(session: Session): boolean {
  return ACTIVE.includes(session.status);
}

/** What can be done with a session as it is now. */
export function actionsOf(session: Session, waiting: Waiting | undefined): Action[] {
  const active = isActive(session);
  const possible: Record<Action, boolean> = {
    review: waiting?.kind === "proposal" || (session.waiting && !active),
    answer: waiting !== undefined && waiting.kind !== "proposal",
    cancel: active,
    reply: !(session.waiting && !active),
    revert: !active && session.outcomes.some((outcome) => outcome.result === "accepted"),
    transcript: true,
    deliverable: session.deliverable,
    saveDeliverable: session.deliverable && !active,
    delete: !active,
  };
  return ACTIONS.filter((action) => possible[action]);
}

export class Sessions {
  private readonly known = new Map<string, Session>();
  private readonly open = new Map<string, Waiting>();
  private readonly listeners: (() => void)[] = [];
  private order: string[] = [];
  private reading: Promise<void> | undefined;
  private news = false;

  constructor(private readonly server: Caller) {}

  /** Newest first. */
  get all(): Session[] {
    return this.order.flatMap((id) => this.known.get(id) ?? []);
  }

  find(sessionId: string): Session | undefined {
    return this.known.get(sessionId);
  }

  waiting(sessionId: string): Waiting | undefined {
    return this.open.get(sessionId);
  }

  /** Everything that waits for the user, oldest first. */
  get waitingNow(): Waiting[] {
    return [...this.open.values()];
  }

  actions(session: Session): Action[] {
    return actionsOf(session, this.open.get(session.sessionId));
  }

  withAction(action: Action): Session[] {
    return this.all.filter((session) => this.actions(session).includes(action));
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Read the list again; calls that come meanwhile share one reading. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** An event that comes before the answer may be missing from it, so the list is read once more. */
  private async read(): Promise<void> {
    do {
      this.news = false;
      const listed = await this.server.call("listSessions", {});
      this.order = listed.map((session) => session.sessionId);
      this.known.clear();
      for (const session of listed) this.known.set(session.sessionId, session);
    } while (this.news);
    for (const id of this.open.keys()) if (!this.known.has(id)) this.open.delete(id);
    this.tell();
  }

  /** The server has gone, and with it everything that was open. */
  lose(): void {
    this.open.clear();
    this.tell();
  }

  /** Take one event. */
  hear(event: SessionEvent): void {
    if (event.kind === "text" || event.kind === "toolCall" || event.kind === "toolResult") return;
    this.news = true;
    if (event.kind === "proposal" || event.kind === "question" || event.kind === "permission") {
      this.open.set(event.sessionId, event);
    }
    if (closes(event)) this.open.delete(event.sessionId);
    const session = this.known.get(event.sessionId);
    if (session) apply(session, event);
    else void this.refresh().catch(() => undefined);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Whether nothing waits for the user after this. */
export function closes(event: SessionEvent): boolean {
  if (event.kind === "review") return true;
  return event.kind === "status" && !event.status.startsWith("awaiting");
}

function apply(session: Session, event: SessionEvent): void {
  switch (event.kind) {
    case "status":
      session.status = event.status;
      break;
    case "proposal":
      session.waiting = true;
      break;
    case "review":
      session.waiting = false;
      session.outcomes = [...session.outcomes, ...event.outcomes];
      session.files = [...new Set(session.outcomes.map((outcome) => outcome.file))].sort();
      break;
    case "usage":
      session.usage = event;
      break;
    case "deliverable":
      session.deliverable = true;
      break;
  }
}
