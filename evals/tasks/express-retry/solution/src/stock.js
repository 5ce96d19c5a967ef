import { Circuit } from "./circuit.js";
import { HttpError } from "./errors.js";

const ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 5000;
const REPEATED = new Set([502, 503, 504]);

/** An attempt failed, and another may succeed; `pauseMs` is what the service asked for, if it did. */
class Failed extends Error {
  constructor(status, code, pauseMs = null) {
    super(code);
    this.answer = new HttpError(status, code);
    this.pauseMs = pauseMs;
  }
}

/** The stock service. */
export class StockClient {
  #stockUrl;
  #fetch;
  #sleep;
  #random;
  #timeoutMs;
  #circuit;

  constructor({ stockUrl, fetch, sleep, random, now, timeoutMs }) {
    this.#stockUrl = stockUrl;
    this.#fetch = fetch;
    this.#sleep = sleep;
    this.#random = random;
    this.#timeoutMs = timeoutMs;
    this.#circuit = new Circuit(now);
  }

  /** How many there are of a product. `gone` is aborted when nobody waits for it any more. */
  async available(id, { requestId, gone }) {
    const state = this.#circuit.enter();
    if (state === "open") throw new HttpError(503, "unavailable");
    let failed = false;
    try {
      return await this.#attempts(id, requestId, gone, state === "closed" ? ATTEMPTS : 1);
    } catch (error) {
      failed = gone.aborted ? null : error instanceof Failed;
      throw error instanceof Failed ? error.answer : error;
    } finally {
      this.#circuit.leave(state, failed);
    }
  }

  async #attempts(id, requestId, gone, most) {
    for (let number = 1; ; number += 1) {
      try {
        return await this.#attempt(id, requestId, gone);
      } catch (error) {
        const pause = error.pauseMs ?? this.#random() * 100 * 2 ** (number - 1);
        if (!(error instanceof Failed) || number === most || gone.aborted || pause > LONGEST_PAUSE_MS) throw error;
        await this.#sleep(pause);
        if (gone.aborted) throw error;
      }
    }
  }

  async #attempt(id, requestId, gone) {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = AbortSignal.any([timeout, gone]);
    const headers = requestId ? { "X-Request-Id": requestId } : {};
    try {
      const url = `${this.#stockUrl}/stock/${encodeURIComponent(id)}`;
      const response = await this.#fetch(url, { signal, headers });
      refuse(response);
      return checked(await response.text());
    } catch (error) {
      if (error instanceof Failed || error instanceof HttpError) throw error;
      throw timeout.aborted ? new Failed(504, "timeout") : new Failed(503, "unavailable");
    }
  }
}

function refuse(response) {
  if (REPEATED.has(response.status)) {
    const seconds = response.status === 503 ? (response.headers.get("Retry-After") ?? "") : "";
    throw new Failed(503, "unavailable", /^\d+$/.test(seconds) ? Number(seconds) * 1000 : null);
  }
  if (response.status === 404) throw new HttpError(404, "no_such_product");
  if (response.status !== 200) throw new HttpError(502, "bad_answer");
}

function checked(text) {
  let available;
  try {
    available = JSON.parse(text)?.available;
  } catch {
    // Judged below, as any other wrong body is.
  }
  if (!Number.isSafeInteger(available) || available < 0) throw new HttpError(502, "bad_answer");
  return available;
}
