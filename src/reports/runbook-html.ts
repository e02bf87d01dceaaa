import {
  noticing,
  partCommand,
  type Runbook,
  type RunbookItem,
  type RunbookPart,
  type RunbookStep,
} from "./runbook.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A link only where it is one: an address comes from a service. */
function link(address: string): string {
  const { protocol } = URL.parse(address) ?? {};
  return protocol === "https:" ? `<a href="${safe(address)}">${safe(address)}</a>` : safe(address);
}

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

function itemHtml(item: RunbookItem, runbook: Runbook): string {
  const id = safe(item.address);
  const hand = item.byHand;
  const label = `${hand === undefined ? "" : '<span class="badge">by hand</span> '}${safe(item.label)}`;
  const detail = item.detail === "" ? "" : ` <span class="soft">${safe(item.detail)}</span>`;
  const time = item.usualMinutes >= 1 ? `<span class="soft time">~${item.usualMinutes} min</span>` : "";
  const how =
    hand === undefined
      ? ""
      : `<div class="hand"><ol>${hand.steps.map((step) => `<li>${safe(step)}</li>`).join("")}</ol>
<div>Where: ${link(hand.link)}</div>${hand.value === undefined ? "" : `\n<div>Bring back: ${safe(hand.value.hint)}</div>`}
<div class="soft">${safe(noticing(item, runbook))}</div></div>`;
  return `<li><input type="checkbox" id="${id}"><label for="${id}">${label}${detail}</label>${time}${how}</li>`;
}

function afterHtml(after: RunbookStep["after"]): string {
  if (after.length === 0) return "";
  const whom = after.map(
    ({ persona, labels }) =>
      `<a href="#${idOf(persona)}">${persona}</a> <span class="soft">(${labels.map(safe).join(", ")})</span>`,
  );
  return `<p>After ${whom.join(" and ")}.</p>\n`;
}

function partHtml(part: RunbookPart, runbook: Runbook): string {
  const items = part.steps.flatMap((step) => step.items);
  const byHand = items.filter(({ byHand: hand }) => hand !== undefined).length;
  return `<section id="${idOf(part.persona)}" aria-labelledby="${idOf(part.persona)}-title">
<div class="head"><h2 id="${idOf(part.persona)}-title">${part.persona}</h2><span class="soft">${items.length} ${items.length === 1 ? "thing" : "things"}${byHand === 0 ? "" : `, ${byHand} by hand`}</span></div>
<pre><code>${safe(partCommand(runbook, part))}</code></pre>
${part.steps
  .map(
    ({ step, title, after, items: here }) =>
      `<h3>${step} · ${safe(title)}</h3>\n${afterHtml(after)}<ul class="items">${here.map((item) => itemHtml(item, runbook)).join("\n")}</ul>`,
  )
  .join("\n")}
<details><summary>Permissions this part needs</summary><ul class="permissions">${part.permissions.map((permission) => `<li><code>${safe(permission)}</code></li>`).join("")}</ul></details>
</section>`;
}

/** One page that stands by itself: no script, nothing from elsewhere. */
export function runbookHtml(runbook: Runbook): string {
  const { name, stage, tenant } = runbook.environment;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Runbook: ${safe(name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Runbook: ${safe(name)}</h1>
<p class="soft">${safe(runbook.solution)} · ${safe(tenant)} · stage ${stage}</p>
<p>Each part can be done by its own team, again and again. Out of order, psc writes nothing of others' and says what is missing and whose move it is.</p>
<nav aria-label="Parts"><ol>${runbook.parts.map(({ persona }) => `<li><a href="#${idOf(persona)}">${persona}</a></li>`).join("")}</ol></nav>
${runbook.parts.map((part) => partHtml(part, runbook)).join("\n")}
</main>
</body>
</html>
`;
}
