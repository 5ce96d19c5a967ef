import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { pathToFileURL } from "node:url";

const { createApp } = await import(pathToFileURL(`${process.env.EVAL_WORKSPACE}/src/app.js`).href);
const ADMIN = { "x-role": "admin" };
const DAY = 24 * 60 * 60 * 1000;

async function service(t, ...names) {
  const clock = { now: Date.parse("2026-01-01T00:00:00.000Z") };
  const server = createApp({ now: () => new Date(clock.now) }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const call = async (method, path, body, headers = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
      method,
      headers: { "content-type": "application/json", connection: "close", ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  };
  for (const name of names) await call("POST", "/documents", { name });
  const names_ = async (query = "", headers = {}) =>
    (await call("GET", `/documents${query}`, undefined, headers)).body.documents.map((each) => each.name);
  const remove = (id) => call("DELETE", `/documents/${id}`);
  const restore = (id) => call("POST", `/documents/${id}/restore`);
  return { call, clock, names: names_, remove, restore };
}

test("a deleted document is in no list", async (t) => {
  const { call, names, remove } = await service(t, "plan a", "plan b", "other");
  assert.equal((await remove(1)).status, 204);
  assert.deepEqual(await names(), ["plan b", "other"]);
  assert.deepEqual(await names("?q=plan"), ["plan b"]);
  assert.equal((await call("GET", "/documents")).body.total, 2);
  assert.equal((await call("GET", "/documents?q=plan")).body.total, 1);
});

test("a deleted document is not found", async (t) => {
  const { call, remove } = await service(t, "a");
  await remove(1);
  assert.equal((await call("GET", "/documents/1")).status, 404);
  assert.equal((await call("PATCH", "/documents/1", { name: "b" })).status, 404);
  assert.equal((await remove(1)).status, 404);
  assert.equal((await remove(99)).status, 404);
});

test("a restored document is as it was", async (t) => {
  const { call, clock, names, remove, restore } = await service(t, "a", "b");
  const before = (await call("GET", "/documents/1")).body;
  await remove(1);
  clock.now += DAY;
  const restored = await restore(1);
  assert.equal(restored.status, 200);
  assert.deepEqual(restored.body, before);
  assert.deepEqual((await call("GET", "/documents/1")).body, before);
  assert.deepEqual(await names(), ["a", "b"]);
  assert.deepEqual(await names("?deleted=only", ADMIN), []);
});

test("only deleted documents can be restored", async (t) => {
  const { remove, restore } = await service(t, "a");
  assert.equal((await restore(1)).status, 404);
  assert.equal((await restore(99)).status, 404);
  await remove(1);
  assert.equal((await restore(1)).status, 200);
  assert.equal((await restore(1)).status, 404);
});

test("names of deleted documents are free", async (t) => {
  const { call, names, remove, restore } = await service(t, "a", "b");
  await remove(1);
  assert.equal((await call("POST", "/documents", { name: "a" })).status, 201);
  assert.deepEqual(await names(), ["b", "a"]);
  assert.equal((await call("POST", "/documents", { name: "a" })).status, 409);
  const refused = await restore(1);
  assert.deepEqual([refused.status, refused.body], [409, { error: "name_taken" }]);
  assert.deepEqual(await names("?deleted=only", ADMIN), ["a"]);
  assert.equal((await remove(3)).status, 204);
  assert.equal((await restore(1)).status, 200);
});

test("a name can be taken by renaming", async (t) => {
  const { call, remove, restore } = await service(t, "a", "b");
  await remove(1);
  assert.equal((await call("PATCH", "/documents/2", { name: "a" })).status, 200);
  assert.equal((await restore(1)).status, 409);
});

test("administrators see what is deleted", async (t) => {
  const { call, clock, remove, restore } = await service(t, "a", "b", "c", "d");
  for (const id of [2, 1, 3]) {
    clock.now += DAY;
    await remove(id);
  }
  const { body } = await call("GET", "/documents?deleted=only", undefined, ADMIN);
  assert.deepEqual(body.documents.map((each) => each.name), ["c", "a", "b"]);
  assert.equal(body.total, 3);
  assert.equal(body.documents[2].deletedAt, "2026-01-02T00:00:00.000Z");
  const found = await call("GET", "/documents?deleted=only&q=a", undefined, ADMIN);
  assert.deepEqual(found.body.documents.map((each) => each.name), ["a"]);
  clock.now += DAY;
  await restore(2);
  await remove(2);
  const again = await call("GET", "/documents?deleted=only", undefined, ADMIN);
  assert.deepEqual(again.body.documents.map((each) => each.name), ["b", "c", "a"]);
});

test("others see nothing of it", async (t) => {
  const { call, remove, restore } = await service(t, "a", "b");
  await remove(1);
  for (const headers of [{}, { "x-role": "user" }]) {
    assert.equal((await call("GET", "/documents?deleted=only", undefined, headers)).status, 403);
    assert.equal((await call("POST", "/purge", {}, headers)).status, 403);
  }
  const all = await call("GET", "/documents", undefined, ADMIN);
  assert.equal(all.body.total, 1);
  await restore(1);
  for (const each of (await call("GET", "/documents")).body.documents) {
    assert.deepEqual(Object.keys(each), ["id", "name", "createdAt"]);
  }
});

test("purging takes what was deleted thirty days ago", async (t) => {
  const { call, clock, names, remove, restore } = await service(t, "old", "young", "alive");
  const purge = async () => (await call("POST", "/purge", {}, ADMIN)).body;
  await remove(1);
  clock.now += 1;
  await remove(2);
  clock.now += 30 * DAY - 2;
  assert.deepEqual(await purge(), { purged: 0 });
  clock.now += 1;
  assert.deepEqual(await purge(), { purged: 1 });
  assert.equal((await restore(1)).status, 404);
  assert.deepEqual(await names("?deleted=only", ADMIN), ["young"]);
  assert.equal((await restore(2)).status, 200);
  clock.now += 100 * DAY;
  assert.deepEqual(await purge(), { purged: 0 });
  assert.deepEqual(await names(), ["young", "alive"]);
});
