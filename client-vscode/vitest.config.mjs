import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // For a machine that does something else as well: some tests have real processes.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000 },
  resolve: {
    alias: { vscode: fileURLToPath(new URL("test/vscode.ts", import.meta.url)) },
  },
});
