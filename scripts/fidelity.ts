/**
 * Writes docs/sandbox/fidelity.md from what the last test run proved (`prove()` calls of passing tests). With `--check`
 * it fails when the page is stale. Without the vendors' descriptions and recordings the run proves less than the page
 * says, so the check is skipped then.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Evidence, PROOFS, type Proof } from "../tests/harness/fidelity.ts";

const root = resolve(import.meta.dirname, "..");
const records = join(root, "coverage", "fidelity");
const page = join(root, "docs", "sandbox", "fidelity.md");
const specs = process.env["PSC_SPECS_DIR"] ?? resolve(root, "../shared/specs");

const MEANING: Readonly<Record<Proof, string>> = {
  recording: "the answer was compared with recorded traffic of the real service",
  "official description": "request and answer were checked against the vendor's API description",
  "independent client": "an unmodified client of somebody else works with it",
  documentation: "a test provokes what a public document says",
  inferred: "no public source says so; see the assumptions",
};

function readEvidence(): Evidence[] {
  if (!existsSync(records)) return [];
  const lines = readdirSync(records).flatMap((file) => readFileSync(join(records, file), "utf8").split("\n"));
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Evidence);
}

interface Row {
  readonly operation: string;
  readonly proofs: ReadonlyMap<Proof, ReadonlySet<string>>;
}

function rowsOf(evidence: readonly Evidence[]): Map<string, Row[]> {
  const apis = new Map<string, Map<string, Map<Proof, Set<string>>>>();
  for (const { api, operation, proof, source } of evidence) {
    const operations = apis.get(api) ?? new Map<string, Map<Proof, Set<string>>>();
    const proofs = operations.get(operation) ?? new Map<Proof, Set<string>>();
    const sources = proofs.get(proof) ?? new Set<string>();
    if (source !== undefined) sources.add(source);
    apis.set(api, operations.set(operation, proofs.set(proof, sources)));
  }
  const sorted = [...apis].sort(([a], [b]) => a.localeCompare(b));
  return new Map(
    sorted.map(([api, operations]) => [
      api,
      [...operations]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([operation, proofs]) => ({ operation, proofs })),
    ]),
  );
}

function cell(sources: ReadonlySet<string> | undefined): string {
  if (sources === undefined) return "";
  if (sources.size === 0) return "yes";
  const names = [...sources].sort();
  const shown = names.slice(0, 2).join(", ");
  return names.length > 2 ? `${shown} and ${names.length - 2} more` : shown;
}

function render(apis: ReadonlyMap<string, readonly Row[]>): string {
  const lines = [
    "<!-- Generated from a test run by `npm run fidelity`; do not edit. -->",
    "# How far to trust the sandbox",
    "",
    "Per API and operation: which proof a passing test gives. Stronger proofs stand further left.",
    "",
    ...PROOFS.map((proof) => `- **${proof}**: ${MEANING[proof]}.`),
    "",
    "What is not listed here has no proof of its own; what a page lists under *Not simulated* answers 501.",
  ];
  const total = [...apis.values()].flat();
  lines.push(
    "",
    `| API | operations | ${PROOFS.join(" | ")} |`,
    `|---|---|${PROOFS.map(() => "---|").join("")}`,
  );
  for (const [api, rows] of apis)
    lines.push(
      `| ${api} | ${rows.length} | ${PROOFS.map((proof) => rows.filter(({ proofs }) => proofs.has(proof)).length).join(" | ")} |`,
    );
  lines.push(
    `| all | ${total.length} | ${PROOFS.map((proof) => total.filter(({ proofs }) => proofs.has(proof)).length).join(" | ")} |`,
  );
  for (const [api, rows] of apis) {
    lines.push(
      "",
      `## ${api}`,
      "",
      `| operation | ${PROOFS.join(" | ")} |`,
      `|---|${PROOFS.map(() => "---|").join("")}`,
    );
    for (const { operation, proofs } of rows)
      lines.push(
        `| \`${operation.replaceAll("|", "\\|")}\` | ${PROOFS.map((proof) => cell(proofs.get(proof))).join(" | ")} |`,
      );
  }
  return `${lines.join("\n")}\n`;
}

const check = process.argv.includes("--check");
if (check && !existsSync(specs))
  console.log("fidelity page not checked: the vendors' descriptions are not here");
else {
  const content = render(rowsOf(readEvidence()));
  const before = existsSync(page) ? readFileSync(page, "utf8") : "";
  if (content === before) console.log("the fidelity page is fresh");
  else if (check) {
    console.error("docs/sandbox/fidelity.md is stale: run `npm run fidelity`");
    process.exitCode = 1;
  } else {
    writeFileSync(page, content);
    console.log("written: docs/sandbox/fidelity.md");
  }
}
