import { formatDuration } from "../../durations.ts";
import type { FieldChange } from "../../engine/observation.ts";
import type { Action, ActionName, Plan, Problem } from "../../engine/plan.ts";
import { STEPS } from "../../engine/resource.ts";
import type { PscError } from "../../errors.ts";
import { fieldWords, showValue } from "../../reports/field-words.ts";
import { errorLines } from "../error-report.ts";
import { clipped, padded, styled, wrapped } from "../styles.ts";
import { personasOf, row, stepHeading, symbolOf } from "./rows.ts";

export interface PlanHeader {
  readonly name: string;
  readonly stage: string;
  readonly tenant: string;
  /** `sandbox` or the name of the cloud. */
  readonly target: string;
}

/** `contoso-dev (dev) · contoso.onmicrosoft.com · sandbox      61 facts read, 22 requests, 0.9 s`. */
export function headerLine(header: PlanHeader, right: string, columns: number): string {
  const left = `${styled("bold", header.name)} (${header.stage}) · ${header.tenant} · ${header.target}`;
  return right === "" ? left : `${padded(left, columns - right.length - 1)} ${styled("dim", right)}`;
}

export function readFacts(plan: Plan): string {
  const facts = plan.actions.length + plan.problems.length;
  return `${count(facts, "fact")} read, ${count(plan.reads, "request")}, ${formatDuration(plan.tookMs)}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const FIELD_COLUMNS = 20;
const FIELD_INDENT = 7;

/** One changed field: `priority            2 → 1`; wide values stand under each other. */
export function changeLines({ path, before, after }: FieldChange, columns: number): string[] {
  const indent = " ".repeat(FIELD_INDENT);
  const name = fieldWords(path);
  const lead = `${indent}${padded(name, FIELD_COLUMNS)}`;
  const old = showValue(before);
  const next = showValue(after);
  const one = `${lead}${styled("dim", old)} → ${next}`;
  if (name.length < FIELD_COLUMNS && FIELD_INDENT + FIELD_COLUMNS + old.length + next.length + 3 <= columns)
    return [one];
  const room = columns - FIELD_INDENT - 4;
  return [
    `${indent}${name}`,
    `${indent}  ${styled("dim", clipped(old, room))}`,
    `${indent}→ ${clipped(next, room)}`,
  ];
}

const MIN_SHOWN_MS = 60_000;

function actionRow({ resource, action, reason, gate }: Action, columns: number): string {
  const usual = gate === undefined ? resource.usualMs : gate.usualMinutes * 60_000;
  const worthIt = usual >= MIN_SHOWN_MS && action !== "update" && action !== "adopt" && action !== "delete";
  const told = action === "adopt" || action === "replace" || action === "wait" || action === "delete";
  const detail = [action === "delete" ? "" : resource.detail, told ? reason : ""]
    .filter((part) => part !== "")
    .join("; ");
  return row({
    symbol: symbolOf(action),
    label: resource.label,
    detail: detail === "" && action === "gate" ? reason : detail,
    right: worthIt ? styled("dim", `~${formatDuration(usual)}`) : "",
    indent: 3,
    columns,
  });
}

function stepLines(step: number, actions: readonly Action[], columns: number, verbose: boolean): string[] {
  const changed = actions.filter(({ action }) => action !== "none");
  if (changed.length === 0 && !verbose) return [];
  const shown = verbose ? actions : changed;
  const lines = [
    stepHeading(step, STEPS[step] ?? "", personasOf(shown.map(({ resource }) => resource)), columns),
  ];
  for (const action of shown) {
    if (action.action === "none") {
      lines.push(
        styled(
          "dim",
          row({ symbol: " ", label: action.resource.label, detail: action.reason, indent: 3, columns }),
        ),
      );
      continue;
    }
    lines.push(actionRow(action, columns));
    if (action.action === "update" || action.action === "replace" || verbose)
      for (const change of action.diff) lines.push(...changeLines(change, columns));
  }
  const same = actions.length - changed.length;
  if (same > 0 && !verbose) lines.push(styled("dim", `   ${same} unchanged`));
  return lines;
}

/** The steps with something to do. */
export function actionLines(plan: Plan, columns: number, verbose: boolean): string[] {
  const lines: string[] = [];
  for (const step of STEPS.keys()) {
    const actions = plan.actions.filter(({ resource }) => resource.info.step === step);
    if (actions.length > 0) lines.push(...stepLines(step, actions, columns, verbose));
  }
  return lines;
}

/** Who has something to do, each with their steps; in the order in which they first come in the guide. */
export function personaLines(plan: Plan, columns: number, verbose: boolean): string[] {
  const shown = plan.actions.filter(({ action }) => verbose || action !== "none");
  const personas = [...new Set(shown.map(({ resource }) => resource.info.persona))];
  return personas.flatMap((persona) => {
    const theirs = shown.filter(({ resource }) => resource.info.persona === persona);
    const gates = theirs.filter(({ action }) => action === "gate").length;
    const facts = [count(theirs.length, "action"), ...(gates === 0 ? [] : [`${gates} by hand`])].join(", ");
    return [
      `${styled("bold", persona)}  ${styled("dim", facts)}`,
      ...[...STEPS.keys()].flatMap((step) => {
        const here = theirs.filter(({ resource }) => resource.info.step === step);
        if (here.length === 0) return [];
        return [
          styled("dim", ` ${String(step).padStart(2)} ${STEPS[step] ?? ""}`),
          ...here.map((action) => actionRow(action, columns)),
        ];
      }),
      "",
    ];
  });
}

function haveOneCause(a: Problem, b: Problem): boolean {
  return a.step === b.step && a.error.code === b.error.code && a.error.message === b.error.message;
}

/** What does not hold or could not be read; one cause that several resources met is told once. */
export function problemLines({ problems }: Pick<Plan, "problems">, columns: number): string[] {
  return problems.flatMap((problem) => {
    const same = problems.filter((other) => haveOneCause(problem, other));
    if (same[0] !== problem) return [];
    const addresses = same.map(({ address }) => address).join(", ");
    return [...errorLines(problem.error, columns, `step ${problem.step} · ${addresses}`), ""];
  });
}

const WORDS: readonly (readonly [ActionName, string])[] = [
  ["create", "to create"],
  ["update", "to change"],
  ["replace", "to replace"],
  ["delete", "to delete"],
  ["adopt", "to adopt"],
  ["wait", "under way"],
  ["gate", "for a person"],
];

/** Steps on which the longest waits of the plan lie. */
function longest(plan: Plan): string {
  const slow = plan.actions.filter(
    ({ action, resource }) => (action === "create" || action === "wait") && resource.usualMs >= 20 * 60_000,
  );
  if (slow.length === 0) return "";
  const steps = [...new Set(slow.map(({ resource }) => resource.info.step))].sort((a, b) => a - b);
  const noun = steps.length === 1 ? "step" : "steps";
  return `; longest: ${noun} ${steps.join(", ")}`;
}

export function summaryLine(plan: Plan): string {
  const parts = WORDS.flatMap(([name, words]) =>
    plan.summary[name] === 0 ? [] : [`${plan.summary[name]} ${words}`],
  );
  if (parts.length === 0) return `${styled("bold", "Plan:")} no changes.`;
  const unchanged = plan.summary.none === 0 ? "" : `, ${plan.summary.none} unchanged`;
  const time =
    plan.usualMs >= MIN_SHOWN_MS ? `  Usually ${formatDuration(plan.usualMs)}${longest(plan)}.` : "";
  return `${styled("bold", "Plan:")} ${parts.join(", ")}${unchanged}.${time}`;
}

/** What holds, and yet somebody ought to know. */
export function concernLines({ concerns }: Pick<Plan, "concerns">, columns: number): string[] {
  return concerns.flatMap(({ message }) =>
    wrapped(`${message}.`, columns - 2).map((line, index) =>
      index === 0 ? `${styled("yellow", "⚠")} ${line}` : `  ${line}`,
    ),
  );
}

/** Warnings of the spec, short: the place and the explanation are a command away. */
export function warningLines(warnings: readonly PscError[], columns: number): string[] {
  return warnings.flatMap((warning) => {
    const text = `${warning.message}. See: psc explain ${warning.code}`;
    return wrapped(text, columns - 2).map((line, index) =>
      index === 0 ? `${styled("yellow", "⚠")} ${line}` : `  ${line}`,
    );
  });
}
