import { formatDuration } from "../durations.ts";
import type { Plan } from "../engine/plan.ts";
import type { PscError } from "../errors.ts";
import { html, type Insert, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import { counted, moment } from "./page-words.ts";
import { ACTION_DRAWINGS } from "./plan-page/action-marks.ts";
import { byHandSection } from "./plan-page/by-hand.ts";
import { changesSection } from "./plan-page/changes.ts";
import { planHeadline, planSummary } from "./plan-page/headline.ts";
import { problemsSection, stayingSection, worthKnowingSection } from "./plan-page/obstacles.ts";
import { PLAN_STYLE } from "./plan-page/style.ts";
import { signSheet } from "./sign.ts";

export interface PlanReport {
  readonly plan: Plan;
  readonly environment: {
    readonly name: string;
    readonly stage: string;
    readonly tenant: string;
    /** `sandbox` or the name of the cloud. */
    readonly target: string;
  };
  /** The spec file as the person named it. */
  readonly file: string;
  /** Of the spec's own check. */
  readonly warnings: readonly PscError[];
  /** ISO time of psc's clock when the plan was made. */
  readonly at: string;
  /** psc's own. */
  readonly version: string;
}

function provenance({ plan, environment, file, at, version }: PlanReport): Markup {
  const facts: readonly (readonly [string, Insert])[] = [
    ["Environment", `${environment.name} (${environment.stage})`],
    ["Tenant", environment.tenant],
    ["Target", environment.target],
    ["Spec", html`<code>${file}</code>`],
    ["Seen on", moment(at)],
    [
      "Read",
      `${counted(plan.actions.length + plan.problems.length, "fact")} in ${counted(plan.reads, "request")}, ${formatDuration(plan.tookMs)}`,
    ],
    ["Made by", `psc ${version}`],
  ];
  return html`<section class="part" id="provenance" aria-labelledby="provenance-title">
<div class="head"><h2 id="provenance-title">Where this comes from</h2></div>
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
</section>
<footer><p>psc only read: nothing was written for this plan. A tenant may change after it was read; psc deploy plans again before it writes.</p></footer>`;
}

/** A plan as one page for people: what will happen, who has to do what by hand, and what stands in the way. No script. */
export function planHtml(report: PlanReport): string {
  const { plan, file, warnings, environment } = report;
  const parts: readonly (readonly [string, string, Markup | null])[] = [
    ["problems", "In the way", problemsSection(plan)],
    ["by-hand", "By hand", byHandSection(plan, file)],
    ["changes", "Changes", changesSection(plan)],
    ["staying", "Stays", stayingSection(plan)],
    ["worth-knowing", "Worth knowing", worthKnowingSection(plan, warnings)],
    ["provenance", "Where it comes from", provenance(report)],
  ];
  const shown = parts.filter(([, , content]) => content !== null);
  const content = html`<a class="skip" href="#${shown[0]?.[0] ?? "headline"}">Skip the summary</a>
${signSheet(ACTION_DRAWINGS)}
<header class="mast"><div class="wide"><p><strong>Plan</strong></p>
<nav aria-label="Parts"><ul>${shown.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></div></header>
<main class="wide">
${planSummary(report)}
${shown.map(([, , part]) => part)}
</main>`;
  return page({
    title: `Plan of ${environment.name}: ${planHeadline(plan)}`,
    style: PLAN_STYLE,
    content,
  });
}
