import { formatDuration } from "../../durations.ts";
import type { Action, Plan } from "../../engine/plan.ts";
import { PERSONAS } from "../../engine/resource.ts";
import { html, link, type Markup } from "../markup.ts";
import { counted, sentence } from "../page-words.ts";
import { noticing } from "../runbook.ts";
import { sign } from "../sign.ts";

function gateCard(action: Action, file: string): Markup {
  const { resource, gate, reason } = action;
  const usual =
    gate === undefined || gate.usualMinutes < 1
      ? null
      : `about ${formatDuration(gate.usualMinutes * 60_000)}`;
  return html`<li class="matter edge t-gate">
<h4>${resource.label} <span class="mono soft id">step ${resource.info.step}</span></h4>
<p class="soft">${sentence(reason)}</p>
${
  gate === undefined
    ? null
    : html`<ol class="steps">${gate.steps.map((step) => html`<li><span>${sentence(step)}</span></li>`)}</ol>
<p class="small">${link(gate.link)}</p>
${gate.value === undefined ? null : html`<p class="small">Bring back: ${gate.value.hint}</p>`}
<p class="small soft">${noticing({ address: resource.address, byHand: gate }, { file })}</p>`
}
${usual === null ? null : html`<p class="small"><span class="tag">${usual}</span></p>`}
</li>`;
}

/** What only people can do, by who they are, in the order of the guide. */
export function byHandSection(plan: Plan, file: string): Markup | null {
  const gates = plan.actions.filter(({ action }) => action === "gate");
  if (gates.length === 0) return null;
  const parts = PERSONAS.flatMap((persona) => {
    const theirs = gates
      .filter(({ resource }) => resource.info.persona === persona)
      .sort((a, b) => a.resource.info.step - b.resource.info.step);
    return theirs.length === 0 ? [] : [{ persona, theirs }];
  });
  return html`<section class="part" id="by-hand" aria-labelledby="by-hand-title">
<div class="head"><h2 id="by-hand-title">By hand</h2><p>${counted(gates.length, "thing")} no API does. Each can be done when what comes before it in the guide is there.</p></div>
${parts.map(
  ({ persona, theirs }) =>
    html`<div class="matters"><h3>${sign("gate")} ${persona} <span class="soft number">${theirs.length}</span></h3>
<ul>${theirs.map((action) => gateCard(action, file))}</ul></div>`,
)}
</section>`;
}
