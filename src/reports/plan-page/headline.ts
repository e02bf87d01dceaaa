import { formatDuration } from "../../durations.ts";
import type { Plan } from "../../engine/plan.ts";
import { bar } from "../bar.ts";
import { html, type Markup } from "../markup.ts";
import { counted, listed, moment } from "../page-words.ts";
import type { PlanReport } from "../plan-html.ts";
import { ACTION_WORDS, SHOWN_ACTIONS } from "./action-marks.ts";
import { causesOf } from "./obstacles.ts";

/** Shorter than a minute is not worth a word. */
const MIN_SHOWN_MS = 60_000;

const workOf = ({ summary }: Plan): number =>
  SHOWN_ACTIONS.reduce((sum, name) => sum + (name === "none" ? 0 : summary[name]), 0);

/** The plan in one sentence. */
export function planHeadline(plan: Plan): string {
  const { summary } = plan;
  const causes = causesOf(plan).length;
  const work = workOf(plan);
  if (causes > 0) return `${counted(causes, "problem")} ${causes === 1 ? "stands" : "stand"} in the way`;
  if (work === 0) return "Everything is as the spec says";
  if (summary.gate === work) return `${counted(work, "thing")} left to do, all by hand`;
  const byHand = summary.gate === 0 ? "" : `, ${summary.gate} of them by hand`;
  return `${counted(work, "thing")} left to do${byHand}`;
}

/** What is lost for good comes first, then how long it takes. */
export function planLead(plan: Plan): string {
  const { summary, problems, usualMs } = plan;
  const lost = [
    ...(summary.delete > 0 ? [`${summary.delete} will be deleted`] : []),
    ...(summary.replace > 0 ? [`${summary.replace} will be deleted and made again`] : []),
  ];
  const sentences = [
    ...(problems.length > 0 && workOf(plan) > 0
      ? [`Of what could be read, ${counted(workOf(plan), "thing")} would be left to do`]
      : []),
    ...(lost.length > 0 ? [listed(lost)] : []),
    ...(usualMs >= MIN_SHOWN_MS ? [`Usually it takes ${formatDuration(usualMs)}`] : []),
    ...(summary.none > 0
      ? [`${summary.none} ${summary.none === 1 ? "is" : "are"} as the spec says already`]
      : []),
  ];
  return sentences.map((words) => `${words}.`).join(" ");
}

export function planSummary({ plan, environment, at }: PlanReport): Markup {
  const { name, stage, tenant, target } = environment;
  const shown = SHOWN_ACTIONS.filter((action) => plan.summary[action] > 0);
  return html`<section class="hero" aria-labelledby="headline">
<p class="eyebrow"><strong>${name}</strong> <span class="stage">${stage}</span> <span>${tenant}</span> <span>${target}</span> <span>${moment(at)}</span></p>
<h1 id="headline">${planHeadline(plan)}</h1>
<p class="lead">${planLead(plan)}</p>
${
  shown.length === 0
    ? null
    : html`${bar(
        shown.map((action) => ({ name: action, count: plan.summary[action] })),
        "large",
      )}
<dl class="tally">${shown.map((action) => html`<div class="edge t-${action}"><dt>${ACTION_WORDS[action]}</dt><dd>${plan.summary[action]}</dd></div>`)}</dl>`
}
</section>`;
}
