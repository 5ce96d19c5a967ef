/**
 * What each session asks the user now.
 *
 * Owns that knowledge, as far as the events of this window tell it. Asks nothing.
 */
import type { Proposal, Request, SessionEvent } from "./protocol";

export type Asked = Proposal | Request;

export class Waiting {
  private readonly asked = new Map<string, Asked>();

  hear(event: SessionEvent): void {
    if (event.kind === "proposal" || event.kind === "question" || event.kind === "permission") {
      this.asked.set(event.sessionId, event);
    } else if (closes(event)) {
      this.asked.delete(event.sessionId);
    }
  }

  of(sessionId: string): Asked | undefined {
    return this.asked.get(sessionId);
  }

  /** Whether this is still asked, and nothing else in its place. */
  has(asked: Asked): boolean {
    return this.of(asked.sessionId) === asked;
  }

  /** The server has gone, and with it everything that it asked. */
  forget(): void {
    this.asked.clear();
  }
}

/** Whether nothing waits for the user after this. */
export function closes(event: SessionEvent): boolean {
  if (event.kind === "review") return true;
  return event.kind === "status" && !event.status.startsWith("awaiting");
}
