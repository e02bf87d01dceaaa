import { FRAMEWORK_TITLES, FRAMEWORKS } from "../../controls/control.ts";
import type { VerifyResult } from "../../controls/result.ts";
import { VERDICT_WORDS } from "../../controls/verdict.ts";
import { PERSONAS } from "../../engine/resource.ts";
import { html, type Markup } from "../markup.ts";
import { BY_URGENCY } from "../verdict-marks.ts";

/** Shown by the script: without it they would do nothing. */
export function filters({ controls, summary }: VerifyResult): Markup {
  const verdicts = BY_URGENCY.filter((verdict) => summary[verdict] > 0);
  const personas = PERSONAS.filter((name) => controls.some(({ persona }) => persona === name));
  const frameworks = FRAMEWORKS.filter((name) =>
    controls.some(({ mappings }) => (mappings[name] ?? []).length > 0),
  );
  return html`<form class="filters sheet on-screen" id="filters" role="search" aria-label="Controls" autocomplete="off" hidden>
<div class="fields">
<label>Search<input type="search" id="words" placeholder="A word, an id, 164.312(b)"></label>
<label>Framework<select id="framework"><option value="">Any</option>${frameworks.map((name) => html`<option value="${name}">${FRAMEWORK_TITLES[name]}</option>`)}</select></label>
<label>Who<select id="persona"><option value="">Anybody</option>${personas.map((name) => html`<option>${name}</option>`)}</select></label>
</div>
<fieldset><legend>Verdict</legend><div class="choices">${verdicts.map(
    (verdict) =>
      html`<label class="choice"><input type="checkbox" name="verdict" value="${verdict}"><span>${VERDICT_WORDS[verdict]} <span class="number">${summary[verdict]}</span></span></label>`,
  )}</div></fieldset>
<div class="outcome"><p id="shown" role="status" aria-live="polite"></p><div><button type="button" id="show-all" hidden>Show everything</button> <button type="button" id="open-all">Open all</button> <button type="button" id="close-all">Close all</button></div></div>
</form>`;
}
