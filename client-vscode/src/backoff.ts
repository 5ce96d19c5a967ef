/**
 * How often and how fast a server that has ended is started again.
 *
 * Owns the pace. Starts nothing.
 */

const WINDOW_MS = 3 * 60_000;
const MOST = 5;
const FIRST_MS = 250;

export class Backoff {
  private ends: number[] = [];

  /** Milliseconds to wait before the next start, or `undefined` when it ended too often. */
  next(now: number): number | undefined {
    this.ends = [...this.ends.filter((end) => now - end < WINDOW_MS), now];
    if (this.ends.length > MOST) return undefined;
    return FIRST_MS * 2 ** (this.ends.length - 1);
  }

  /** The user starts the server: earlier ends no longer count. */
  forget(): void {
    this.ends = [];
  }
}
