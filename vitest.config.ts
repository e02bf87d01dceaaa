import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // The examples import the package by its name, as a user would; a checkout has no dist.
  resolve: {
    alias: { "psc-toolkit/sandbox": fileURLToPath(new URL("src/sandbox/index.ts", import.meta.url)) },
  },
  test: {
    include: ["tests/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes of their own: a third worker keeps two cores busy.
    maxWorkers: 3,
    globalSetup: ["tests/harness/fresh-evidence.ts"],
    reporters: ["default", ["json", { outputFile: "coverage/tests.json" }]],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary", "json"],
      reportsDirectory: "coverage",
      thresholds: { statements: 90 },
    },
  },
});
