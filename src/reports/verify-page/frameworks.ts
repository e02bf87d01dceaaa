import { FRAMEWORK_TITLES, FRAMEWORKS, type Framework } from "../../controls/control.ts";
import type { ControlResult } from "../../controls/result.ts";
import { VERDICT_WORDS } from "../../controls/verdict.ts";
import { anchor, html, type Markup } from "../markup.ts";
import { counted } from "../page-words.ts";
import { sign } from "../sign.ts";
import { BY_URGENCY } from "../verdict-marks.ts";
import { groupBar, groupWords } from "./families.ts";

function row(framework: Framework, controls: readonly ControlResult[]): Markup | null {
  const mapped = controls.filter(({ mappings }) => (mappings[framework] ?? []).length > 0);
  if (mapped.length === 0) return null;
  const references = [...new Set(mapped.flatMap(({ mappings }) => mappings[framework] ?? []))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const group = { title: FRAMEWORK_TITLES[framework], controls: mapped };
  const worst = BY_URGENCY.find((verdict) => mapped.some((control) => control.verdict === verdict)) ?? "pass";
  const lines = references.map((reference) => {
    const these = mapped.filter(({ mappings }) => mappings[framework]?.includes(reference));
    const names = these.map(
      ({ id, verdict }) =>
        html`<li>${sign(verdict)}<a class="plain mono" href="#c-${anchor(id)}">${id}</a><span class="hidden-words"> ${VERDICT_WORDS[verdict]}</span></li>`,
    );
    return html`<div><dt>${reference}</dt><dd><ul>${names}</ul></dd></div>`;
  });
  return html`<li><details><summary>${sign(worst)}<span><span class="title">${group.title}</span><span class="why">${groupWords(group)}</span>${groupBar(group)}</span><span class="end soft number small">${counted(references.length, "reference")}</span></summary>
<dl class="references">${lines}</dl></details></li>`;
}

/** The same verdicts, by the duties whose evidence they are. */
export function frameworksSection(controls: readonly ControlResult[]): Markup | null {
  const rows = FRAMEWORKS.map((framework) => row(framework, controls));
  if (rows.every((one) => one === null)) return null;
  return html`<section class="part" id="frameworks" aria-labelledby="frameworks-title">
<div class="head"><h2 id="frameworks-title">By framework</h2><p>A mapping says which duty a control's evidence supports. It makes no deployment compliant.</p></div>
<ul class="rows sheet">${rows}</ul>
</section>`;
}
