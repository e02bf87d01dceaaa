import type { VerifyResult } from "../../controls/result.ts";
import type { Direction, Trend, VerdictChange } from "../../controls/trend.ts";
import { anchor, html, type Markup } from "../markup.ts";
import { counted, dayWords, listed, moment } from "../page-words.ts";
import { verdictChip } from "../verdict-marks.ts";

const COLUMNS: readonly { readonly direction: Direction; readonly title: string; readonly none?: string }[] =
  [
    { direction: "worse", title: "Worse", none: "Nothing got worse." },
    { direction: "better", title: "Better", none: "Nothing got better." },
    { direction: "new", title: "New", none: "Nothing is judged for the first time." },
    { direction: "other", title: "Neither better nor worse" },
    { direction: "gone", title: "No longer judged" },
  ];

function verdicts({ before, after }: VerdictChange): Markup {
  if (before === null || after === null || before === after) {
    const verdict = after ?? before;
    return html`${verdict === null ? null : verdictChip(verdict)}`;
  }
  return html`${verdictChip(before)}<span aria-hidden="true">→</span><span class="hidden-words">, now </span>${verdictChip(after)}`;
}

/** The same verdict may be better or worse by where it comes from. */
function places({ before, after, appeared, disappeared }: VerdictChange): Markup | null {
  if (before !== after) return null;
  const words = [
    ...(appeared.length > 0 ? [`also ${listed(appeared)}`] : []),
    ...(disappeared.length > 0 ? [`no longer ${listed(disappeared)}`] : []),
  ];
  return html`<p class="small soft">${words.join("; ")}</p>`;
}

function line(change: VerdictChange): Markup {
  const { id, title, after } = change;
  const name = html`${title} ${title === id ? null : html`<span class="mono soft id">${id}</span>`}`;
  return html`<li><div>${after === null ? name : html`<a class="plain" href="#c-${anchor(id)}">${name}</a>`}${places(change)}</div> <span class="turn">${verdicts(change)}</span></li>`;
}

/** One sentence for the head of the page. */
export function sinceThen({ since, summary }: Trend): Markup {
  const parts = [
    ...(summary.worse > 0 ? [`${summary.worse} got worse`] : []),
    ...(summary.better > 0 ? [`${summary.better} got better`] : []),
    ...(summary.new > 0 ? [`${summary.new} ${summary.new === 1 ? "is" : "are"} new`] : []),
  ];
  const words = parts.length === 0 ? "nothing got better or worse" : listed(parts);
  return html`<p class="since"><a href="#trend">Since ${dayWords(since.collected.to)}, ${words}</a></p>`;
}

/** What turned against an earlier result. */
export function trendSection({ changes }: Trend, earlier: VerifyResult, now: VerifyResult): Markup {
  const same = now.controls.length - changes.filter(({ after }) => after !== null).length;
  const spec =
    earlier.spec.digest === now.spec.digest ? "the spec is the same" : "the spec has changed in between";
  const columns = COLUMNS.map(({ direction, title, none }) => {
    const these = changes.filter((change) => change.direction === direction);
    if (these.length === 0 && none === undefined) return null;
    return html`<div class="column"><h3>${title} <span class="soft number">${these.length}</span></h3>
${these.length === 0 ? html`<p class="soft small">${none}</p>` : html`<ul class="turns">${these.map(line)}</ul>`}</div>`;
  });
  return html`<section class="part whole" id="trend" aria-labelledby="trend-title">
<div class="head"><h2 id="trend-title">What has turned</h2><p>Against ${moment(earlier.collected.to)}. ${counted(same, "control")} as before; ${spec}.</p></div>
<div class="columns">${columns}</div>
</section>`;
}
