import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { BOT_SECRETS } from "../../controls/bot-secrets.ts";
import type { Facts } from "../../controls/facts.ts";
import type { VerifyResult } from "../../controls/result.ts";
import { alarming, type Trend, trendOf } from "../../controls/trend.ts";
import type { Verdict } from "../../controls/verdict.ts";
import { formatDuration } from "../../durations.ts";
import type { Signer } from "../../evidence/keys.ts";
import { jsonReport } from "../../reports/json.ts";
import { verifyText } from "../../reports/text.ts";
import { type TrendLine, trendText } from "../../reports/trend-text.ts";
import { readBaseline } from "../baseline-file.ts";
import { BUNDLE_OPTIONS, bundleWish, keepBundle, openSigner } from "../bundling.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT, type ExitCode, exitOfFindings, exitOfVerify } from "../exit-codes.ts";
import { ownVersion } from "../package-files.ts";
import { NOT_VERIFIED } from "../personas.ts";
import { count, headerLine } from "../render/plan-text.ts";
import { reportWishes, writeAsked, writeReports } from "../report-files.ts";
import { withSession } from "../run-session.ts";
import { type LoadedFile, loadFile } from "../spec-file.ts";
import { type Style, styled, wrapped } from "../styles.ts";
import { sandboxWords } from "../target.ts";
import { usageError } from "../usage.ts";

const ROLE_STYLES: Readonly<
  Record<Verdict | "family" | "detail" | "evidence" | "summary", Style | undefined>
> = {
  family: "bold",
  pass: "green",
  fail: "red",
  warning: "yellow",
  error: "yellow",
  manual: undefined,
  accepted: undefined,
  inherited: "dim",
  "not-applicable": "dim",
  detail: undefined,
  evidence: "dim",
  summary: undefined,
};

/** What got worse must not be missed; what got better is news, but none that asks for anything. */
const TREND_STYLES: Readonly<Record<TrendLine["role"], Style | undefined>> = {
  heading: "bold",
  worse: "red",
  better: "green",
  other: undefined,
  new: undefined,
  gone: "dim",
  detail: undefined,
};

interface Judged {
  readonly result: VerifyResult;
  readonly facts: Facts;
  readonly signer: Signer | undefined;
  readonly target: string;
  /** Right of the heading. */
  readonly effort: string;
}

function printResult(invocation: Invocation, loaded: LoadedFile, { result, target, effort }: Judged): void {
  const { terminal } = invocation;
  const { columns } = terminal;
  const { name, stage, tenant } = loaded.spec;
  if (!terminal.quiet) {
    terminal.print(headerLine({ name, stage, tenant, target }, effort, columns));
    terminal.print();
  }
  for (const { role, text } of verifyText(result, terminal.verbose)) {
    if (terminal.quiet && (role === "family" || role === "evidence")) continue;
    if (role === "summary") {
      if (!terminal.quiet) terminal.print();
      terminal.print(`${styled("bold", "Verdict:")} ${text}.`);
      continue;
    }
    const style = ROLE_STYLES[role];
    const indent = /^ */.exec(text)?.[0] ?? "";
    // Evidence stays on one line: a URL that is cut or broken proves nothing.
    const lines =
      role === "evidence" ? [text.trimStart()] : wrapped(text.trimStart(), columns - indent.length - 2);
    for (const [index, line] of lines.entries()) {
      const shown = `${indent}${index === 0 ? "" : "  "}${line}`;
      terminal.print(style === undefined ? shown : styled(style, shown));
    }
  }
}

function printTrend({ terminal }: Invocation, trend: Trend): void {
  terminal.print();
  for (const { role, text } of trendText(trend, terminal.verbose)) {
    const style = TREND_STYLES[role];
    const indent = /^ */.exec(text)?.[0] ?? "";
    for (const [index, line] of wrapped(text.trimStart(), terminal.columns - indent.length - 2).entries()) {
      const shown = `${indent}${index === 0 ? "" : "  "}${line}`;
      terminal.print(style === undefined ? shown : styled(style, shown));
    }
  }
}

async function finish(
  invocation: Invocation,
  loaded: LoadedFile,
  judged: Judged,
  baseline: VerifyResult | undefined,
): Promise<ExitCode> {
  const { terminal, options, cwd } = invocation;
  const { result } = judged;
  const trend = baseline && trendOf(result, baseline);
  const context = baseline === undefined ? {} : { baseline };
  const reports = await writeReports(reportWishes(options.texts("report")), result, context, cwd);
  await keepBundle(invocation, loaded, judged, reports);
  const strict = options.flag("strict");
  const code =
    trend === undefined ? exitOfVerify(result, strict) : exitOfFindings(alarming(trend, strict).length);
  terminal.json(trend === undefined ? result : { ...result, changes: trend });
  if (terminal.output === "json") return code;
  printResult(invocation, loaded, judged);
  if (trend !== undefined) printTrend(invocation, trend);
  const what = `${loaded.file}${sandboxWords(invocation)}`;
  terminal.say(
    `${styled("bold", "Next:")} ${code === EXIT.done ? `nothing; \`psc verify ${what} --report html=report.html\` writes it down` : `psc plan ${what}`}`,
  );
  return code;
}

/**
 * The earlier result that `--baseline` names; undefined when it names none.
 * @throws PscError PSC-E104
 */
function baselineOf({ options, cwd }: Invocation, { spec }: LoadedFile): VerifyResult | undefined {
  const file = options.text("baseline");
  if (file === undefined) return undefined;
  const { name, tenant, environment } = spec;
  return readBaseline(cwd, file, { name, tenant, domain: environment.domain });
}

/** @throws PscError PSC-E101 when the file holds no facts. */
async function readFacts(invocation: Invocation, file: string): Promise<Facts> {
  const refuse = (why: string): Error =>
    usageError(
      `${file} holds no facts of psc: ${why}`,
      "name a file that `psc verify --collect` has written",
    );
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(resolve(invocation.cwd, file), "utf8"));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const format =
    typeof document === "object" && document !== null && "format" in document ? document.format : "";
  if (format !== "psc.facts/1") throw refuse(`its format is "${String(format)}"`);
  const { factsSchema } = await import("../../controls/document-schemas.ts");
  const { success, data, error } = factsSchema.safeParse(document);
  if (success) return data;
  const [first] = error.issues;
  throw refuse(`${first?.path.join(".") ?? ""}: ${first?.message ?? ""}`);
}

async function judgeOffline(invocation: Invocation, file: string): Promise<ExitCode> {
  const facts = await readFacts(invocation, file);
  const loaded = await loadFile(invocation, invocation.arguments[0] ?? "");
  const baseline = baselineOf(invocation, loaded);
  const [{ judgeFacts }, { specDigest }] = await Promise.all([
    import("../../verification.ts"),
    import("../../controls/collect.ts"),
  ]);
  if (specDigest(loaded.spec) !== facts.specDigest)
    throw usageError(
      `${file} was collected for another version of ${loaded.file}`,
      "use the spec as it was then (only `verify` may differ), or collect the facts again",
    );
  const signer = await openSigner(invocation, loaded, undefined);
  const result = judgeFacts(facts, loaded);
  const target = `facts of ${facts.collected.to}`;
  return finish(invocation, loaded, { result, facts, signer, target, effort: "offline" }, baseline);
}

/** The least privilege for this spec; sends no request. */
async function printPermissions(invocation: Invocation): Promise<ExitCode> {
  const { terminal } = invocation;
  const loaded = await loadFile(invocation, invocation.arguments[0] ?? "");
  const [{ permissionsToVerify }, { permissionsText }] = await Promise.all([
    import("../../permissions.ts"),
    import("../render/permissions-text.ts"),
  ]);
  const list = permissionsToVerify({
    ...loaded,
    version: ownVersion(),
    withoutKinds: NOT_VERIFIED,
    ...(invocation.options.flag("withBotSecrets") ? {} : { unusedPermission: BOT_SECRETS }),
  });
  terminal.json(list);
  for (const { role, text } of permissionsText(list, terminal.verbose)) {
    const indent = /^ */.exec(text)?.[0] ?? "";
    for (const [index, line] of wrapped(text.trimStart(), terminal.columns - indent.length - 2).entries()) {
      const shown = `${indent}${index === 0 ? "" : "  "}${line}`;
      terminal.print(
        role === "service" ? styled("bold", shown) : role === "detail" ? styled("dim", shown) : shown,
      );
    }
  }
  terminal.say(
    `${styled("bold", "Next:")} grant them (templates/auditor/README.md), then psc verify ${loaded.file}`,
  );
  return EXIT.done;
}

export const verify: CommandDefinition = {
  description:
    "Reads the tenant and judges every control: psc's catalogue, one for every kind of resource, and your own; each verdict with its evidence. Writes nothing: it runs on a pipeline that refuses to. Exit code: 0 nothing fails, 2 something does or could not be read, 1 it could not run.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    {
      flags: "--report <format=file>",
      summary: "write a report: json, html, junit, sarif, oscal, markdown, csv; may be repeated",
      repeatable: true,
    },
    { flags: "--collect <file>", summary: "only read, and keep the facts for a judgement elsewhere" },
    { flags: "--facts <file>", summary: "judge facts that were collected before; sends no request" },
    {
      flags: "--baseline <file>",
      summary: "an earlier result: tell what changed since; exit code 2 only when something got worse",
    },
    {
      flags: "--with-bot-secrets",
      summary:
        "let Azure list the bot's secret, and look into the bot's own content with it; without it, controls about that content are manual",
    },
    {
      flags: "--permissions",
      summary: "list the least privilege that verifying this spec needs, and for what; sends no request",
    },
    { flags: "--strict", summary: "warnings and manual controls count as failures for the exit code" },
    ...BUNDLE_OPTIONS,
    ...TENANT_OPTIONS,
  ],
  examples: [
    { command: "verify dev.yaml", effect: "what needs attention, with its evidence" },
    { command: "verify dev.yaml --verbose", effect: "every control with its evidence" },
    {
      command: "verify prod.yaml --report html=out/prod.html --report sarif=out/prod.sarif",
      effect: "for people, and for code scanning",
    },
    {
      command: "verify dev.yaml --with-bot-secrets",
      effect: "with the bot's own content, for whoever may list its secrets",
    },
    {
      command: "verify prod.yaml --collect facts.json",
      effect: "facts for `verify prod.yaml --facts facts.json` on another machine",
    },
    {
      command: "verify prod.yaml --report html=report.html --bundle prod.zip --sign evidence.key",
      effect: "one signed file for an auditor; see docs/evidence.md",
    },
    { command: "verify prod.yaml --permissions", effect: "what an auditor's identity must be granted" },
    { command: "verify dev.yaml --output json > result.json", effect: "the document psc.verify/2" },
    {
      command: "verify prod.yaml --baseline result.json",
      effect: "every night: what got worse since result.json was written",
    },
  ],
  async run(invocation) {
    const { terminal, options, cwd } = invocation;
    reportWishes(options.texts("report"));
    bundleWish(invocation);
    const [given, kept] = [options.text("facts"), options.text("collect")];
    if (given !== undefined && kept !== undefined)
      throw usageError("--facts and --collect contradict each other", "leave one of them out");
    const judged = options.texts("report").length > 0 || options.flag("strict");
    if (kept !== undefined && (judged || options.text("baseline") !== undefined))
      throw usageError(
        "--collect judges nothing, so --report, --baseline and --strict have nothing to say",
        "leave them out, and give them to `psc verify --facts` on what was collected",
      );
    if (options.flag("permissions")) {
      const others = ["facts", "collect", "bundle", "sign", "baseline"].filter(
        (name) => options.text(name) !== undefined,
      );
      if (others.length > 0 || options.texts("report").length > 0 || options.flag("strict"))
        throw usageError(
          "--permissions judges nothing: of verify's other options it goes with --with-bot-secrets only",
          "leave the others out",
        );
      return printPermissions(invocation);
    }
    if (given !== undefined) return judgeOffline(invocation, given);
    return withSession(
      invocation,
      {
        readOnly: true,
        withoutKinds: NOT_VERIFIED,
        ...(options.flag("withBotSecrets") ? {} : { unusedPermission: BOT_SECRETS }),
        probes: async () => (await import("../../controls/index.ts")).PROBES,
      },
      async ({ loaded, chosen, session }) => {
        const baseline = baselineOf(invocation, loaded);
        const signer = await openSigner(invocation, loaded, session.services.keyVault);
        const { collectFacts, judgeFacts } = await import("../../verification.ts");
        const { facts, reads, tookMs } = await collectFacts(session, ownVersion());
        const found = facts.resources.length + facts.probes.length;
        const effort = `${count(found, "fact")} read, ${count(reads, "request")}, ${formatDuration(tookMs)}`;
        if (kept !== undefined) {
          writeAsked(cwd, kept, jsonReport(facts));
          terminal.json({ format: "psc.collected/1", file: kept, facts: found, requests: reads });
          terminal.print(`${effort}; kept in ${kept}`);
          terminal.say(`${styled("bold", "Next:")} psc verify ${loaded.file} --facts ${kept}`);
          return EXIT.done;
        }
        const result = judgeFacts(facts, loaded);
        const judged = { result, facts, signer, target: chosen.name, effort };
        return finish(invocation, loaded, judged, baseline);
      },
    );
  },
};
