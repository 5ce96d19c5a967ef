import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import test from "node:test";
import { pathToFileURL } from "node:url";

const { createApp } = await import(pathToFileURL(`${process.env.EVAL_WORKSPACE}/src/app.js`).href);

const json = (body, status = 200, headers = {}) => () =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const status = (code, headers) => json({}, code, headers);
const OK = json({ available: 7 });
const network = () => {
  throw new TypeError("fetch failed");
};
const hangs = (url, { signal } = {}) =>
  new Promise((_, reject) => {
    if (!signal) throw new Error("without a signal this would hang for ever");
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** Answers `replies` one after the other; the last is repeated. */
async function service(t, replies, { timeoutMs = 60_000 } = {}) {
  const seen = { calls: [], pauses: [] };
  const clock = { now: Date.parse("2026-01-01T00:00:00.000Z") };
  const queue = [...replies];
  let slept = () => {};
  const app = createApp({
    stockUrl: "http://stock.test",
    fetch: async (url, options = {}) => {
      seen.calls.push({ url: String(url), headers: new Headers(options.headers), signal: options.signal });
      seen.entered?.();
      return (queue.length > 1 ? queue.shift() : queue[0])(url, options);
    },
    sleep: async (milliseconds) => {
      seen.pauses.push(milliseconds);
      await slept();
    },
    random: () => 0.5,
    now: () => new Date(clock.now),
    timeoutMs,
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const url = (id) => `http://127.0.0.1:${server.address().port}/products/${id}/availability`;
  const ask = async (id = "p1", headers = {}) => {
    const response = await fetch(url(id), { headers: { connection: "close", ...headers } });
    return [response.status, await response.json()];
  };
  const times = async (count) => {
    const answers = [];
    for (let number = 0; number < count; number += 1) answers.push((await ask())[0]);
    return answers;
  };
  return { ask, clock, queue, seen, times, url, onSleep: (act) => (slept = act) };
}

test("a good answer is passed on", async (t) => {
  const { ask, seen } = await service(t, [OK]);
  assert.deepEqual(await ask(), [200, { id: "p1", available: 7 }]);
  assert.equal(seen.calls.length, 1);
  assert.equal(seen.calls[0].url, "http://stock.test/stock/p1");
  assert.deepEqual(seen.pauses, []);
});

test("ids are encoded and request ids passed on", async (t) => {
  const { ask, seen } = await service(t, [OK]);
  await ask("a%2Fb%3Fc%20d", { "x-request-id": "r-1" });
  await ask("p1");
  assert.equal(seen.calls[0].url, "http://stock.test/stock/a%2Fb%3Fc%20d");
  assert.equal(seen.calls[0].headers.get("x-request-id"), "r-1");
  assert.equal(seen.calls[1].headers.get("x-request-id"), null);
});

test("what may pass is repeated, with longer pauses", async (t) => {
  for (const failure of [network, status(502), status(503), status(504)]) {
    const { ask, seen } = await service(t, [failure, failure, OK]);
    assert.deepEqual(await ask(), [200, { id: "p1", available: 7 }]);
    assert.equal(seen.calls.length, 3);
    assert.deepEqual(seen.pauses, [50, 100]);
  }
});

test("three attempts are enough", async (t) => {
  for (const failure of [network, status(502), status(503), status(504)]) {
    const { ask, seen } = await service(t, [failure]);
    assert.deepEqual(await ask(), [503, { error: "unavailable" }]);
    assert.equal(seen.calls.length, 3);
    assert.deepEqual(seen.pauses, [50, 100]);
  }
});

test("nothing else is repeated", async (t) => {
  const cases = [[status(404), 404, "no_such_product"]];
  for (const code of [400, 401, 409, 429, 500, 501]) cases.push([status(code), 502, "bad_answer"]);
  for (const body of [{}, null, [], { available: -1 }, { available: 1.5 }, { available: "7" }, { available: null }]) {
    cases.push([json(body), 502, "bad_answer"]);
  }
  cases.push([() => new Response("oops"), 502, "bad_answer"]);
  for (const [reply, code, error] of cases) {
    const { ask, seen } = await service(t, [reply]);
    assert.deepEqual(await ask(), [code, { error }]);
    assert.equal(seen.calls.length, 1);
  }
});

test("zero is an answer", async (t) => {
  const { ask } = await service(t, [json({ available: 0 })]);
  assert.deepEqual(await ask(), [200, { id: "p1", available: 0 }]);
});

test("an attempt that hangs is aborted and repeated", { timeout: 15_000 }, async (t) => {
  const { ask, seen } = await service(t, [hangs, OK], { timeoutMs: 20 });
  assert.deepEqual(await ask(), [200, { id: "p1", available: 7 }]);
  assert.ok(seen.calls[0].signal.aborted);
  assert.deepEqual(seen.pauses, [50]);
});

test("hanging to the last is a timeout", { timeout: 15_000 }, async (t) => {
  const { ask, seen } = await service(t, [network, status(503), hangs], { timeoutMs: 20 });
  assert.deepEqual(await ask(), [504, { error: "timeout" }]);
  assert.equal(seen.calls.length, 3);
  const other = await service(t, [hangs, hangs, network], { timeoutMs: 20 });
  assert.deepEqual(await other.ask(), [503, { error: "unavailable" }]);
});

test("a body that hangs is a timeout", { timeout: 15_000 }, async (t) => {
  const slowBody = (url, { signal }) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"avail'));
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return new Response(body, { status: 200 });
  };
  const { ask, seen } = await service(t, [slowBody], { timeoutMs: 20 });
  assert.deepEqual(await ask(), [504, { error: "timeout" }]);
  assert.equal(seen.calls.length, 3);
});

test("Retry-After is honoured", async (t) => {
  const { ask, seen } = await service(t, [status(503, { "retry-after": "2" }), status(503, { "retry-after": "5" }), OK]);
  assert.equal((await ask())[0], 200);
  assert.deepEqual(seen.pauses, [2000, 5000]);
});

test("a long Retry-After ends it, an odd one is ignored", async (t) => {
  const long = await service(t, [status(503, { "retry-after": "6" }), OK]);
  assert.deepEqual(await long.ask(), [503, { error: "unavailable" }]);
  assert.equal(long.seen.calls.length, 1);
  const odd = await service(t, [status(503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }), OK]);
  assert.equal((await odd.ask())[0], 200);
  assert.deepEqual(odd.seen.pauses, [50]);
  const other = await service(t, [status(502, { "retry-after": "9" }), OK]);
  assert.equal((await other.ask())[0], 200);
});

test("the circuit opens after five failures in a row", async (t) => {
  const { ask, clock, seen, times } = await service(t, [network]);
  assert.deepEqual(await times(5), [503, 503, 503, 503, 503]);
  assert.equal(seen.calls.length, 15);
  clock.now += 29_999;
  assert.deepEqual(await ask(), [503, { error: "unavailable" }]);
  assert.equal(seen.calls.length, 15);
});

test("other ends set the count back", async (t) => {
  const { queue, seen, times } = await service(t, [network]);
  await times(4);
  queue.splice(0, queue.length, status(404), network);
  assert.deepEqual(await times(5), [404, 503, 503, 503, 503]);
  const before = seen.calls.length;
  assert.deepEqual(await times(1), [503]);
  assert.equal(seen.calls.length, before + 3, "the fifth in a row is still a call");
  await times(1);
  assert.equal(seen.calls.length, before + 3);
});

test("after thirty seconds one attempt decides", async (t) => {
  const { clock, queue, seen, times } = await service(t, [network]);
  await times(5);
  clock.now += 30_000;
  assert.deepEqual(await times(2), [503, 503]);
  assert.equal(seen.calls.length, 16, "a single attempt, and the circuit is open again");
  clock.now += 29_999;
  await times(1);
  assert.equal(seen.calls.length, 16);
  clock.now += 1;
  queue.splice(0, queue.length, OK, network);
  assert.deepEqual(await times(5), [200, 503, 503, 503, 503]);
  assert.equal(seen.calls.length, 17 + 12, "closed: three attempts each");
});

test("while the one is under way others are answered at once", { timeout: 15_000 }, async (t) => {
  const { ask, clock, queue, seen, times } = await service(t, [network]);
  await times(5);
  clock.now += 30_000;
  let answer;
  queue.splice(0, queue.length, () => new Promise((resolve) => (answer = () => resolve(OK()))), OK);
  const entered = new Promise((resolve) => (seen.entered = resolve));
  const trial = ask();
  await entered;
  assert.deepEqual(await times(2), [503, 503]);
  assert.equal(seen.calls.length, 16);
  answer();
  assert.equal((await trial)[0], 200);
});

/** Asks as a client that goes away once `act` is done. */
async function leave(url, act) {
  const request = http.get(url);
  request.on("error", () => {});
  await act();
  request.destroy();
}

test("a client that goes away ends the attempt", { timeout: 15_000 }, async (t) => {
  const { seen, url } = await service(t, [hangs]);
  await leave(url("p1"), () => new Promise((resolve) => (seen.entered = resolve)));
  const { signal } = seen.calls[0];
  assert.ok(signal, "the attempt cannot be aborted");
  if (!signal.aborted) await once(signal, "abort");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(seen.calls.length, 1);
  assert.deepEqual(seen.pauses, []);
});

test("clients that go away do not open the circuit", { timeout: 15_000 }, async (t) => {
  const { ask, queue, seen, url } = await service(t, [hangs]);
  for (let number = 0; number < 6; number += 1) {
    await leave(url("p1"), () => new Promise((resolve) => (seen.entered = resolve)));
    const { signal } = seen.calls[number];
    assert.ok(signal, "the attempt cannot be aborted");
    if (!signal.aborted) await once(signal, "abort");
  }
  await new Promise((resolve) => setImmediate(resolve));
  queue.splice(0, queue.length, OK);
  assert.equal((await ask())[0], 200);
});

test("products are as before", async (t) => {
  const { url } = await service(t, [OK]);
  const get = async (id) => (await fetch(url(id).replace("/availability", ""), { headers: { connection: "close" } })).status;
  assert.deepEqual([await get("p1"), await get("none")], [200, 404]);
});
