import { VERDICT_WORDS, type Verdict } from "../controls/verdict.ts";
import { html, type Markup } from "./markup.ts";
import type { Drawing } from "./sign.ts";

/** In the order in which somebody should look at them. */
export const BY_URGENCY: readonly Verdict[] = [
  "fail",
  "error",
  "warning",
  "manual",
  "accepted",
  "pass",
  "inherited",
  "not-applicable",
];

/** Stems of the page's colours. */
export const VERDICT_TONES: Readonly<Record<Verdict, string>> = {
  pass: "good",
  fail: "bad",
  warning: "care",
  error: "blind",
  manual: "hand",
  accepted: "agreed",
  inherited: "given",
  "not-applicable": "none",
};

export const VERDICT_DRAWINGS: Readonly<Record<Verdict, Drawing>> = {
  pass: { ground: "disc", line: "M5.9 10.4l2.8 2.7 5.4-6" },
  fail: { ground: "disc", line: "M6.9 6.9l6.2 6.2M13.1 6.9l-6.2 6.2" },
  warning: { ground: "triangle", line: "M10 7.6v4.2M10 14.6v.2" },
  error: { ground: "disc", line: "M7.7 7.9a2.35 2.35 0 1 1 3.4 2.1c-.8.4-1.1.8-1.1 1.6M10 14.3v.2" },
  manual: {
    ground: "bare",
    line: "M1.8 10S4.7 4.9 10 4.9 18.2 10 18.2 10 15.3 15.1 10 15.1 1.8 10 1.8 10zM10 7.8a2.2 2.2 0 1 0 .01 0z",
  },
  accepted: { ground: "disc", line: "M5.6 10.9c1.4-2.5 2.9-2.3 4.4-.9s3 1.6 4.4-.9" },
  inherited: { ground: "disc", line: "M10 14.2V6.3M6.7 9.4L10 6.1l3.3 3.3" },
  "not-applicable": { ground: "ring", line: "M6.5 10h7" },
};

export function verdictChip(verdict: Verdict): Markup {
  return html`<span class="chip t-${verdict}">${VERDICT_WORDS[verdict]}</span>`;
}
