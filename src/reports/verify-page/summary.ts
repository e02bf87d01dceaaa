import type { VerifyResult } from "../../controls/result.ts";
import type { Trend } from "../../controls/trend.ts";
import { VERDICT_WORDS, type Verdict } from "../../controls/verdict.ts";
import { bar } from "../bar.ts";
import { html, type Markup } from "../markup.ts";
import { counted, moment } from "../page-words.ts";
import { BY_URGENCY } from "../verdict-marks.ts";
import { sinceThen } from "./trend-section.ts";

type Summary = VerifyResult["summary"];

/** The verdict in one sentence, the worst first. What was not seen is never called good. */
export function headline(summary: Summary): string {
  const total = BY_URGENCY.reduce((sum, verdict) => sum + summary[verdict], 0);
  const of = (count: number): string => `${count} of ${counted(total, "control")}`;
  const { fail, error, warning, manual } = summary;
  if (total === 0) return "Nothing was judged";
  if (fail > 0) return `${of(fail)} ${fail === 1 ? "does" : "do"} not hold`;
  if (error > 0) return `${of(error)} could not be looked at`;
  if (warning > 0) return `Nothing fails; ${counted(warning, "control")} should be better`;
  if (manual > 0) return "Everything a program can see holds";
  return "Everything that was looked at holds";
}

/** What the headline leaves out; the numbers themselves stand below. */
export function lead(summary: Summary): string {
  const { pass, fail, error, warning, manual, accepted } = summary;
  const said = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
  const sentences = [
    ...(pass > 0 ? [said(pass, "was looked at and holds", "were looked at and hold")] : []),
    ...(error > 0
      ? [
          fail > 0
            ? `${error} could not be looked at, so nothing is known about ${error === 1 ? "it" : "them"}`
            : `Nothing is known about ${error === 1 ? "it" : "them"}`,
        ]
      : []),
    ...(warning > 0 && fail + error > 0 ? [`${warning} should be better`] : []),
    ...(manual > 0 ? [said(manual, "needs a person to look", "need a person to look")] : []),
    ...(accepted > 0
      ? [said(accepted, "does not hold and is accepted for now", "do not hold and are accepted for now")]
      : []),
  ];
  return sentences.map((words) => `${words}.`).join(" ");
}

function tally(summary: Summary): Markup {
  return html`<dl class="tally">${BY_URGENCY.map(
    (verdict: Verdict) =>
      html`<div class="edge t-${verdict}${summary[verdict] === 0 ? " nil" : ""}"><dt>${VERDICT_WORDS[verdict]}</dt><dd>${summary[verdict]}</dd></div>`,
  )}</dl>`;
}

export function summarySection(result: VerifyResult, trend: Trend | undefined): Markup {
  const { environment, summary, collected, identity } = result;
  const shares = BY_URGENCY.map((verdict) => ({ name: verdict, count: summary[verdict] }));
  return html`<section class="hero" aria-labelledby="headline">
<p class="eyebrow"><strong>${environment.name}</strong> <span class="stage">${environment.stage}</span> <span>${environment.tenant}</span> <span>${moment(collected.to)}</span> <span>as seen by ${identity}</span></p>
<h1 id="headline">${headline(summary)}</h1>
<p class="lead">${lead(summary)}</p>
${trend === undefined ? null : sinceThen(trend)}
${bar(shares, "large")}
${tally(summary)}
</section>`;
}
