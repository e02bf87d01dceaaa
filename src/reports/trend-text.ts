import { DIRECTIONS, type Direction, type Trend, type VerdictChange } from "../controls/trend.ts";
import { VERDICT_WORDS } from "../controls/verdict.ts";

const TITLES: Readonly<Record<Direction, string>> = {
  worse: "Worse",
  better: "Better",
  other: "Otherwise changed",
  new: "New",
  gone: "Gone",
};

const SIGNS: Readonly<Record<Direction, string>> = {
  worse: "↓",
  better: "↑",
  other: "~",
  new: "+",
  gone: "-",
};

export interface TrendLine {
  readonly role: "heading" | Direction | "detail";
  readonly text: string;
}

function verdictWords({ before, after }: VerdictChange): string {
  const word = (verdict: VerdictChange["before"]): string => (verdict === null ? "" : VERDICT_WORDS[verdict]);
  if (before === after) return `still ${word(after)}`;
  return [before, after]
    .filter((verdict) => verdict !== null)
    .map(word)
    .join(" → ");
}

function changeLines(change: VerdictChange): TrendLine[] {
  const { direction, id, title, origin, before, after, reason, appeared, disappeared } = change;
  const name = origin === "resource" ? title : `${id} ${title}`;
  const told = direction === "worse" || direction === "new" ? `: ${reason}` : "";
  const lines: TrendLine[] = [
    { role: direction, text: `   ${SIGNS[direction]} ${name}  ${verdictWords(change)}${told}` },
  ];
  // Of a control that turned, the reason says it; of one that stays, only this does.
  if (before === after) {
    for (const point of appeared) lines.push({ role: "detail", text: `       now also: ${point}` });
    for (const point of disappeared) lines.push({ role: "detail", text: `       no longer: ${point}` });
  }
  return lines;
}

/** `2 worse, 1 better`; `no change` when there is none. */
export function trendWords({ summary }: Trend): string {
  const named = DIRECTIONS.filter((direction) => summary[direction] > 0);
  return named.length === 0
    ? "no change"
    : named.map((direction) => `${summary[direction]} ${TITLES[direction].toLowerCase()}`).join(", ");
}

/** What changed since an earlier result, for people: worse first. New controls that hold are only counted. */
export function trendText(trend: Trend, verbose: boolean): readonly TrendLine[] {
  const lines: TrendLine[] = [
    { role: "heading", text: `Since ${trend.since.collected.to}: ${trendWords(trend)}` },
  ];
  for (const change of trend.changes) {
    const quiet = change.direction === "new" && change.after !== "fail" && change.after !== "error";
    if (verbose || !quiet) lines.push(...changeLines(change));
  }
  return lines;
}
