/**
 * Regenerates every file that is made from code; with `--check` fails when one is stale instead of writing it.
 * Each generator exports `files()`: path → content.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

interface Generator {
  files(): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const stale: string[] = [];

for (const name of readdirSync(join(root, "scripts", "generators")).sort()) {
  const generator = (await import(`./generators/${name}`)) as Generator;
  for (const [path, content] of Object.entries(await generator.files())) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, "utf8") === content) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

if (stale.length === 0) console.log("generated files are fresh");
else if (check) {
  console.error(`stale, run \`npm run generate\`: ${stale.join(", ")}`);
  process.exitCode = 1;
} else console.log(`written: ${stale.join(", ")}`);
