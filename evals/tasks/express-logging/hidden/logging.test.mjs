import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import test from "node:test";
import { pathToFileURL } from "node:url";

const { createApp } = await import(pathToFileURL(`${process.env.EVAL_WORKSPACE}/src/app.js`).href);

async function service(t, routes) {
  const lines = [];
  const clock = { now: Date.parse("2026-01-01T00:00:00.000Z") };
  let count = 0;
  const app = createApp({ write: (line) => lines.push(line), now: () => new Date(clock.now), newId: () => `new-${++count}`, routes });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const printed = t.mock.method(console, "log", () => {});
  const base = `http://127.0.0.1:${server.address().port}`;
  const call = async (method, path, body, headers = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: { "content-type": "application/json", connection: "close", ...headers },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, id: response.headers.get("x-request-id"), body: await response.json().catch(() => null) };
  };
  /** All lines, once every connection is closed; what is written after that is not waited for long. */
  const logged = async () => {
    await new Promise((resolve) => server.close(resolve));
    const parsed = () => lines.map((line) => JSON.parse(line));
    for (let turns = 0; turns < 1000 && !parsed().some((line) => line.message === "request"); turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return parsed();
  };
  return { base, call, clock, lines, logged, printed };
}

const only = (lines, message = "request") => {
  const found = lines.filter((line) => line.message === message);
  assert.equal(found.length, 1, `${found.length} lines with the message ${message}`);
  return found[0];
};

test("a request gives one line", async (t) => {
  const { call, lines, logged, printed } = await service(t);
  const answer = await call("POST", "/users?x=1", { name: "Ann" }, { "user-agent": "tests/1" });
  assert.deepEqual(only(await logged()), {
    time: "2026-01-01T00:00:00.000Z",
    level: "info",
    message: "request",
    requestId: answer.id,
    method: "POST",
    path: "/users",
    route: "/users",
    status: 201,
    durationMs: 0,
    userAgent: "tests/1",
  });
  assert.ok(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1));
  assert.equal(printed.mock.callCount(), 0);
});

test("routes are patterns, and levels follow the status", async (t) => {
  const { call, logged } = await service(t, (app) => {
    app.get("/broken/:what", (request, response) => response.status(503).json({}));
  });
  await call("POST", "/users", { name: "Ann" });
  await call("GET", "/users/1");
  await call("GET", "/users/99");
  await call("GET", "/nowhere/at/all");
  await call("GET", "/broken/x");
  const lines = (await logged()).filter((line) => line.message === "request");
  assert.deepEqual(
    lines.map((line) => [line.path, line.route, line.status, line.level]),
    [
      ["/users", "/users", 201, "info"],
      ["/users/1", "/users/:id", 200, "info"],
      ["/users/99", "/users/:id", 404, "warn"],
      ["/nowhere/at/all", null, 404, "warn"],
      ["/broken/x", "/broken/:what", 503, "error"],
    ],
  );
});

test("the duration is measured", async (t) => {
  const setup = await service(t, (app) => {
    app.get("/slow", async (request, response) => {
      setup.clock.now += 1234;
      response.json({});
    });
  });
  await setup.call("GET", "/slow");
  assert.equal(only(await setup.logged()).durationMs, 1234);
});

test("ids of requests come from the client or are new", async (t) => {
  const { call, logged } = await service(t);
  assert.equal((await call("GET", "/users/1", undefined, { "x-request-id": "Ab-1._c" })).id, "Ab-1._c");
  assert.equal((await call("GET", "/users/1", undefined, { "x-request-id": "x".repeat(64) })).id, "x".repeat(64));
  const bad = ["x".repeat(65), "a b", 'a"b', "{}", "é"];
  const seen = [];
  for (const id of bad) seen.push((await call("GET", "/users/1", undefined, { "x-request-id": id })).id);
  assert.deepEqual(seen, ["new-1", "new-2", "new-3", "new-4", "new-5"]);
  const lines = (await logged()).filter((line) => line.message === "request");
  assert.deepEqual(lines.map((line) => line.requestId), ["Ab-1._c", "x".repeat(64), ...seen]);
});

test("handlers log with the id of their request", async (t) => {
  const { call, logged } = await service(t);
  await call("POST", "/users", { name: "Ann" }, { "x-request-id": "first" });
  await Promise.all(["a", "b", "c"].map((id) => call("GET", "/users/1", undefined, { "x-request-id": id })));
  const lines = await logged();
  const created = only(lines, "user created");
  assert.deepEqual([created.requestId, created.user, created.level], ["first", { id: "1", name: "Ann" }, "info"]);
  const fetched = lines.filter((line) => line.message === "user fetched");
  assert.deepEqual(fetched.map((line) => line.requestId).sort(), ["a", "b", "c"]);
  assert.ok(fetched.every((line) => line.userId === "1"));
});

test("unforeseen errors are told once, with their stack", async (t) => {
  const { call, logged } = await service(t, (app) => {
    app.get("/bug", async () => {
      throw new TypeError("x is not a function");
    });
  });
  const answer = await call("GET", "/bug");
  assert.deepEqual([answer.status, answer.body], [500, { error: "internal" }]);
  const lines = await logged();
  const error = only(lines, "unhandled error");
  assert.equal(error.level, "error");
  assert.match(JSON.stringify(error.error), /TypeError.*x is not a function/);
  assert.match(error.stack, /TypeError: x is not a function\n\s+at /);
  assert.equal(error.requestId, answer.id);
  assert.equal(only(lines).status, 500);
  assert.equal(lines.length, 2);
});

test("foreseen errors are no errors", async (t) => {
  const { call, logged } = await service(t);
  assert.deepEqual((await call("GET", "/users/9")).body, { error: "no_such_user" });
  const lines = await logged();
  assert.equal(lines.length, 1);
});

test("clients that go away are told", async (t) => {
  let entered;
  const inside = new Promise((resolve) => {
    entered = resolve;
  });
  const { base, logged } = await service(t, (app) => {
    app.get("/endless", () => entered());
  });
  const request = http.get(`${base}/endless`);
  request.on("error", () => {});
  await inside;
  request.destroy();
  const line = only(await logged());
  assert.deepEqual([line.aborted, line.level, line.path], [true, "warn", "/endless"]);
});

test("secrets are redacted at any depth", async (t) => {
  const fields = {
    password: "p1",
    Token: { deep: "p2" },
    list: [{ AUTHORIZATION: "p3", keep: 1 }],
    nested: { deeper: { secret: ["p4"], cardNumber: 4111, CardNumber: "p5", passwordHint: "stays" } },
  };
  const before = structuredClone(fields);
  const { call, lines, logged } = await service(t, (app) => {
    app.get("/log", (request, response) => {
      request.log.warn("given", fields);
      response.json({});
    });
  });
  await call("POST", "/users", { name: "Ann", password: "p6", cards: [{ cardNumber: "p7" }] });
  await call("GET", "/log", undefined, { authorization: "Bearer p8" });
  const given = only(await logged(), "given");
  assert.equal(given.level, "warn");
  assert.deepEqual(
    [given.password, given.Token, given.list, given.nested],
    [
      "[redacted]",
      "[redacted]",
      [{ AUTHORIZATION: "[redacted]", keep: 1 }],
      { deeper: { secret: "[redacted]", cardNumber: "[redacted]", CardNumber: "[redacted]", passwordHint: "stays" } },
    ],
  );
  assert.doesNotMatch(lines.join(""), /"p\d"|Bearer|4111/);
  assert.deepEqual(fields, before);
});

test("the standard members cannot be replaced", async (t) => {
  const { call, logged } = await service(t, (app) => {
    app.get("/log", (request, response) => {
      request.log.error("mine", { level: "info", requestId: "x", time: 0, message: "other", extra: 1 });
      response.json({});
    });
  });
  const { id } = await call("GET", "/log");
  assert.deepEqual(only(await logged(), "mine"), {
    time: "2026-01-01T00:00:00.000Z",
    level: "error",
    message: "mine",
    requestId: id,
    extra: 1,
  });
});

test("what cannot be written breaks nothing", async (t) => {
  const circle = { name: "round" };
  circle.self = circle;
  const shared = { a: 1 };
  const odd = {
    get trap() {
      throw new Error("no");
    },
  };
  const { call, logged } = await service(t, (app) => {
    app.get("/log", (request, response) => {
      request.log.info("odd", { circle, big: 10n, failure: new RangeError("far"), twice: [shared, shared], odd, when: new Date(0), plain: 1 });
      request.log.info("bare");
      response.json({});
    });
  });
  assert.equal((await call("GET", "/log")).status, 200);
  const lines = await logged();
  const line = only(lines, "odd");
  assert.equal(line.plain, 1);
  assert.equal(line.circle.name, "round");
  assert.equal(typeof line.circle.self, "string");
  assert.match(String(line.big), /^10n?$/);
  assert.match(JSON.stringify(line.failure), /far/);
  assert.deepEqual(line.twice, [{ a: 1 }, { a: 1 }]);
  assert.equal(line.when, "1970-01-01T00:00:00.000Z");
  assert.ok("odd" in line);
  assert.deepEqual(Object.keys(only(lines, "bare")).sort(), ["level", "message", "requestId", "time"]);
});
