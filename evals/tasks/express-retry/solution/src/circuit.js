const FAILURES = 5;
const OPEN_MS = 30_000;

/** Whether calls make sense: open after failures in a row, then half open for one call. */
export class Circuit {
  #now;
  #failures = 0;
  #openedAt = null;
  #trying = false;

  constructor(now) {
    this.#now = now;
  }

  /** Gives "closed", "half open" (the caller's call is the one that is let through) or "open". */
  enter() {
    if (this.#openedAt === null) return "closed";
    if (this.#trying || this.#now() - this.#openedAt < OPEN_MS) return "open";
    this.#trying = true;
    return "half open";
  }

  /** A call that was let in has ended; `failed` is null when that says nothing. */
  leave(state, failed) {
    const trial = state === "half open";
    if (trial) this.#trying = false;
    if (failed === null) return;
    if (!failed) {
      this.#failures = 0;
      if (trial) this.#openedAt = null;
      return;
    }
    this.#failures += 1;
    if (trial || this.#failures === FAILURES) this.#openedAt = this.#now();
  }
}
