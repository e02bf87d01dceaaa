import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Path of a file of psc's package. src/cli/ and dist/cli/ lie equally deep below its root. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** psc's version. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string };
  return version;
}
