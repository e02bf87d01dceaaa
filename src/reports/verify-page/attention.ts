import type { ControlResult } from "../../controls/result.ts";
import type { Verdict } from "../../controls/verdict.ts";
import { anchor, html, type Markup } from "../markup.ts";
import { counted, dayWords, sentence } from "../page-words.ts";
import { sign } from "../sign.ts";
import { placeOf } from "./control.ts";

const PRESSING: readonly { readonly verdict: Verdict; readonly title: string }[] = [
  { verdict: "fail", title: "Does not hold" },
  { verdict: "error", title: "Could not be looked at" },
  { verdict: "warning", title: "Should be better" },
];

/** How many matters of one verdict are told in full. */
const WRITTEN_OUT = 10;

const line = ({ id, title }: ControlResult, more: Markup): Markup =>
  html`<li><a class="plain" href="#c-${anchor(id)}">${title}</a> ${more}</li>`;

function card(control: ControlResult): Markup {
  const { id, title, verdict, reason, persona, remedy, missingPermission, exception } = control;
  const [step] = remedy.steps;
  const place = placeOf(control);
  return html`<li class="matter edge t-${verdict}">
<h4><a href="#c-${anchor(id)}">${title}</a> <span class="mono soft id">${id}</span></h4>
<p>${sentence(reason)}</p>
<p class="small soft">${exception?.expired === true ? html`<strong>The exception of ${exception.owner} ended on ${dayWords(exception.until)}.</strong> ` : null}${missingPermission === null ? null : html`Missing permission: <code>${missingPermission}</code>. `}${step === undefined ? null : sentence(step)}</p>
<p class="small"><span class="tag">${persona}</span> ${place === null ? null : html`<span class="soft">${place}</span>`}</p>
</li>`;
}

/** When much is wrong, reading the first few is enough to start; the rest is named. */
function furtherList(controls: readonly ControlResult[]): Markup | null {
  if (controls.length === 0) return null;
  return html`<p class="further soft">And ${counted(controls.length, "more control")}:</p><ul class="turns">${controls.map(
    (control) => line(control, html`<span class="small soft">${control.persona}</span>`),
  )}</ul>`;
}

function pressing(controls: readonly ControlResult[]): Markup[] {
  return PRESSING.flatMap(({ verdict, title }) => {
    const these = controls.filter((control) => control.verdict === verdict);
    if (these.length === 0) return [];
    return [
      html`<div class="matters"><h3>${sign(verdict)} ${title} <span class="soft number">${these.length}</span></h3>
<ul>${these.slice(0, WRITTEN_OUT).map(card)}</ul>${furtherList(these.slice(WRITTEN_OUT))}</div>`,
    ];
  });
}

function forPeople(controls: readonly ControlResult[]): Markup | null {
  const manual = controls.filter(({ verdict }) => verdict === "manual");
  const accepted = controls.filter(({ verdict }) => verdict === "accepted");
  if (manual.length + accepted.length === 0) return null;
  return html`<div class="columns">
${
  manual.length === 0
    ? null
    : html`<div class="column"><h3>${sign("manual")} For a person to look at <span class="soft number">${manual.length}</span></h3>
<ul class="turns">${manual.map((control) => line(control, html`<span class="small soft">${control.persona}</span>`))}</ul></div>`
}
${
  accepted.length === 0
    ? null
    : html`<div class="column"><h3>${sign("accepted")} Accepted for now <span class="soft number">${accepted.length}</span></h3>
<ul class="turns">${accepted.map((control) => {
        const { exception } = control;
        const who = exception === null ? null : `${exception.owner}, until ${dayWords(exception.until)}`;
        return line(control, html`<span class="small soft">${who}</span>`);
      })}</ul></div>`
}
</div>`;
}

/** What somebody has to do something about, the worst first. */
export function attentionSection(controls: readonly ControlResult[]): Markup {
  const matters = pressing(controls);
  const count = controls.filter(({ verdict }) => PRESSING.some((one) => one.verdict === verdict)).length;
  return html`<section class="part" id="attention" aria-labelledby="attention-title">
<div class="head"><h2 id="attention-title">What needs attention</h2>${count === 0 ? null : html`<p>${counted(count, "control")}, the most pressing first</p>`}</div>
${matters.length === 0 ? html`<p class="calm">Nothing fails, warns or could not be looked at.</p>` : matters}
${forPeople(controls)}
</section>`;
}
