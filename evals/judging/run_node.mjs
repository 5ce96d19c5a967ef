// Runs in the judged process: the hidden tests of a Node task, then tests that must fail.
// Called as `node --test-reporter=report.mjs --test-reporter-destination=REPORT run_node.mjs FILE…`.
import "./secret.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { pathToFileURL } from "node:url";

// A test that is stuck must not keep the others from being told.
const registered = process.argv.slice(2);
for (const file of registered) {
  await import(pathToFileURL(file).href);
}
test("canary equal", () => assert.equal(1, 2));
test("canary deepEqual", () => assert.deepEqual([1], [2]));
test("canary rejects", () => assert.rejects(async () => {}));
test("canary error", () => {
  throw new Error("This test must fail.");
});
