import { formatDuration } from "../../durations.ts";
import type { FieldChange } from "../../engine/observation.ts";
import type { Action, Plan } from "../../engine/plan.ts";
import { STEPS } from "../../engine/resource.ts";
import { fieldWords, showValue } from "../field-words.ts";
import { html, type Markup } from "../markup.ts";
import { counted, sentence } from "../page-words.ts";
import { sign } from "../sign.ts";
import { ACTION_WORDS, SHOWN_ACTIONS } from "./action-marks.ts";

const MIN_SHOWN_MS = 60_000;

/** Where something is there already, what it says now stands beside what it will say. */
function fieldRow({ path, before, after }: FieldChange, isNew: boolean): Markup {
  const next = html`<dd>${isNew ? null : html`<span class="hidden-words">will be </span>`}${showValue(after)}</dd>`;
  const old = html`<dd class="old">${showValue(before)} <span aria-hidden="true">→</span></dd>`;
  return html`<div><dt>${fieldWords(path)}</dt>${isNew ? null : old}${next}</div>`;
}

function whyOf({ action, reason, resource }: Action): string {
  const isTold =
    action === "adopt" ||
    action === "replace" ||
    action === "wait" ||
    action === "delete" ||
    action === "gate";
  return [action === "delete" ? "" : resource.detail, isTold ? reason : ""]
    .filter((part) => part !== "")
    .join("; ");
}

function row(action: Action): Markup {
  const { resource, diff, gate } = action;
  const { action: name } = action;
  const usual = gate === undefined ? resource.usualMs : gate.usualMinutes * 60_000;
  const isSlow =
    usual >= MIN_SHOWN_MS && (name === "create" || name === "replace" || name === "wait" || name === "gate");
  const why = whyOf(action);
  const onPaper = name === "update" || name === "replace" ? html` class="on-paper"` : null;
  const isNew = name === "create" || name === "gate";
  return html`<li><details${onPaper}><summary>${sign(name)}<span><span class="title">${resource.label}</span>${why === "" ? null : html`<span class="why">${sentence(why)}</span>`}</span><span class="end ink t-${name}">${ACTION_WORDS[name]}${isSlow ? html` <span class="soft number">~${formatDuration(usual)}</span>` : null}</span></summary>
<div class="panel">
<div>${
    diff.length === 0
      ? html`<p class="soft">No field is compared.</p>`
      : html`<dl class="diff${isNew ? " new" : ""}">${diff.map((change) => fieldRow(change, isNew))}</dl>`
  }</div>
<div><dl class="facts"><dt>Why</dt><dd>${sentence(action.reason)}</dd><dt>Who</dt><dd>${resource.info.persona}</dd><dt>Address</dt><dd><code>${resource.address}</code></dd><dt>API</dt><dd>${resource.info.api}</dd></dl></div>
</div></details></li>`;
}

function stepSection(step: number, title: string, actions: readonly Action[]): Markup {
  const changed = actions.filter(({ action }) => action !== "none");
  const same = actions.filter(({ action }) => action === "none");
  const words = SHOWN_ACTIONS.filter((name) => name !== "none")
    .map((name) => ({ name, count: changed.filter(({ action }) => action === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${ACTION_WORDS[name]}`);
  return html`<section class="family" aria-labelledby="step-${step}">
<div class="head"><h3 id="step-${step}"><span class="soft number">${step}</span> ${title}</h3><p class="small soft number">${words.join(", ")}</p></div>
<ul class="rows sheet">${changed.map(row)}</ul>
${
  same.length === 0
    ? null
    : html`<details class="same"><summary>${counted(same.length, "thing")} unchanged</summary><p class="small soft">${same.map(({ resource }) => resource.label).join("; ")}</p></details>`
}
</section>`;
}

/** Step by step of the guide; steps in which nothing changes are named last, in one line. */
export function changesSection(plan: Plan): Markup | null {
  const steps = STEPS.map((title, step) => ({
    step,
    title,
    actions: plan.actions.filter(({ resource }) => resource.info.step === step),
  })).filter(({ actions }) => actions.length > 0);
  const busy = steps.filter(({ actions }) => actions.some(({ action }) => action !== "none"));
  const quiet = steps.filter((step) => !busy.includes(step));
  if (busy.length === 0) return null;
  return html`<section class="part" id="changes" aria-labelledby="changes-title">
<div class="head"><h2 id="changes-title">What will change</h2><p>In the order of the guide. Open one to see its fields.</p></div>
${busy.map(({ step, title, actions }) => stepSection(step, title, actions))}
${quiet.length === 0 ? null : html`<p class="quiet soft">Nothing changes in: ${quiet.map(({ step, title }) => `${step} ${title}`).join(", ")}.</p>`}
</section>`;
}
