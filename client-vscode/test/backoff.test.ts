import { describe, expect, it } from "vitest";
import { Backoff } from "../src/backoff";

describe("a server that ends", () => {
  it("is started again ever more slowly, and at last not at all", () => {
    const backoff = new Backoff();
    const pauses = [0, 1, 2, 3, 4, 5].map((second) => backoff.next(second * 1000));
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, undefined]);
  });

  it("once in a while is started again at once", () => {
    const backoff = new Backoff();
    const pauses = [0, 4, 8, 12, 16, 20, 24].map((minutes) => backoff.next(minutes * 60_000));
    expect(new Set(pauses)).toEqual(new Set([250]));
  });

  it("begins anew when the user starts it", () => {
    const backoff = new Backoff();
    for (let second = 0; second < 6; second += 1) backoff.next(second);
    backoff.forget();
    expect(backoff.next(7)).toBe(250);
  });
});
