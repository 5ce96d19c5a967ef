import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { pathToFileURL } from "node:url";

const at = (name) => pathToFileURL(`${process.env.EVAL_WORKSPACE}/${name}`).href;
const { createApp } = await import(at("src/app.js"));
const { MemoryStore } = await import(at("src/store.js"));

/** Gives what it has read only when `hold` is over. */
class SlowStore extends MemoryStore {
  hold = Promise.resolve();

  async get(id) {
    const found = await super.get(id);
    await this.hold;
    return found;
  }
}

async function service(t, order = {}) {
  const store = new SlowStore();
  await store.insert({ id: "o1", total: 1000, status: "paid", createdAt: "2026-01-01T00:00:00.000Z", ...order });
  let count = 0;
  const now = () => new Date("2026-02-03T04:05:06.000Z");
  const server = createApp({ store, now, newId: () => `id-${++count}` }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const call = async (method, path, body) => {
    const url = `http://127.0.0.1:${server.address().port}${path}`;
    const headers = { "content-type": "application/json", connection: "close" };
    const options = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(url, options);
    return { status: response.status, location: response.headers.get("location"), body: await response.json() };
  };
  const refund = (amount, reason = "damaged", id = "o1") => call("POST", `/orders/${id}/refunds`, { amount, reason });
  return { call, refund, server, store };
}

const FIRST = { id: "id-1", orderId: "o1", amount: 400, reason: "damaged", createdAt: "2026-02-03T04:05:06.000Z" };

test("a refund is created, found and listed", async (t) => {
  const { call, refund } = await service(t);
  const made = await refund(400, "  damaged ");
  assert.equal(made.status, 201);
  assert.deepEqual(made.body, FIRST);
  assert.equal(made.location, "/orders/o1/refunds/id-1");
  assert.deepEqual((await call("GET", made.location)).body, FIRST);
  assert.equal((await refund(100, "late")).status, 201);
  const { refunds } = (await call("GET", "/orders/o1/refunds")).body;
  assert.deepEqual(refunds.map((each) => [each.amount, each.reason]), [[400, "damaged"], [100, "late"]]);
});

test("an order without refunds has an empty list", async (t) => {
  const { call } = await service(t);
  assert.deepEqual((await call("GET", "/orders/o1/refunds")).body, { refunds: [] });
});

test("unknown orders and refunds are 404", async (t) => {
  const { call, refund } = await service(t);
  for (const answer of [
    await refund(1, "x", "none"),
    await call("GET", "/orders/none/refunds"),
    await call("GET", "/orders/none/refunds/id-1"),
    await call("GET", "/orders/o1/refunds/id-1"),
  ]) {
    assert.equal(answer.status, 404);
    assert.deepEqual(Object.keys(answer.body.error).sort(), ["code", "message"]);
  }
});

test("a refund is not found below another order", async (t) => {
  const { call, refund, store } = await service(t);
  await store.insert({ id: "o2", total: 5, status: "paid", createdAt: "2026-01-01T00:00:00.000Z" });
  await refund(400);
  assert.equal((await call("GET", "/orders/o2/refunds/id-1")).status, 404);
});

test("orders that are not paid are refused", async (t) => {
  for (const status of ["open", "cancelled", "refunded"]) {
    const { refund, call } = await service(t, { status });
    const answer = await refund(1);
    assert.equal(answer.status, 409);
    assert.equal(typeof answer.body.error.code, "string");
    assert.deepEqual((await call("GET", "/orders/o1/refunds")).body, { refunds: [] });
  }
});

test("invalid bodies are refused", async (t) => {
  const { call } = await service(t);
  const good = { amount: 1, reason: "x" };
  const bad = [
    ...[0, -1, 1.5, "5", null, true, undefined].map((amount) => ({ ...good, amount })),
    ...["", "   ", "x".repeat(201), 7, null, undefined].map((reason) => ({ ...good, reason })),
    {},
    [],
    undefined,
  ];
  for (const body of bad) {
    const answer = await call("POST", "/orders/o1/refunds", body);
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.deepEqual(Object.keys(answer.body), ["error"]);
  }
  assert.equal((await call("POST", "/orders/o1/refunds", { ...good, reason: ` ${"x".repeat(200)} ` })).status, 201);
});

test("refunds together never exceed the total", async (t) => {
  const { call, refund } = await service(t);
  assert.equal((await refund(1001)).status, 409);
  assert.equal((await refund(600)).status, 201);
  assert.equal((await refund(401)).status, 409);
  assert.equal((await call("GET", "/orders/o1")).body.status, "paid");
  assert.equal((await refund(400)).status, 201);
  assert.equal((await call("GET", "/orders/o1")).body.status, "refunded");
  assert.equal((await refund(1)).status, 409);
  assert.equal((await call("GET", "/orders/o1/refunds")).body.refunds.length, 2);
});

test("refunds at the same moment never exceed the total", async (t) => {
  const { call, refund, server, store } = await service(t);
  let arrived = 0;
  // Whoever reads before it changes has read before anybody has changed.
  store.hold = new Promise((resolve) => server.on("request", () => ++arrived === 8 && setImmediate(resolve)));
  const answers = await Promise.all(Array.from({ length: 8 }, () => refund(300)));
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [201, 201, 201, 409, 409, 409, 409, 409]);
  assert.equal((await call("GET", "/orders/o1/refunds")).body.refunds.length, 3);
});

test("orders look as before", async (t) => {
  const { call, refund } = await service(t);
  await refund(400);
  assert.deepEqual(Object.keys((await call("GET", "/orders/o1")).body), ["id", "total", "status", "createdAt"]);
  assert.equal((await call("POST", "/orders", { total: 5 })).status, 201);
});
