import type { Plan, Problem } from "../../engine/plan.ts";
import type { PscError } from "../../errors.ts";
import { html, type Markup } from "../markup.ts";
import { sentence } from "../page-words.ts";

const placeWords = ({ location }: PscError): string | null =>
  location === undefined ? null : `${location.file}:${location.line}`;

export interface Cause {
  /** The first that met it. */
  readonly problem: Problem;
  readonly addresses: readonly string[];
}

/** What has to be mended, each once: several resources may meet the same. */
export function causesOf({ problems }: Plan): readonly Cause[] {
  const causes = new Map<string, { readonly problem: Problem; readonly addresses: Set<string> }>();
  for (const problem of problems) {
    const { step, error, address } = problem;
    const key = JSON.stringify([step, error.code, error.message]);
    const known = causes.get(key);
    if (known === undefined) causes.set(key, { problem, addresses: new Set([address]) });
    else known.addresses.add(address);
  }
  return [...causes.values()].map(({ problem, addresses }) => ({ problem, addresses: [...addresses] }));
}

function causeCard({ problem: { error, persona, step }, addresses }: Cause): Markup {
  return html`<li class="matter edge t-delete">
<h3>${sentence(error.message)} <span class="mono soft id">${error.code}</span></h3>
${error.remedy === undefined ? null : html`<p>${sentence(error.remedy)}</p>`}
${error.permission === undefined ? null : html`<p class="small soft">Missing permission: <code>${error.permission}</code></p>`}
<p class="small"><span class="tag">${persona}</span> <span class="soft">step ${step}: <code>${addresses.join(", ")}</code></span></p>
</li>`;
}

/** What has to be mended first. */
export function problemsSection(plan: Plan): Markup | null {
  const causes = causesOf(plan);
  if (causes.length === 0) return null;
  return html`<section class="part" id="problems" aria-labelledby="problems-title">
<div class="head"><h2 id="problems-title">What stands in the way</h2></div>
<div class="matters"><ul>${causes.map(causeCard)}</ul></div>
</section>`;
}

/** What holds, and yet somebody ought to know; and what the spec's own check warns of. */
export function worthKnowingSection({ concerns }: Plan, warnings: readonly PscError[]): Markup | null {
  if (concerns.length + warnings.length === 0) return null;
  return html`<section class="part" id="worth-knowing" aria-labelledby="worth-knowing-title">
<div class="head"><h2 id="worth-knowing-title">Worth knowing</h2></div>
<div class="matters"><ul>${concerns.map(
    ({ message, persona }) =>
      html`<li class="matter edge t-replace"><p>${sentence(message)}</p><p class="small"><span class="tag">${persona}</span></p></li>`,
  )}${warnings.map((warning) => {
    const place = placeWords(warning);
    return html`<li class="matter edge t-replace"><p>${sentence(warning.message)}</p>${warning.remedy === undefined ? null : html`<p class="soft">${sentence(warning.remedy)}</p>`}<p class="small soft"><code>${warning.code}</code>${place === null ? null : html` in <code>${place}</code>`}</p></li>`;
  })}</ul></div>
</section>`;
}

/** Only with `--prune`: what the spec no longer declares and psc leaves alone. */
export function stayingSection({ pruning }: Plan): Markup | null {
  const stays = pruning?.verdicts.filter(({ fate }) => fate === "stays") ?? [];
  if (stays.length === 0) return null;
  return html`<section class="part" id="staying" aria-labelledby="staying-title">
<div class="head"><h2 id="staying-title">No longer declared, but stays</h2></div>
<ul class="turns">${stays.map(({ resource, reason }) => html`<li><span>${resource.label}</span> <span class="soft">${sentence(reason)}</span></li>`)}</ul>
</section>`;
}
