import { formatDuration } from "../../durations.ts";
import type { ApplyResult } from "../../engine/events.ts";
import type { ActionName } from "../../engine/plan.ts";
import { type Persona, type Resource, STEPS } from "../../engine/resource.ts";
import type { HandoverFact } from "../../resources/handover.ts";
import { errorLines } from "../error-report.ts";
import { shortGateName } from "../gate-address.ts";
import { padded, styled, widthOf, wrapped } from "../styles.ts";
import { apiFamily } from "./api-family.ts";
import { DONE_WORDS } from "./event-lines.ts";
import { count } from "./plan-text.ts";
import { symbolOf } from "./rows.ts";

/** Actions in the words of the closing table, with how many each. */
function tally(actions: readonly ActionName[]): string {
  const counts = new Map<ActionName, number>();
  for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, number]) => `${number} ${DONE_WORDS[action]}`).join(", ");
}

/** Per step of the guide: what was done and by which API. */
export function doneByStep(
  finished: ApplyResult["finished"],
  resourceOf: (address: string) => Resource | undefined,
  columns: number,
): string[] {
  const lines: string[] = [];
  for (const [step, title] of STEPS.entries()) {
    const done = finished.flatMap((entry) => {
      const resource = resourceOf(entry.address);
      return resource?.info.step === step ? [{ ...entry, resource }] : [];
    });
    if (done.length === 0) continue;
    const apis = [
      ...new Set(
        done.map(({ resource }) =>
          resource.info.nature === "gate" ? "a person" : apiFamily(resource.info.api),
        ),
      ),
    ];
    const head = ` ${symbolOf("done")} ${padded(`${String(step).padStart(2)} ${title}`, 36)} ${padded(tally(done.map(({ action }) => action)), 32)} `;
    const room = Math.max(20, columns - widthOf(head));
    const [first = "", ...rest] = wrapped(apis.join(", "), room);
    lines.push(
      `${head}${styled("dim", first)}`,
      ...rest.map((line) => `${" ".repeat(widthOf(head))}${styled("dim", line)}`),
    );
  }
  return lines;
}

/** What a person needs next, such as the snippet of the chat widget. Several lines of a value stand under each other. */
export function handoverLines(facts: readonly HandoverFact[], columns: number): string[] {
  if (facts.length === 0) return [];
  const width = Math.min(28, Math.max(...facts.map(({ title }) => widthOf(title))) + 2);
  const indent = " ".repeat(width + 3);
  return [
    styled("bold", "What you need next"),
    ...facts.flatMap(({ title, value, note }) => {
      const [first = "", ...rest] = value.split("\n");
      return [
        `   ${padded(title, width)}${first}`,
        ...rest.map((line) => `${indent}${line}`),
        ...(note === undefined
          ? []
          : wrapped(note, columns - indent.length).map((line) => `${indent}${styled("dim", line)}`)),
      ];
    }),
  ];
}

/** Failures with their remedies. */
export function failureLines(result: ApplyResult, columns: number): string[] {
  return result.failures.flatMap(({ resource, error }) => [
    ...errorLines(error, columns, `step ${resource.info.step} · ${resource.label}`),
    "",
  ]);
}

/** What could not begin, by what it waits for. */
export function blockedLines(result: ApplyResult): string[] {
  // Whatever an interrupt kept from beginning waits for nothing but the next run.
  if (result.outcome === "interrupted") return [];
  const gates = new Set(result.gates.map(({ resource }) => resource.address));
  const shortName = (address: string): string => (gates.has(address) ? shortGateName(address) : address);
  const by = new Map<string, number>();
  const others = new Set((result.others ?? []).map(({ address }) => address));
  for (const { by: cause } of result.blocked) if (!others.has(cause)) by.set(cause, (by.get(cause) ?? 0) + 1);
  return [...by].map(([cause, number]) =>
    styled("dim", `   ${count(number, "resource")} behind ${shortName(cause)}`),
  );
}

/** What is left to others, by persona, and what of this part waits for it. */
export function othersLines({ others = [], blocked }: ApplyResult, columns: number): string[] {
  const personas = [...new Set(others.map(({ info }) => info.persona))];
  return personas.flatMap((persona) => {
    const theirs = others.filter(({ info }) => info.persona === persona);
    const awaited = theirs.filter(({ address }) => blocked.some(({ by }) => by === address));
    const waiting = blocked.filter(({ by }) => theirs.some(({ address }) => address === by)).length;
    const needs =
      waiting === 0
        ? ""
        : `; ${count(waiting, "resource")} of this part wait${waiting === 1 ? "s" : ""} for ${awaited.map(({ label }) => label).join(", ")}`;
    return wrapped(
      `${styled("person", persona)}: ${count(theirs.length, "action")} to come${needs}`,
      columns - 3,
    ).map((line) => `   ${line}`);
  });
}

/** One line that says how it ended. */
export function outcomeLine(
  result: ApplyResult,
  total: number,
  elapsed: { readonly cloudMs: number; readonly wallMs: number; readonly scaled: boolean },
  leftByTime: boolean,
): string {
  const done = result.finished.length;
  const time = elapsed.scaled
    ? `${formatDuration(elapsed.cloudMs)} of sandbox time (${formatDuration(elapsed.wallMs)} here)`
    : formatDuration(elapsed.wallMs);
  switch (result.outcome) {
    case "done":
      return `${symbolOf("done")} ${styled("bold", "Done:")} ${count(done, "change")} in ${time}.`;
    case "failed":
      return `${symbolOf("failed")} ${styled("bold", `${count(result.failures.length, "failure")}:`)} ${done} of ${total} done in ${time}.`;
    case "waiting-for-person":
      return `${symbolOf("gate")} ${styled("bold", result.gates.length === 0 ? "Others' move:" : "A person's move:")} ${done} of ${total} done in ${time}${result.gates.length === 0 ? "" : `; ${count(result.gates.length, "gate")} open`}.`;
    case "interrupted":
      return `${symbolOf("running")} ${styled("bold", leftByTime ? "Left:" : "Interrupted:")} ${done} of ${total} done in ${time}; what is under way in the cloud goes on there.`;
  }
}

/** What to type when this run is over. */
export function nextStep(
  { outcome, gates, others = [] }: ApplyResult,
  what: string,
  personas: readonly Persona[] | undefined,
): string {
  const again = `psc deploy ${what}${personas === undefined ? "" : ` --persona '${personas.join(",")}'`}`;
  switch (outcome) {
    case "done":
      return others.length === 0 ? `psc verify ${what}` : `the others: psc plan ${what} --by-persona`;
    case "failed":
      return `mend what is above, then ${again}: what is done stays done`;
    case "waiting-for-person":
      return gates.length > 0 ? `when the person is done, ${again}` : `after the others, ${again}`;
    case "interrupted":
      return `${again} goes on from here`;
  }
}
