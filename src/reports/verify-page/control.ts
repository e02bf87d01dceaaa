import { type Finding, FRAMEWORK_TITLES, FRAMEWORKS } from "../../controls/control.ts";
import type { EvidenceItem } from "../../controls/facts.ts";
import type { ControlResult, VerifyResult } from "../../controls/result.ts";
import { VERDICT_WORDS, type Verdict } from "../../controls/verdict.ts";
import { anchor, html, type Insert, type Markup } from "../markup.ts";
import { dayWords, sentence, spanWords } from "../page-words.ts";
import { sign } from "../sign.ts";

/** Opened on paper: there nobody can open them. */
const ON_PAPER: readonly Verdict[] = ["fail", "error", "warning", "manual", "accepted"];

/** Where the spec speaks of it: `healthBot.access (prod.yaml:12)`; null when psc cannot bring it about. */
export function placeOf({ remedy, location }: ControlResult): Markup | null {
  const place = location === null ? null : `${location.file}:${location.line}`;
  if (remedy.spec === null) return place === null ? null : html`<code>${place}</code>`;
  return html`<code>${remedy.spec}</code>${place === null ? null : html` <span class="nowrap">(<code>${place}</code>)</span>`}`;
}

function block(title: string, ...content: readonly Insert[]): Markup {
  return html`<section><h4>${title}</h4>${content}</section>`;
}

function findingMarkup({ subject, field, expected, actual, message }: Finding, verdict: Verdict): Markup {
  const compares = expected !== null || actual !== null;
  return html`<li class="compare edge t-${verdict}"><p>${sentence(message)}</p>
${compares ? html`<dl><div><dt>Expected</dt><dd>${expected ?? "(none)"}</dd></div><div><dt>In the tenant</dt><dd>${actual ?? "(none)"}</dd></div></dl>` : null}
<p class="mono soft">${subject}${field === "" ? null : ` ${field}`}</p></li>`;
}

function evidenceMarkup({ id, service, method, url, status, requestId }: EvidenceItem): Markup {
  return html`<li><span class="soft number">${id}</span><div><code>${method} ${url}</code>
<p class="small soft">${service}, answered ${status}${requestId === null ? null : html`, request <code>${requestId}</code>`}</p></div></li>`;
}

function evidenceBlock(control: ControlResult, { evidence, collected }: VerifyResult): Markup {
  const items = evidence.filter(({ id }) => control.evidence.includes(id));
  if (items.length === 0)
    return block("Evidence", html`<p class="soft">No request was needed for this verdict.</p>`);
  return block(
    "Evidence",
    html`<p class="small soft">Looked at on ${dayWords(collected.to)}, ${spanWords(collected.from, collected.to)}.</p><ol class="evidence">${items.map(evidenceMarkup)}</ol>`,
  );
}

function mappingsBlock({ mappings }: ControlResult): Markup | null {
  const named = FRAMEWORKS.flatMap((framework) => {
    const references = mappings[framework] ?? [];
    return references.length === 0 ? [] : [{ title: FRAMEWORK_TITLES[framework], references }];
  });
  if (named.length === 0) return null;
  return block(
    "Supports",
    named.map(
      ({ title, references }) =>
        html`<p class="small soft">${title}</p><ul class="tags">${references.map((reference) => html`<li class="tag">${reference}</li>`)}</ul>`,
    ),
  );
}

function remedyBlock(control: ControlResult): Markup | null {
  const place = placeOf(control);
  const { steps } = control.remedy;
  if (place === null && steps.length === 0) return null;
  const title = ON_PAPER.includes(control.verdict) ? "What to do" : "Should it ever fail";
  return block(
    title,
    steps.length === 0
      ? null
      : html`<ol class="steps">${steps.map((step) => html`<li><span>${sentence(step)}</span></li>`)}</ol>`,
    place === null ? null : html`<p class="small place">In the spec: ${place}</p>`,
  );
}

function exceptionBlock({ exception }: ControlResult): Markup | null {
  if (exception === null) return null;
  const { owner, until, reason, expired } = exception;
  return block(
    expired ? "Exception, ended" : "Exception",
    html`<p>${sentence(reason)}</p><p class="small soft">${owner}, ${expired ? "counted until" : "until"} <time datetime="${until}">${dayWords(until)}</time></p>`,
  );
}

function relatedBlock({ related }: ControlResult): Markup | null {
  if (related.length === 0) return null;
  return block(
    "Rests on the same facts",
    html`<p class="small">${related.map((id, index) => html`${index === 0 ? null : ", "}<a href="#c-${anchor(id)}">${id}</a>`)}</p>`,
  );
}

/** One control: a line that says the verdict and why, and behind it everything the verdict rests on. */
export function controlRow(control: ControlResult, result: VerifyResult): Markup {
  const { id, title, verdict, reason, statement, rationale, findings, level, persona, permissions } = control;
  const frameworks = FRAMEWORKS.filter((framework) => (control.mappings[framework] ?? []).length > 0);
  const shown = [...new Set(findings)];
  return html`<li data-verdict="${verdict}" data-persona="${persona}" data-frameworks="${frameworks.join(" ")}">
<details${ON_PAPER.includes(verdict) ? html` class="on-paper"` : null}><summary>${sign(verdict)}<span><span class="title">${title}</span> ${title === id ? null : html`<span class="mono soft id">${id}</span>`}<span class="why">${sentence(reason)}</span></span><span class="end ink t-${verdict}">${VERDICT_WORDS[verdict]}</span></summary>
<div class="panel" id="c-${anchor(id)}">
<div>
${block("What must hold", html`<p>${sentence(statement)}</p><p class="soft">${sentence(rationale)}</p>`)}
${shown.length === 0 ? null : block("What was found", html`<ul>${shown.map((finding) => findingMarkup(finding, verdict))}</ul>`)}
${control.missingPermission === null ? null : block("Missing permission", html`<p><code>${control.missingPermission}</code></p>`)}
${evidenceBlock(control, result)}
</div>
<div>
${remedyBlock(control)}
${exceptionBlock(control)}
<dl class="facts"><dt>Who</dt><dd>${persona}</dd><dt>Level</dt><dd>${level}</dd></dl>
${mappingsBlock(control)}
${permissions.length === 0 ? null : block("Least permissions to see it", html`<ul class="tags">${permissions.map((permission) => html`<li><code>${permission}</code></li>`)}</ul>`)}
${relatedBlock(control)}
</div>
</div></details></li>`;
}
