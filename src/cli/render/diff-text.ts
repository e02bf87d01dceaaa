import { type Comparison, type Difference, type SideValue, unmeant } from "../../comparison/difference.ts";
import type { FieldValue } from "../../engine/observation.ts";
import { showValue } from "../../reports/field-words.ts";
import { clipped, padded, styled, wrapped } from "../styles.ts";
import { count } from "./plan-text.ts";

function sideLine(
  name: string,
  { value, place }: SideValue,
  comparison: Comparison,
  { width, columns }: { readonly width: number; readonly columns: number },
): string {
  const said = value !== null && comparison.of === "spec";
  const where = !said ? "" : place === null ? "default" : `${place.file}:${place.line}`;
  // The values of a comparison are plain data.
  const shown = value === null ? "(nothing)" : showValue(value as FieldValue);
  const room = columns - 6 - width - 2 - (where === "" ? 0 : where.length + 3);
  const words = where === "" ? "" : `  ${styled("dim", where)}`;
  return `      ${padded(styled("dim", name), width)}  ${clipped(shown.replaceAll("\n", " "), Math.max(20, room))}${words}`;
}

function differenceLines(difference: Difference, comparison: Comparison, columns: number): string[] {
  const { path, what, note, meant, a, b } = difference;
  const words = [
    ...(what === "order" ? ["in another order"] : []),
    ...(note === null ? [] : [note]),
    ...(meant === null ? [] : [`meant to differ: ${meant}`]),
  ].join("; ");
  const width = Math.max(comparison.a.name.length, comparison.b.name.length);
  const head = `   ${path}${words === "" ? "" : `  ${styled("dim", words)}`}`;
  const shownHead = meant === null ? head : styled("dim", head);
  // Of a whole resource that only one has, the note says everything.
  if (note !== null && what !== "value") return [shownHead];
  return [
    shownHead,
    sideLine(comparison.a.name, a, comparison, { width, columns }),
    sideLine(comparison.b.name, b, comparison, { width, columns }),
  ];
}

/** `contoso-dev (dev) · contoso.onmicrosoft.com · dev.yaml`, for both. */
function heading({ a, b }: Comparison): string[] {
  return [a, b].map(
    ({ file, name, stage, tenant }) => `${styled("bold", name)} (${stage}) · ${tenant} · ${file}`,
  );
}

/** What a comparison found, section by section. @param all also what is meant to differ, with the reason. */
export function diffLines(comparison: Comparison, all: boolean, columns: number): string[] {
  const shown = all ? comparison.differences : unmeant(comparison);
  const lines = [...heading(comparison), ""];
  for (const section of new Set(shown.map((one) => one.section))) {
    lines.push(styled("bold", section));
    for (const difference of shown.filter((one) => one.section === section))
      lines.push(...differenceLines(difference, comparison, columns));
  }
  if (shown.length > 0) lines.push("");
  const { notCompared } = comparison;
  if (notCompared.length > 0) {
    lines.push(styled("bold", "Could not be compared"));
    for (const { path, side, reason } of notCompared) {
      const text = `${path} of ${comparison[side].name}: ${reason}`;
      for (const [i, line] of wrapped(text, columns - 6).entries())
        lines.push(`   ${i === 0 ? "" : "   "}${line}`);
    }
    lines.push("");
  }
  return lines;
}

/** `3 differences, 12 more that are meant`. */
export function diffWords(comparison: Comparison): string {
  const told = unmeant(comparison).length;
  const meant = comparison.differences.length - told;
  const { length: unread } = comparison.notCompared;
  return [
    told === 0 ? "no difference" : count(told, "difference"),
    ...(meant === 0 ? [] : [`${meant} that ${meant === 1 ? "is" : "are"} meant`]),
    ...(unread === 0 ? [] : [`${unread} not compared`]),
  ].join(", ");
}
