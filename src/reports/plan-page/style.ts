import { PAGE_STYLE, tones } from "../page-style.ts";
import { ACTION_TONES } from "./action-marks.ts";

const PARTS = `
.diff > div { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr); gap: .2rem 1rem; align-items: baseline; padding: .35rem 0; border-bottom: 1px solid var(--line); }
.diff.new > div { grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); }
.diff dt { color: var(--soft); }
.diff dd { font-family: var(--code); font-size: .8125rem; line-height: 1.6; }
.diff .old { color: var(--soft); }
.panel > div > .facts:first-child { margin-top: 0; }
.matter .steps { margin: .6rem 0; }
.same { margin-top: .6rem; padding-left: .25rem; }
.same summary { color: var(--soft); font-size: .875rem; display: inline-block; text-decoration: underline; text-decoration-color: var(--strong-line); text-underline-offset: .18em; }
.same p { margin-top: .4rem; max-width: 48rem; }
.quiet { margin-top: 2rem; font-size: .9375rem; }
@media (max-width: 44rem) {
  .diff > div, .diff.new > div { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
`;

export const PLAN_STYLE = [PAGE_STYLE, tones(ACTION_TONES), PARTS].join("");
