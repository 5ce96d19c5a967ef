/**
 * Whether the user is typing.
 *
 * Owns that one observation. An editor that opens by itself takes the keyboard, so it waits for a pause.
 */
import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 1500;

export class Typing {
  private last = Number.NEGATIVE_INFINITY;

  /** The user has changed the text that they look at. */
  typed(): void {
    this.last = Date.now();
  }

  /** Wait until nothing was typed for a while. */
  async pause(): Promise<void> {
    for (;;) {
      const left = this.last + PAUSE_MS - Date.now();
      if (left <= 0) return;
      await delay(left);
    }
  }
}
