/**
 * A reply to a session.
 *
 * Owns that it becomes what its box says, and nothing else: what the session waits for may change while the user writes.
 */
import { write } from "./box";
import type { Caller } from "./protocol";
import type { Sessions } from "./sessions";
import type { Waiting } from "./waiting";
import { line, message } from "./words";

const CHANGED = "What the session waits for has changed while you wrote, so nothing was sent yet.";
const REJECTS = "This rejects the waiting edits, with your text as the reason.";

/** What a reply becomes, and the id of what it answers. */
interface Effect {
  says: string;
  to?: string;
}

export class Replies {
  constructor(
    private readonly server: Caller,
    private readonly sessions: Sessions,
    private readonly waiting: Waiting,
  ) {}

  /** Ask for a reply to a session. */
  async to(sessionId: string): Promise<void> {
    const title = `Reply to “${line(this.sessions.find(sessionId)?.title ?? "", 60)}”`;
    let told = this.effect(sessionId);
    const box = () => {
      told = this.effect(sessionId);
      return { title, prompt: told.says };
    };
    await write(box, async (text) => {
      if (!text.trim()) return;
      await this.sessions.readAgain(sessionId);
      const now = this.effect(sessionId);
      if (now.says !== told.says || now.to !== told.to) throw new Error(CHANGED);
      await this.server.call("reply", { sessionId, text });
    });
  }

  private effect(sessionId: string): Effect {
    const asked = this.waiting.of(sessionId);
    switch (asked?.kind) {
      case "question":
        return {
          says: `This answers its question: ${message(asked.detail, 300)}`,
          to: asked.requestId,
        };
      case "permission":
        return {
          says: "It reads this after you have decided what it may do.",
          to: asked.requestId,
        };
      case "proposal":
        return { says: REJECTS, to: asked.proposalId };
    }
    // What an earlier server proposed still waits, though nothing has opened it here.
    const waits = this.sessions.find(sessionId)?.waiting;
    return { says: waits ? REJECTS : "The session goes on with it." };
  }
}
