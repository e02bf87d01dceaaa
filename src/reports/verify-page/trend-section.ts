import type { ControlResult, VerifyResult } from "../../controls/result.ts";
import type { Verdict } from "../../controls/verdict.ts";
import { anchor, html, type Markup } from "../markup.ts";
import { counted, moment } from "../page-words.ts";
import type { Trend, Turn } from "../trend.ts";
import { verdictChip } from "../verdict-marks.ts";

function name(control: ControlResult, isJudged: boolean): Markup {
  const words = html`${control.title} <span class="mono soft">${control.id}</span>`;
  return isJudged ? html`<a class="plain" href="#c-${anchor(control.id)}">${words}</a>` : words;
}

const turned = ({ control, before }: Turn): Markup =>
  html`<li><span>${name(control, true)}</span> <span class="turn">${verdictChip(before)}<span aria-hidden="true">→</span><span class="hidden-words">, now </span>${verdictChip(control.verdict)}</span></li>`;

const told = (control: ControlResult, verdict: Verdict, isJudged: boolean): Markup =>
  html`<li><span>${name(control, isJudged)}</span> <span class="turn">${verdictChip(verdict)}</span></li>`;

function column(title: string, items: readonly Markup[], empty: string): Markup {
  return html`<div class="column"><h3>${title} <span class="soft number">${items.length}</span></h3>
${items.length === 0 ? html`<p class="soft small">${empty}</p>` : html`<ul class="turns">${items}</ul>`}</div>`;
}

/** What turned against an earlier result. */
export function trendSection(trend: Trend, earlier: VerifyResult, now: VerifyResult): Markup {
  const { better, worse, added, gone, same } = trend;
  const otherSpec =
    earlier.spec.digest === now.spec.digest ? "the spec is the same" : "the spec has changed in between";
  const notSame =
    earlier.environment.name === now.environment.name && earlier.environment.tenant === now.environment.tenant
      ? null
      : html` The earlier result is of ${earlier.environment.name} in ${earlier.environment.tenant}.`;
  return html`<section class="part" id="trend" aria-labelledby="trend-title">
<div class="head"><h2 id="trend-title">What has turned</h2><p>Against ${moment(earlier.collected.to)}. ${counted(same, "control")} as before; ${otherSpec}.${notSame}</p></div>
<div class="columns">
${column("Worse", worse.map(turned), "Nothing got worse.")}
${column("Better", better.map(turned), "Nothing got better.")}
${column(
  "New",
  added.map((control) => told(control, control.verdict, true)),
  "Nothing is judged for the first time.",
)}
${
  gone.length === 0
    ? null
    : column(
        "No longer judged",
        gone.map((control) => told(control, control.verdict, false)),
        "",
      )
}
</div>
</section>`;
}
