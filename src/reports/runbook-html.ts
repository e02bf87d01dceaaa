import { html, link, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import {
  noticing,
  partCommand,
  type Runbook,
  type RunbookItem,
  type RunbookPart,
  type RunbookStep,
} from "./runbook.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #ffffff; --card: #f6f8fa; --hand: #8250df; --hand-back: #f4efff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4ae; --line: #30363d; --back: #0d1117; --card: #161b22; --hand: #bc8cff; --hand-back: #1f1833; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; color: var(--soft); font-weight: 600; }
p { margin: .5rem 0; max-width: 44rem; }
.soft { color: var(--soft); }
nav ol { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; list-style: none; padding: 0; margin: 1.25rem 0 2rem; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; overflow-wrap: anywhere; }
a:focus-visible, input:focus-visible { outline: 2px solid var(--hand); outline-offset: 2px; }
section { border-top: 2px solid var(--ink); padding: 1.25rem 0 2rem; }
.head { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; white-space: pre-wrap; margin: .75rem 0; }
code { font: .875em/1.5 ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; }
ul.items { list-style: none; padding: 0; margin: 0; }
ul.items > li { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr) auto; gap: 0 .5rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
ul.items input { margin: .3rem 0 0; width: 1rem; height: 1rem; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.hand { background: var(--hand-back); border-left: 4px solid var(--hand); border-radius: 4px; padding: .5rem .75rem .75rem; margin: .4rem 0; grid-column: 2 / -1; }
.hand ol { margin: .25rem 0 .5rem; padding-left: 1.25rem; }
.badge { color: var(--hand); font-weight: 700; }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--soft); }
.permissions { display: flex; flex-wrap: wrap; gap: .35rem .6rem; padding: 0; margin: .5rem 0 0; list-style: none; }
.permissions li { min-width: 0; max-width: 100%; }
@media (max-width: 36rem) { ul.items > li { grid-template-columns: 1.5rem minmax(0, 1fr); } .time { grid-column: 2; } }
@media print { body { font-size: 11pt; } nav { display: none; } section { break-inside: auto; } .hand, ul.items > li { break-inside: avoid; } }
`;

const idOf = (persona: string): string => persona.toLowerCase().replaceAll(" ", "-");

function itemHtml(item: RunbookItem, runbook: Runbook): Markup {
  const { address, byHand, label, detail, usualMinutes } = item;
  const badge = byHand === undefined ? null : html`<span class="badge">by hand</span> `;
  const more = detail === "" ? null : html` <span class="soft">${detail}</span>`;
  const time = usualMinutes < 1 ? null : html`<span class="soft time">~${usualMinutes} min</span>`;
  const how =
    byHand === undefined
      ? null
      : html`<div class="hand"><ol>${byHand.steps.map((step) => html`<li>${step}</li>`)}</ol>
<div>Where: ${link(byHand.link)}</div>${
          byHand.value === undefined
            ? null
            : html`
<div>Bring back: ${byHand.value.hint}</div>`
        }
<div class="soft">${noticing(item, runbook)}</div></div>`;
  return html`<li><input type="checkbox" id="${address}"><label for="${address}">${badge}${label}${more}</label>${time}${how}</li>`;
}

function afterHtml(after: RunbookStep["after"]): Markup | null {
  if (after.length === 0) return null;
  const whom = after.map(
    ({ persona, labels }, index) =>
      html`${index === 0 ? null : " and "}<a href="#${idOf(persona)}">${persona}</a> <span class="soft">(${labels.join(", ")})</span>`,
  );
  return html`<p>After ${whom}.</p>
`;
}

function partHtml(part: RunbookPart, runbook: Runbook): Markup {
  const items = part.steps.flatMap((step) => step.items);
  const byHand = items.filter(({ byHand: hand }) => hand !== undefined).length;
  const id = idOf(part.persona);
  return html`<section id="${id}" aria-labelledby="${id}-title">
<div class="head"><h2 id="${id}-title">${part.persona}</h2><span class="soft">${items.length} ${items.length === 1 ? "thing" : "things"}${byHand === 0 ? "" : `, ${byHand} by hand`}</span></div>
<pre><code>${partCommand(runbook, part)}</code></pre>
${part.steps.map(
  ({ step, title, after, items: here }) =>
    html`<h3>${step} · ${title}</h3>
${afterHtml(after)}<ul class="items">${here.map((item) => itemHtml(item, runbook))}</ul>
`,
)}
<details><summary>Permissions this part needs</summary><ul class="permissions">${part.permissions.map((permission) => html`<li><code>${permission}</code></li>`)}</ul></details>
</section>
`;
}

/** One page that stands by itself: no script, nothing from elsewhere. */
export function runbookHtml(runbook: Runbook): string {
  const { name, stage, tenant } = runbook.environment;
  const content = html`<main>
<h1>Runbook: ${name}</h1>
<p class="soft">${runbook.solution} · ${tenant} · stage ${stage}</p>
<p>Each part can be done by its own team, again and again. Out of order, psc writes nothing of others' and says what is missing and whose move it is.</p>
<nav aria-label="Parts"><ol>${runbook.parts.map(({ persona }) => html`<li><a href="#${idOf(persona)}">${persona}</a></li>`)}</ol></nav>
${runbook.parts.map((part) => partHtml(part, runbook))}
</main>`;
  return page({ title: `Runbook: ${name}`, style: STYLE, content });
}
