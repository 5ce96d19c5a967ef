// A reporter of node:test: what became of each test, as one JSON object when the last of them has ended.
import { writeFileSync } from "node:fs";
import { report, secret } from "./secret.mjs";

// A timer or a connection that was left behind would keep the process alive, so it ends here.
const LAST = "canary error";

export default async function* reporter(events) {
  const tests = {};
  for await (const { type, data } of events) {
    if (!(type === "test:pass" || type === "test:fail") || data.nesting > 0) continue;
    const left = data.skip !== undefined || data.todo !== undefined;
    const outcome = left ? "skipped" : type === "test:pass" ? "passed" : "failed";
    const error = data.details?.error;
    const message = String(error?.cause?.message ?? error?.message ?? "").slice(0, 1000);
    (tests[data.name] ??= []).push([outcome, message]);
    if (data.name === LAST) {
      writeFileSync(report, JSON.stringify({ secret, tests, errors: [] }));
      process.exit();
    }
  }
}
