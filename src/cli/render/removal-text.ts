import type { RemovalPlan, Verdict } from "../../engine/removal.ts";
import { styled, wrapped } from "../styles.ts";
import { count } from "./plan-text.ts";
import { row, symbolOf } from "./rows.ts";

export function verdictsOf({ verdicts }: RemovalPlan, fate: Verdict["fate"]): readonly Verdict[] {
  return verdicts.filter((verdict) => verdict.fate === fate);
}

/** What will be deleted, last made first, with how much goes along; then what stays, and why. */
export function removalLines(plan: RemovalPlan, columns: number): string[] {
  const doomed = [...verdictsOf(plan, "delete")].reverse();
  const staying = verdictsOf(plan, "stays");
  const lines: string[] = [];
  if (doomed.length > 0) lines.push(styled("bold", "Will be deleted"));
  for (const { resource, reason } of doomed) {
    const along = verdictsOf(plan, "goes along").filter(({ reason: why }) => why.endsWith(resource.label));
    const inside = along.length === 0 ? "" : `; with ${count(along.length, "declared thing")} in it`;
    lines.push(
      row({
        symbol: symbolOf("delete"),
        label: resource.label,
        detail: `${reason}${inside}`,
        indent: 1,
        columns,
      }),
    );
  }
  if (lines.length > 0 && staying.length > 0) lines.push("");
  return [...lines, ...stayingLines(plan, "Stays", columns)];
}

/** What is not deleted, each with its reason. */
export function stayingLines(plan: RemovalPlan, heading: string, columns: number): string[] {
  const staying = verdictsOf(plan, "stays");
  if (staying.length === 0) return [];
  return [
    styled("bold", heading),
    ...staying.flatMap(({ resource, reason }) => [
      `   ${resource.label}`,
      ...wrapped(reason, columns - 5).map((line) => `     ${styled("dim", line)}`),
    ]),
  ];
}

export function removalSummary(plan: RemovalPlan): string {
  const doomed = verdictsOf(plan, "delete").length;
  const along = verdictsOf(plan, "goes along").length;
  const staying = verdictsOf(plan, "stays").length;
  const parts = [
    `${doomed} to delete`,
    ...(along === 0 ? [] : [`${along} in them`]),
    ...(staying === 0 ? [] : [`${staying} ${staying === 1 ? "stays" : "stay"}`]),
  ];
  return `${styled("bold", "Plan:")} ${parts.join(", ")}.`;
}
