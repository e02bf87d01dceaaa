import type { ControlResult } from "../../controls/result.ts";
import { VERDICT_WORDS } from "../../controls/verdict.ts";
import { bar } from "../bar.ts";
import { html, type Markup } from "../markup.ts";
import { sign } from "../sign.ts";
import { BY_URGENCY } from "../verdict-marks.ts";

export interface Group {
  readonly title: string;
  readonly controls: readonly ControlResult[];
}

function shares(controls: readonly ControlResult[]) {
  return BY_URGENCY.map((name) => ({
    name,
    count: controls.filter(({ verdict }) => verdict === name).length,
  })).filter(({ count }) => count > 0);
}

export function groupBar({ controls }: Group): Markup {
  return bar(shares(controls), "slim");
}

/** `2 fail, 11 pass`, the worst first. */
export function groupWords({ controls }: Group): string {
  return shares(controls)
    .map(({ name, count }) => `${count} ${VERDICT_WORDS[name]}`)
    .join(", ");
}

/** Families at a glance; each leads to its controls. */
export function familiesSection(groups: readonly Group[]): Markup {
  const cards = groups.map((group, index) => {
    const [worst] = shares(group.controls);
    return html`<li class="card"><h3><a href="#family-${index + 1}">${group.title}</a>${worst === undefined ? null : sign(worst.name)}</h3>
${groupBar(group)}
<p class="small soft number">${groupWords(group)}</p></li>`;
  });
  return html`<section class="part" id="families" aria-labelledby="families-title">
<div class="head"><h2 id="families-title">By family</h2></div>
<ul class="cards">${cards}</ul>
</section>`;
}
