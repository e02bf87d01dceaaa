import type { ActionName } from "../../engine/plan.ts";
import type { Resource } from "../../engine/resource.ts";
import { clipped, padded, type Style, styled, widthOf } from "../styles.ts";

/** One symbol a row. Colour helps, the symbol carries the meaning. */
const SYMBOLS: Readonly<Record<ActionName | "done" | "failed" | "running", readonly [string, Style]>> = {
  create: ["+", "green"],
  update: ["~", "yellow"],
  replace: ["±", "red"],
  delete: ["-", "red"],
  adopt: ["=", "cyan"],
  wait: ["…", "cyan"],
  running: ["…", "cyan"],
  gate: ["!", "person"],
  none: [" ", "dim"],
  done: ["✓", "green"],
  failed: ["✗", "red"],
};

export function symbolOf(name: keyof typeof SYMBOLS): string {
  const [symbol, style] = SYMBOLS[name];
  return styled(style, symbol);
}

/** Columns of the label, so that details stand under each other. */
export function labelColumns(columns: number): number {
  return Math.max(24, Math.min(48, Math.floor(columns * 0.44)));
}

/**
 * `<indent><symbol> label   detail   right`. The right part stands at the margin; a long detail is cut before it.
 * @param indent columns before the symbol.
 */
export function row(options: {
  readonly symbol: string;
  readonly label: string;
  readonly detail?: string;
  readonly right?: string;
  readonly indent: number;
  readonly columns: number;
}): string {
  const { symbol, label, detail = "", right = "", indent, columns } = options;
  const lead = `${" ".repeat(indent)}${symbol} `;
  const room = columns - indent - 2 - (right === "" ? 0 : widthOf(right) + 2);
  const labelRoom = detail === "" && right === "" ? room : labelColumns(columns);
  const shown = widthOf(label) < labelRoom ? padded(label, labelRoom) : `${label} `;
  const detailRoom = room - widthOf(shown);
  const middle =
    detailRoom < 8 ? clipped(shown, room) : `${shown}${detail === "" ? "" : clipped(detail, detailRoom)}`;
  if (right === "") return `${lead}${middle}`.trimEnd();
  return `${lead}${padded(middle, room)}  ${right}`;
}

/** ` 4 Omnichannel ─────────── Power Platform Administrator`. */
export function stepHeading(step: number, title: string, persona: string, columns: number): string {
  const left = `${String(step).padStart(2)} ${title} `;
  const rule = Math.max(3, columns - widthOf(left) - widthOf(persona) - 1);
  return `${styled("bold", left.trimEnd())} ${styled("dim", "─".repeat(rule))} ${styled("dim", persona)}`;
}

/** Personas of a step's resources, in the order they come. */
export function personasOf(resources: readonly Resource[]): string {
  return [...new Set(resources.map(({ info }) => info.persona))].join(", ");
}
