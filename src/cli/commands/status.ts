import { existsSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import {
  environmentFolder,
  type JournalEntry,
  openConfirmations,
  readLastRun,
} from "../../engine/journal.ts";
import { isHolderAlive, type LockHolder, readLock } from "../../engine/lock.ts";
import type { Confirmation } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow.ts";
import { shortGateName } from "../gate-address.ts";
import { count } from "../render/plan-text.ts";
import { row, symbolOf } from "../render/rows.ts";
import { withSession } from "../run-session.ts";
import { loadFile } from "../spec-file.ts";
import { padded, styled } from "../styles.ts";
import { usageError } from "../usage.ts";

const PLACES = ["tenant", "sandbox"] as const;
type Place = (typeof PLACES)[number];

/** What the journal tells about the last deploy of one environment. */
export interface RunStatus {
  /** A real tenant, or the sandbox. */
  readonly where: Place;
  readonly environment: string;
  readonly command: string;
  readonly started: string;
  readonly ended: string | undefined;
  readonly identity: string;
  /** `unfinished`: no end was written, so it still runs or was killed. */
  readonly outcome: string;
  readonly finished: number;
  readonly failures: readonly { readonly address: string; readonly code: string; readonly message: string }[];
  /** Begun but neither finished nor failed. */
  readonly underWay: readonly { readonly address: string; readonly operation: string | undefined }[];
  readonly openGates: readonly string[];
  readonly confirmations: readonly Confirmation[];
  readonly journal: string;
  /** Whether every line of the journal can be trusted; what cannot is left out above. */
  readonly damage: { readonly lines: readonly number[]; readonly torn: boolean; readonly newer: boolean };
  /** Who writes to the environment right now. */
  readonly runsNow: LockHolder | undefined;
}

function text(entry: JournalEntry, name: string): string {
  const value = entry[name];
  return typeof value === "string" ? value : "";
}

/** Reads one environment's newest run; undefined when there was none. */
export function readStatus(workFolder: string, environment: string, where: Place): RunStatus | undefined {
  const folder = environmentFolder(workFolder, environment, where);
  const run = readLastRun(folder);
  if (run === undefined) return undefined;
  const ofType = (type: string): readonly JournalEntry[] =>
    run.entries.filter((entry) => entry.type === type);
  const begin = ofType("run")[0];
  const end = ofType("end")[0];
  const settled = new Set(
    [...ofType("outcome"), ...ofType("failure")].map((entry) => text(entry, "address")),
  );
  const passed = new Set(ofType("gate-passed").map((entry) => text(entry, "address")));
  const confirmations = openConfirmations(folder).all();
  const confirmed = (gate: string): boolean =>
    passed.has(gate) ||
    confirmations.some((entry) => entry.gate === gate && begin !== undefined && entry.at >= begin.at);
  const opened = new Set(ofType("gate-opened").map((entry) => text(entry, "address")));
  const operations = ofType("operation");
  const holder = readLock(folder);
  return {
    where,
    environment,
    command: (begin && text(begin, "command")) || "deploy",
    started: begin?.at ?? run.entries[0]?.at ?? "",
    ended: end?.at,
    identity: begin === undefined ? "" : text(begin, "identity"),
    outcome: end === undefined ? "unfinished" : text(end, "outcome"),
    finished: ofType("outcome").length,
    failures: ofType("failure").map((entry) => ({
      address: text(entry, "address"),
      code: text(entry, "code"),
      message: text(entry, "message"),
    })),
    underWay: ofType("intent")
      .map((entry) => text(entry, "address"))
      .filter((address) => !settled.has(address))
      .map((address) => {
        const last = operations.findLast((entry) => text(entry, "address") === address);
        return { address, operation: last === undefined ? undefined : text(last, "url") };
      }),
    openGates: [...opened].filter((gate) => !confirmed(gate)),
    confirmations,
    journal: run.file,
    damage: { lines: run.damaged, torn: run.torn, newer: !run.known },
    runsNow: holder !== undefined && isHolderAlive(holder) ? holder : undefined,
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  done: "done",
  failed: "failed",
  "waiting-for-person": "waits for a person",
  interrupted: "interrupted",
  unfinished: "was killed: the next deploy goes on from there",
};

async function environmentsAsked(invocation: Invocation): Promise<readonly string[]> {
  const [file] = invocation.arguments;
  if (file !== undefined) return [(await loadFile(invocation, file)).spec.name];
  const names = PLACES.flatMap((where) => {
    const folder = dirname(environmentFolder(invocation.cwd, "any", where));
    return existsSync(folder) ? readdirSync(folder) : [];
  });
  return [...new Set(names)].sort();
}

function outcomeOf({ outcome, runsNow }: RunStatus): string {
  if (outcome === "unfinished" && runsNow !== undefined)
    return `runs now (process ${runsNow.pid} on ${runsNow.host})`;
  return OUTCOMES[outcome] ?? outcome;
}

/** What of the journal cannot be trusted. It costs time, never the result: the truth is read from the tenant. */
function damageLines({ damage: { lines, torn, newer } }: RunStatus): string[] {
  return [
    ...(newer ? ["a newer psc wrote the journal: this one reads nothing from it"] : []),
    ...(lines.length > 0 ? [`damaged and left out: line ${lines.join(", ")} of the journal`] : []),
    ...(torn ? ["the last line of the journal was torn when the run died"] : []),
  ].map((text) => `   ${symbolOf("failed")} ${text}`);
}

function statusLines(status: RunStatus, columns: number, cwd: string): string[] {
  const ended = status.ended === undefined ? "" : `, ended ${shortTime(status.ended)}`;
  const lines = [
    `${styled("bold", status.environment)}${status.where === "sandbox" ? " in the sandbox" : ""}: last ${status.command}: ${outcomeOf(status)}`,
    `   by ${status.identity}, started ${shortTime(status.started)}${ended}, ${count(status.finished, "change")}`,
  ];
  for (const { address, code, message } of status.failures)
    lines.push(
      row({ symbol: symbolOf("failed"), label: address, detail: `${code} ${message}`, indent: 3, columns }),
    );
  for (const { address } of status.underWay)
    lines.push(
      row({ symbol: symbolOf("running"), label: address, detail: "was under way", indent: 3, columns }),
    );
  for (const gate of status.openGates)
    lines.push(
      row({
        symbol: symbolOf("gate"),
        label: shortGateName(gate),
        detail: "waits for a person",
        indent: 3,
        columns,
      }),
    );
  for (const { gate, by, at, value, how } of status.confirmations)
    lines.push(
      `   ${symbolOf("done")} ${padded(shortGateName(gate), 24)} ${how} by ${by}, ${shortTime(at)}${value === undefined ? "" : `, ${value}`}`,
    );
  for (const line of damageLines(status)) lines.push(line);
  lines.push(styled("dim", `   journal: ${status.journal.replace(`${cwd}/`, "")}`));
  return lines;
}

/** What other machines wrote; the rest of the command reads files as always. */
async function bringHere(invocation: Invocation): Promise<void> {
  if (invocation.arguments[0] === undefined)
    throw usageError(
      "--state needs to know which environment",
      "name its spec: psc status dev.yaml --state URL",
    );
  await withSession(invocation, { readOnly: true }, async () => EXIT.done);
}

async function follow(invocation: Invocation): Promise<ExitCode> {
  const { terminal, cwd } = invocation;
  const [file] = invocation.arguments;
  if (file === undefined)
    throw usageError(
      "--follow needs to know which environment",
      "name its spec: psc status dev.yaml --follow",
    );
  const { spec } = await loadFile(invocation, file);
  const newest = PLACES.map((where) => environmentFolder(cwd, spec.name, where))
    .flatMap((folder) => {
      const run = readLastRun(folder);
      return run === undefined ? [] : [{ folder, name: basename(run.file) }];
    })
    .sort((a, b) => a.name.localeCompare(b.name))
    .at(-1);
  if (newest === undefined) throw nothingDeployed(file);
  return followRun(newest.folder, terminal);
}

function nothingDeployed(file: string): PscError {
  return new PscError({
    code: "PSC-E111",
    message: `nothing was deployed from this folder for ${basename(file)}`,
    remedy: `the journal lives in .psc of the folder psc runs in; psc plan ${file} reads the tenant itself`,
  });
}

function shortTime(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

export const status: CommandDefinition = {
  description:
    "Tells from the journal in .psc how the last deploy of each environment ended, what failed, what was under way, which gates are open and who passed the others. Sends no request: the truth about the tenant is `psc plan`.",
  arguments: [
    {
      name: "file",
      summary: "the environment's spec; all environments of this folder without it",
      required: false,
    },
  ],
  options: [
    ...TENANT_OPTIONS.filter(({ flags }) => flags.startsWith("--state")),
    { flags: "--follow", summary: "show the newest run of the environment until it ends, whoever runs it" },
  ],
  examples: [
    {
      command: "status prod.yaml --follow",
      effect: "watch a deploy that runs in the background or elsewhere",
    },
    { command: "status", effect: "every environment deployed from this folder" },
    { command: "status dev.yaml --output json", effect: "one environment, for a program" },
  ],
  async run(invocation) {
    const { terminal, cwd, options } = invocation;
    if (options.text("state") !== undefined) await bringHere(invocation);
    if (options.flag("follow")) return follow(invocation);
    const asked = await environmentsAsked(invocation);
    const found = asked.flatMap((environment) =>
      PLACES.flatMap((where) => readStatus(cwd, environment, where) ?? []),
    );
    terminal.json({ format: "psc.status/1", environments: found });
    if (found.length === 0) {
      const [file] = invocation.arguments;
      if (terminal.output === "text" && file !== undefined) throw nothingDeployed(file);
      terminal.print("Nothing was deployed from this folder yet.");
    }
    for (const entry of found)
      for (const line of statusLines(entry, terminal.columns, cwd)) terminal.print(line);
    const waits = found.some(({ openGates }) => openGates.length > 0);
    const file = invocation.arguments[0] ?? "<file>";
    terminal.say(`${styled("bold", "Next:")} ${waits ? `psc gate list ${file}` : `psc plan ${file}`}`);
    return EXIT.done;
  },
};
