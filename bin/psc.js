#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse, so that they get a sentence instead of a syntax error.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";

const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`✗ psc needs Node ${NEEDED.join(".")} or newer; this is Node ${process.versions.node}`);
  console.error(
    "  then    install it from https://nodejs.org, or in a checkout run `npm ci` and use `npx psc`",
  );
  process.exitCode = 1;
} else {
  nodeModule.enableCompileCache();
  // A checkout runs from source; the published package has only dist/.
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const built = new URL("../dist/cli/main.js", import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  await main(process.argv.slice(2));
}
