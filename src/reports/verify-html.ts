import type { VerifyResult } from "../controls/result.ts";
import { trendOf } from "../controls/trend.ts";
import type { ReportContext } from "./formats.ts";
import { html } from "./markup.ts";
import { page } from "./page.ts";
import { signSheet } from "./sign.ts";
import { grouped } from "./text.ts";
import { VERDICT_DRAWINGS } from "./verdict-marks.ts";
import { attentionSection } from "./verify-page/attention.ts";
import { controlRow } from "./verify-page/control.ts";
import { familiesSection, groupWords } from "./verify-page/families.ts";
import { filters } from "./verify-page/filters.ts";
import { frameworksSection } from "./verify-page/frameworks.ts";
import { provenanceSection } from "./verify-page/provenance.ts";
import { VERIFY_SCRIPT } from "./verify-page/script.ts";
import { VERIFY_STYLE } from "./verify-page/style.ts";
import { summarySection } from "./verify-page/summary.ts";
import { trendSection } from "./verify-page/trend-section.ts";

/** The result as one page for people: the verdict at a glance, then what to do, then everything each verdict rests on. */
export function verifyHtml(result: VerifyResult, { baseline }: ReportContext): string {
  const groups = grouped(result.controls);
  const trend = baseline === undefined ? undefined : trendOf(result, baseline);
  const families = groups.map(
    (
      group,
      index,
    ) => html`<section class="family" id="family-${index + 1}" aria-labelledby="family-${index + 1}-title">
<div class="head"><h3 id="family-${index + 1}-title">${group.title}</h3><p class="small soft number">${groupWords(group)}</p></div>
<ul class="rows sheet">${group.controls.map((control) => controlRow(control, result))}</ul>
</section>`,
  );
  const content = html`<a class="skip" href="#attention">Skip to what needs attention</a>
${signSheet(VERDICT_DRAWINGS)}
<header class="mast"><div class="wide"><p><strong>Verification report</strong></p>
<nav aria-label="Parts"><ul>
<li><a href="#attention">Attention</a></li>${trend === undefined ? null : html`<li><a href="#trend">What has turned</a></li>`}
<li><a href="#controls">All controls</a></li><li><a href="#frameworks">Frameworks</a></li><li><a href="#provenance">Where it comes from</a></li>
</ul></nav></div></header>
<main class="wide">
${summarySection(result, trend)}
${familiesSection(groups)}
${trend === undefined || baseline === undefined ? null : trendSection(trend, baseline, result)}
${attentionSection(result.controls)}
<section class="part fresh-page" id="controls" aria-labelledby="controls-title">
<div class="head"><h2 id="controls-title">All controls</h2><p class="on-screen">Open one to see what it rests on.</p></div>
${filters(result)}
${families}
</section>
${frameworksSection(result.controls)}
${provenanceSection(result)}
</main>`;
  return page({
    title: `Verification of ${result.environment.name}`,
    style: VERIFY_STYLE,
    script: VERIFY_SCRIPT,
    content,
  });
}
