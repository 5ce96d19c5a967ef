// Runs in the judged process: the hidden tests of a Node task, then tests that must fail.
// Called as `node --test-reporter=report.mjs run_node.mjs FILE…`; its input is that of secret.mjs.
import "./secret.mjs";
import assert from "node:assert/strict";
import test from "node:test";
import { pathToFileURL } from "node:url";

for (const file of process.argv.slice(2)) {
  await import(pathToFileURL(file).href);
}
// Tests run in the order in which they are defined; the reporter knows the last by its name.
test("canary equal", () => assert.equal(1, 2));
test("canary deepEqual", () => assert.deepEqual([1], [2]));
test("canary rejects", () => assert.rejects(async () => {}));
test("canary error", () => {
  throw new Error("This test must fail.");
});
