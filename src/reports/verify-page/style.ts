import { PAGE_STYLE, tones } from "../page-style.ts";
import { VERDICT_TONES } from "../verdict-marks.ts";

const PARTS = `
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17.5rem, 100%), 1fr)); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem 1.2rem; }
.card h3 { display: flex; justify-content: space-between; align-items: center; gap: .75rem; }
.card h3 a { color: inherit; text-decoration: none; }
.card h3 a:hover { text-decoration: underline; }
.card .bar { margin: .9rem 0 .7rem; }
.calm { background: var(--good-tint); color: var(--good-ink); border-radius: 12px; padding: 1.25rem 1.5rem; font-weight: 600; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: 2rem 2.5rem; align-items: start; }
.turn { display: inline-flex; align-items: center; gap: .4rem; }
.nowrap { white-space: nowrap; }
.place { margin-top: .5rem; }
.evidence > li { display: grid; grid-template-columns: 2.6rem minmax(0, 1fr); margin-top: .5rem; }
.facts + section { margin-top: 1.25rem; }
.panel .tags + p { margin-top: .5rem; }
.panel .tags code { color: var(--soft); }
.references { padding: .25rem 1.25rem 1.5rem 3.4rem; }
.references > div { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: .3rem 1rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.references dt { font-weight: 600; font-size: .9375rem; }
.references ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
.references li { display: inline-flex; align-items: center; gap: .35rem; }
.references .sign { width: .95rem; height: .95rem; }
.rows .why + .bar { margin-top: .5rem; max-width: 26rem; }
.provenance { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 2.5rem 3rem; }
.provenance h3 { margin-bottom: .8rem; }
.legend > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: .1rem 1rem; padding: .3rem 0; font-size: .9375rem; }
.legend dt { display: flex; align-items: flex-start; gap: .5rem; font-weight: 600; }
.legend dt .sign { width: 1.1rem; height: 1.1rem; margin-top: .2rem; }
.legend dd { color: var(--soft); }
`;

const FILTERS = `
.filters { padding: 1.25rem; margin-bottom: .5rem; display: grid; gap: 1.1rem; }
.filters .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: .9rem 1.25rem; }
.filters label, .filters legend { font-size: .8125rem; font-weight: 600; color: var(--soft); }
.filters input[type=search], .filters select { display: block; width: 100%; margin-top: .3rem; min-height: 2.5rem; padding: .45rem .7rem; font: .9375rem var(--text); color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 8px; }
.filters ::placeholder { color: var(--soft); opacity: 1; }
.filters fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.choices { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .4rem; }
.filters .choice { display: inline-flex; align-items: center; gap: .45rem; min-height: 2.25rem; padding: .2rem .8rem; border: 1px solid var(--strong-line); border-radius: 99px; color: var(--ink); font-size: .875rem; font-weight: 400; cursor: pointer; }
.choice input { margin: 0; width: 1rem; height: 1rem; accent-color: var(--accent); }
.choice .number { color: var(--soft); }
.choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.outcome { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .6rem 1rem; font-size: .9375rem; }
.outcome > div { display: flex; flex-wrap: wrap; gap: .5rem; }
.filters button { font: .875rem var(--text); color: var(--ink); background: transparent; border: 1px solid var(--strong-line); border-radius: 8px; min-height: 2.25rem; padding: .2rem .9rem; cursor: pointer; }
.filters button:hover { background: var(--sunk); }
`;

const NARROW = `
@media (max-width: 44rem) {
  .references { padding: .25rem .9rem 1.25rem; }
  .references > div, .legend > div { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  #controls .family[hidden], #controls .rows > li[hidden] { display: block !important; }
  .cards { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .7rem; }
  .card { padding: .7rem .9rem; }
  .legend > div { grid-template-columns: 7rem minmax(0, 1fr); padding: .15rem 0; font-size: .875rem; }
  .provenance { gap: 1.5rem 2rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .provenance .facts { font-size: .875rem; }
}
`;

export const VERIFY_STYLE = [PAGE_STYLE, tones(VERDICT_TONES), PARTS, FILTERS, NARROW].join("");
