/**
 * What this window knows of sessions: the server's list, read again where an event says that something has changed.
 *
 * Owns that knowledge. What can be done with a session is the server's word; asks the user nothing.
 */
import type { Action, Caller, Session, SessionEvent } from "./protocol";
import { message } from "./words";

export class Sessions {
  private readonly known = new Map<string, Session>();
  private readonly listeners: (() => void)[] = [];
  private readonly changed = new Set<string>();
  private everything = false;
  private reading: Promise<void> | undefined;

  constructor(private readonly server: Caller) {}

  /** Newest first. */
  get all(): Session[] {
    return [...this.known.values()].sort((a, b) => b.startedAt - a.startedAt);
  }

  find(sessionId: string): Session | undefined {
    return this.known.get(sessionId);
  }

  /** What a session is called; where another that runs has the same title, with the time at which it began. */
  name(sessionId: string): string {
    const session = this.find(sessionId);
    if (!session) return "The specialist";
    const title = titleOf(session);
    const others = this.withAction("cancel").filter((other) => other !== session);
    if (!others.some((other) => titleOf(other) === title)) return title;
    return `${title} of ${new Date(session.startedAt * 1000).toLocaleTimeString()}`;
  }

  withAction(action: Action): Session[] {
    return this.all.filter((session) => session.actions.includes(action));
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Read the whole list again. */
  refresh(): Promise<void> {
    this.everything = true;
    return this.read();
  }

  /** Take one event: its session is read again, if anything but its text has changed. */
  async hear({ kind, sessionId }: SessionEvent): Promise<void> {
    if (kind === "text" || kind === "toolCall" || kind === "toolResult") return;
    await this.readAgain(sessionId);
  }

  /** Read one session again. */
  async readAgain(sessionId: string): Promise<void> {
    this.changed.add(sessionId);
    await this.read();
  }

  /** One reading at a time, so that no older answer comes last; what changes meanwhile is read after it. */
  private read(): Promise<void> {
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readAll(): Promise<void> {
    while (this.everything || this.changed.size > 0) {
      if (this.everything) await this.readList();
      else for (const sessionId of this.changed) await this.readOne(sessionId);
      for (const listener of this.listeners) listener();
    }
  }

  private async readList(): Promise<void> {
    this.everything = false;
    this.changed.clear();
    const listed = await this.server.call("listSessions", {});
    this.known.clear();
    for (const session of listed) this.known.set(session.sessionId, session);
  }

  private async readOne(sessionId: string): Promise<void> {
    this.changed.delete(sessionId);
    const [session] = await this.server.call("listSessions", { sessionId });
    if (session) this.known.set(sessionId, session);
    else this.known.delete(sessionId);
  }
}

function titleOf({ title }: Session): string {
  return `“${message(title, 60)}”`;
}
