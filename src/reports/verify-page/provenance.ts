import type { VerifyResult } from "../../controls/result.ts";
import { VERDICT_MEANINGS, VERDICT_WORDS } from "../../controls/verdict.ts";
import { html, type Insert, type Markup } from "../markup.ts";
import { counted, dayWords, sentence, spanWords } from "../page-words.ts";
import { sign } from "../sign.ts";
import { BY_URGENCY } from "../verdict-marks.ts";

/** Who looked, when, at what, with what; and what the verdicts mean. */
export function provenanceSection(result: VerifyResult): Markup {
  const { environment, collected, spec, tool, evidence } = result;
  const facts: readonly (readonly [string, Insert])[] = [
    ["Environment", `${environment.name} (${environment.stage})`],
    ["Tenant", environment.tenant],
    ["Cloud", environment.cloud],
    ["Dataverse domain", environment.domain],
    ["Azure subscription", html`<code>${environment.subscription}</code>`],
    ["Seen by", result.identity],
    ["Seen on", `${dayWords(collected.to)}, ${spanWords(collected.from, collected.to)}`],
    ["Requests kept as evidence", String(evidence.length)],
    ["Spec", html`<code>${spec.file}</code>`],
    ["SHA-256 of the spec", html`<code>${spec.digest}</code>`],
    ["Run", html`<code>${result.runId}</code>`],
    ["Made by", `${tool.name} ${tool.version}`],
  ];
  return html`<section class="part" id="provenance" aria-labelledby="provenance-title">
<div class="head"><h2 id="provenance-title">Where this comes from</h2></div>
<div class="provenance">
<dl class="facts">${facts.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<div><h3>What the verdicts mean</h3>
<dl class="legend">${BY_URGENCY.map(
    (verdict) =>
      html`<div><dt>${sign(verdict)}<span>${VERDICT_WORDS[verdict]}</span></dt><dd>${sentence(VERDICT_MEANINGS[verdict])}</dd></div>`,
  )}</dl></div>
</div>
</section>
<footer><p>psc only read: nothing was written for this report. ${counted(result.controls.length, "control")}; each verdict follows from the facts of this run and from nothing else.</p>
<p>This page is evidence, not an opinion of a lawyer or an auditor: that a control holds supports a duty, and does not fulfil it.</p></footer>`;
}
