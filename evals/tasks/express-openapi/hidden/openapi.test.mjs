import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { pathToFileURL } from "node:url";

const { createApp } = await import(pathToFileURL(`${process.env.EVAL_WORKSPACE}/src/app.js`).href);
const METHODS = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
const GOOD = { recipient: "Ann", size: "M", grams: 500, note: "ring twice" };

async function service(t) {
  const server = createApp({ apiKey: "k" }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const call = async (method, path, body, headers = { "x-api-key": "k" }) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
      method,
      headers: { "content-type": "application/json", connection: "close", ...headers },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const answer = await call("GET", "/openapi.json", undefined, {});
  assert.equal(answer.status, 200);
  return { call, document: answer.body };
}

function resolved(document, node) {
  while (node?.$ref) {
    assert.match(node.$ref, /^#\//);
    node = node.$ref.slice(2).split("/").reduce((found, key) => found?.[key.replace(/~1/g, "/").replace(/~0/g, "~")], document);
    assert.ok(node, "a reference leads nowhere");
  }
  return node;
}

function* operations(document) {
  for (const [path, item] of Object.entries(document.paths)) {
    if (path === "/openapi.json") continue;
    for (const method of METHODS) {
      if (item[method]) yield { path, method, item, operation: item[method] };
    }
  }
}

const operation = (document, method, path) => {
  const found = [...operations(document)].find((each) => each.method === method && each.path.replace(/\{\w+\}/g, "{}") === path);
  assert.ok(found, `${method} ${path} is not described`);
  return found;
};

const parameters = (document, { item, operation }) =>
  [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => resolved(document, each));

/** The part of JSON Schema that such a document needs; anything else is refused, so that nothing passes unseen. */
const KNOWN = new Set([
  "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern",
  "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "allOf", "anyOf", "oneOf", "minProperties",
  "description", "title", "default", "example", "examples", "format", "deprecated", "readOnly", "writeOnly", "$ref", "$comment",
]);

const typeOf = (value) =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;

function fits(document, schema, value) {
  if (schema === true) return true;
  if (schema === false) return false;
  if (schema.$ref && !fits(document, resolved(document, { $ref: schema.$ref }), value)) return false;
  for (const key of Object.keys(schema)) assert.ok(KNOWN.has(key), `this test does not know ${key}`);
  const each = (list) => (list ?? []).map((one) => fits(document, one, value));
  if (!each(schema.allOf).every(Boolean)) return false;
  if (schema.anyOf && !each(schema.anyOf).some(Boolean)) return false;
  if (schema.oneOf && each(schema.oneOf).filter(Boolean).length !== 1) return false;
  const type = typeOf(value);
  const types = [schema.type ?? type].flat();
  if (!types.includes(type) && !(type === "integer" && types.includes("number"))) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if ("const" in schema && schema.const !== value) return false;
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) return false;
    if (value <= (schema.exclusiveMinimum ?? -Infinity) || value >= (schema.exclusiveMaximum ?? Infinity)) return false;
  }
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? Infinity)) return false;
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) return false;
  }
  if (type === "array") {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) return false;
    if (schema.items && !value.every((one) => fits(document, schema.items, one))) return false;
  }
  if (type === "object") {
    if ((schema.required ?? []).some((key) => !(key in value))) return false;
    return Object.entries(value).every(([key, one]) => {
      const known = schema.properties?.[key];
      return fits(document, known ?? schema.additionalProperties ?? true, one);
    });
  }
  return true;
}

test("the document has its head", async (t) => {
  const { document } = await service(t);
  assert.match(document.openapi, /^3\.1\.\d+$/);
  assert.equal(document.info.version, "2.4.1");
  assert.ok(document.info.title);
});

test("exactly the routes that exist are described", async (t) => {
  const { document } = await service(t);
  const found = [...operations(document)].map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, "{}")}`).sort();
  assert.deepEqual(found, [
    "delete /parcels/{}", "get /health", "get /parcels", "get /parcels/{}", "post /parcels", "put /parcels/{}/status",
  ]);
});

test("operations have names and summaries", async (t) => {
  const { document } = await service(t);
  const all = [...operations(document)].map(({ operation }) => operation);
  assert.equal(new Set(all.map((each) => each.operationId)).size, 6);
  assert.ok(all.every((each) => each.operationId && each.summary));
});

test("every status is described, and no other", async (t) => {
  const { document } = await service(t);
  const statuses = {
    "get /parcels": ["200", "422"],
    "post /parcels": ["201", "400", "401", "422"],
    "get /parcels/{}": ["200", "404"],
    "delete /parcels/{}": ["204", "401", "404", "409"],
    "put /parcels/{}/status": ["200", "400", "401", "404", "422"],
    "get /health": ["200"],
  };
  for (const [name, wanted] of Object.entries(statuses)) {
    const { operation: found } = operation(document, ...name.split(" "));
    // Express reads a body wherever one is sent, and any service can break, so these are neither wanted nor wrong.
    const optional = ["500", "default", ...(wanted.includes("400") ? [] : ["400"])];
    const said = Object.keys(found.responses).filter((status) => !optional.includes(status));
    assert.deepEqual(said.sort(), wanted, name);
    for (const each of Object.values(found.responses)) assert.ok(resolved(document, each).description);
  }
});

test("path parameters are required and match the path", async (t) => {
  const { document } = await service(t);
  for (const each of operations(document)) {
    const declared = parameters(document, each).filter((one) => one.in === "path");
    const names = [...each.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
    assert.deepEqual(declared.map((one) => one.name), names);
    assert.ok(declared.every((one) => one.required === true && one.schema));
  }
});

test("query parameters have the bounds of the handlers", async (t) => {
  const { document } = await service(t);
  const query = parameters(document, operation(document, "get", "/parcels")).filter((each) => each.in === "query");
  assert.deepEqual(query.map((each) => each.name).sort(), ["limit", "status"]);
  assert.ok(query.every((each) => !each.required));
  const { schema: limit } = query.find((each) => each.name === "limit");
  const { schema: status } = query.find((each) => each.name === "status");
  for (const good of [1, 20, 100]) assert.ok(fits(document, limit, good));
  for (const bad of [0, 101, 1.5, "x"]) assert.ok(!fits(document, limit, bad));
  assert.equal(resolved(document, limit).default, 20);
  for (const good of ["announced", "travelling", "delivered"]) assert.ok(fits(document, status, good));
  assert.ok(!fits(document, status, "lost"));
});

test("schemas are components and used by reference", async (t) => {
  const { document } = await service(t);
  const { schemas } = document.components;
  for (const name of ["Parcel", "NewParcel", "Error"]) assert.ok(schemas[name], name);
  const text = JSON.stringify(document.paths);
  for (const name of ["Parcel", "NewParcel", "Error"]) assert.ok(text.includes(`"#/components/schemas/${name}"`), name);
});

test("bodies that are described are those that are accepted", async (t) => {
  const { call, document } = await service(t);
  const { operation: post } = operation(document, "post", "/parcels");
  const { schema } = resolved(document, post.requestBody).content["application/json"];
  assert.equal(resolved(document, post.requestBody).required, true);
  const variants = [GOOD, [], "text", null, 5, {}];
  for (const [key, values] of Object.entries({
    recipient: ["", "x", "x".repeat(80), "x".repeat(81), 5, null],
    size: ["S", "L", "XL", "s", null],
    grams: [0, 1, 30_000, 30_001, 1.5, "5", null],
    note: ["", "x".repeat(200), "x".repeat(201), null, 5],
    extra: [1],
  })) {
    for (const value of values) variants.push({ ...GOOD, [key]: value });
    const { [key]: _, ...without } = GOOD;
    variants.push(without);
  }
  for (const body of variants) {
    const { status } = await call("POST", "/parcels", JSON.stringify(body));
    const accepted = status === 201;
    assert.ok(accepted || status === 422 || status === 400, String(status));
    assert.equal(fits(document, schema, body), accepted, JSON.stringify(body));
  }
});

test("the body of a status is described", async (t) => {
  const { document } = await service(t);
  const { operation: put } = operation(document, "put", "/parcels/{}/status");
  const { schema } = resolved(document, put.requestBody).content["application/json"];
  assert.ok(fits(document, schema, { status: "delivered" }));
  for (const bad of [{}, { status: "lost" }, { status: null }, []]) assert.ok(!fits(document, schema, bad), JSON.stringify(bad));
});

test("answers are what is described", async (t) => {
  const { call, document } = await service(t);
  const seen = [
    ["post", "/parcels", await call("POST", "/parcels", GOOD)],
    ["post", "/parcels", await call("POST", "/parcels", { ...GOOD, note: undefined })],
    ["post", "/parcels", await call("POST", "/parcels", "{oops")],
    ["post", "/parcels", await call("POST", "/parcels", {})],
    ["post", "/parcels", await call("POST", "/parcels", GOOD, {})],
    ["get", "/parcels", await call("GET", "/parcels")],
    ["get", "/parcels", await call("GET", "/parcels?limit=0")],
    ["get", "/parcels/{}", await call("GET", "/parcels/1")],
    ["get", "/parcels/{}", await call("GET", "/parcels/99")],
    ["put", "/parcels/{}/status", await call("PUT", "/parcels/1/status", { status: "travelling" })],
    ["put", "/parcels/{}/status", await call("PUT", "/parcels/1/status", { status: "lost" })],
    ["delete", "/parcels/{}", await call("DELETE", "/parcels/1")],
    ["delete", "/parcels/{}", await call("DELETE", "/parcels/2")],
    ["get", "/health", await call("GET", "/health")],
  ];
  for (const [method, path, { status, body }] of seen) {
    const described = resolved(document, operation(document, method, path).operation.responses[status]);
    assert.ok(described, `${method} ${path} ${status}`);
    if (body === undefined) {
      assert.equal(described.content, undefined);
      continue;
    }
    const { schema } = described.content["application/json"];
    assert.ok(fits(document, schema, body), `${method} ${path} ${status}`);
    assert.ok(!fits(document, schema, { ...body, surprise: 1 }), `${method} ${path} ${status} allows anything`);
    for (const key of Object.keys(body)) {
      const { [key]: _, ...less } = body;
      assert.ok(!fits(document, schema, less), `${method} ${path} ${status} does not need ${key}`);
    }
  }
});

test("security is where the key is needed", async (t) => {
  const { document } = await service(t);
  const schemes = document.components.securitySchemes;
  for (const { method, path, operation } of operations(document)) {
    const security = operation.security ?? document.security ?? [];
    const needed = method !== "get";
    assert.equal(security.length > 0 && security.every((each) => Object.keys(each).length > 0), needed, `${method} ${path}`);
    for (const name of security.flatMap((each) => Object.keys(each))) {
      const scheme = resolved(document, schemes[name]);
      assert.deepEqual([scheme.type, scheme.in, scheme.name.toLowerCase()], ["apiKey", "header", "x-api-key"]);
    }
  }
});

test("the other routes do what they did", async (t) => {
  const { call } = await service(t);
  const made = await call("POST", "/parcels", GOOD);
  assert.deepEqual([made.status, made.body], [201, { id: 1, ...GOOD, status: "announced" }]);
  assert.deepEqual((await call("GET", "/parcels?status=announced")).body, { parcels: [made.body], total: 1 });
  assert.equal((await call("DELETE", "/parcels/1")).status, 204);
});
