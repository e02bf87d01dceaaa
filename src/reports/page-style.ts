/**
 * What every page of psc looks like. System fonts only: a page loads nothing. Colours are named by what they are for;
 * each pair of text and ground has a contrast of at least 4.5 to 1 in both schemes, which the tests measure.
 */
const TOKENS = `
:root {
  color-scheme: light;
  --paper: #faf9f7; --card: #ffffff; --ink: #1b1e22; --soft: #595f67; --line: #e5e2dc; --strong-line: #cbc7bf;
  --accent: #27527f; --sunk: #f3f1ed;
  --good: #4f9a76; --good-ink: #22663f; --good-tint: #e9f3ec;
  --bad: #c43c31; --bad-ink: #a3271e; --bad-tint: #fbebe8;
  --care: #dba02c; --care-ink: #7c5200; --care-tint: #fbf2de;
  --blind: #8c559f; --blind-ink: #70388a; --blind-tint: #f5ecf8;
  --hand: #4a7fb8; --hand-ink: #285a90; --hand-tint: #eaf1f9;
  --agreed: #b0a06a; --agreed-ink: #655626; --agreed-tint: #f4f1e4;
  --given: #8f9bab; --given-ink: #4d5967; --given-tint: #eef1f4;
  --none: #c3c2bd; --none-ink: #5d6268; --none-tint: #f1f0ed;
  --text: "Segoe UI Variable Text", "Segoe UI", -apple-system, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --code: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --paper: #121518; --card: #191d21; --ink: #e7e9ec; --soft: #a4abb3; --line: #2a3035; --strong-line: #414951;
    --accent: #93bdea; --sunk: #20252a;
    --good: #57a882; --good-ink: #86cfa9; --good-tint: #182a21;
    --bad: #e0675b; --bad-ink: #ff9f95; --bad-tint: #361c1a;
    --care: #d9a640; --care-ink: #efc670; --care-tint: #32280f;
    --blind: #ab79c2; --blind-ink: #d5ade7; --blind-tint: #2c1e33;
    --hand: #6599d1; --hand-ink: #a1c7ef; --hand-tint: #182737;
    --agreed: #a99b67; --agreed-ink: #d4c99b; --agreed-tint: #2a271b;
    --given: #78848f; --given-ink: #b5bfc9; --given-tint: #22282e;
    --none: #4b5259; --none-ink: #a9b0b7; --none-tint: #20252a;
  }
}
`;

const TYPE = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--text); overflow-wrap: anywhere; }
.wide { max-width: 66rem; margin: 0 auto; padding: 0 2rem; }
h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: clamp(1.9rem, 1.2rem + 3vw, 3.1rem); line-height: 1.1; letter-spacing: -.025em; font-weight: 650; text-wrap: balance; max-width: 22ch; }
h2 { font-size: 1.45rem; line-height: 1.25; letter-spacing: -.015em; font-weight: 650; }
h3 { font-size: 1.05rem; line-height: 1.35; font-weight: 650; }
h4 { font-size: .8125rem; line-height: 1.4; font-weight: 600; color: var(--soft); }
.lead { font-size: 1.125rem; line-height: 1.55; color: var(--soft); max-width: 42rem; margin-top: 1rem; text-wrap: pretty; }
.since { margin-top: .9rem; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.mono, code { font-family: var(--code); font-size: .8125rem; }
code { overflow-wrap: anywhere; }
.id { display: inline-block; max-width: 100%; font-weight: 400; margin-left: .2rem; }
.number { font-variant-numeric: tabular-nums; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .18em; text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); }
a:hover { text-decoration-color: currentColor; }
a.plain { color: inherit; text-decoration: none; }
a.plain:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
.skip { position: absolute; left: 1rem; top: -4rem; background: var(--card); padding: .6rem 1rem; border-radius: 8px; z-index: 2; }
.skip:focus { top: 1rem; }
.hidden-words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
`;

const FRAME = `
.mast { border-bottom: 1px solid var(--line); }
.mast .wide { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .25rem 2rem; padding-top: 1.1rem; padding-bottom: 1.1rem; font-size: .875rem; color: var(--soft); }
.mast strong { color: var(--ink); font-weight: 650; }
.mast ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.mast ul a { color: inherit; text-decoration: none; }
.mast ul a:hover { text-decoration: underline; color: var(--ink); }
.hero { padding: 4rem 0 1rem; }
.eyebrow { font-size: .875rem; color: var(--soft); margin-bottom: 1.25rem; display: flex; flex-wrap: wrap; gap: .15rem 1.25rem; align-items: center; }
.eyebrow .stage { margin-left: -.5rem; }
.eyebrow strong { color: var(--ink); font-weight: 600; }
.stage { border: 1px solid var(--strong-line); border-radius: 99px; padding: 0 .6rem; font-size: .8125rem; }
.part { padding-top: 4rem; }
.part > .head { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; margin-bottom: 1.25rem; }
.part > .head p { color: var(--soft); font-size: .9375rem; max-width: 40rem; }
footer { margin-top: 5rem; border-top: 1px solid var(--line); padding: 2rem 0 4rem; color: var(--soft); font-size: .875rem; }
footer p { max-width: 44rem; }
footer p + p { margin-top: .5rem; }
`;

/** Bars are drawn, not styled: the policy of the page allows no style attributes, and print keeps drawings. */
const BARS = `
.bar { display: block; width: 100%; border-radius: 99px; background: var(--sunk); overflow: hidden; }
.bar.large { height: 1rem; margin: 2.5rem 0 1.5rem; }
.bar.slim { height: .375rem; }
.tally { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: 1.25rem 1rem; }
.tally > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; border-left: 3px solid transparent; padding-left: .75rem; }
.tally dd { font-size: 1.75rem; line-height: 1.1; letter-spacing: -.02em; font-weight: 600; font-variant-numeric: tabular-nums; }
.tally dt { font-size: .875rem; color: var(--soft); line-height: 1.3; margin-top: .2rem; }
.tally > .nil.edge { border-left-color: var(--line); }
.tally .nil dd { color: var(--soft); font-weight: 400; }
.sign { width: 1.25rem; height: 1.25rem; flex: none; }
.chip { display: inline-flex; align-items: center; gap: .3rem; border-radius: 99px; padding: .1rem .6rem; font-size: .8125rem; line-height: 1.45; font-weight: 600; white-space: nowrap; }
.tag { display: inline-block; border: 1px solid var(--line); background: var(--card); border-radius: 6px; padding: 0 .45rem; font-size: .8125rem; line-height: 1.6; }
.tags { display: flex; flex-wrap: wrap; gap: .3rem; }
`;

const tone = (name: string, stem: string): string => `
.t-${name}.fill, .t-${name} .fill { fill: var(--${stem}); }
.chip.t-${name} { background: var(--${stem}-tint); color: var(--${stem}-ink); }
.ink.t-${name} { color: var(--${stem}-ink); }
.edge.t-${name} { border-left-color: var(--${stem}); }
.sign.t-${name} { color: var(--${stem}); }`;

/** @param tones class of a verdict or an action → stem of its colours. */
export function tones(names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([name, stem]) => tone(name, stem))
    .join("");
}

const DISCLOSURE = `
.sheet { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.rows > li:not([hidden]) ~ li { border-top: 1px solid var(--line); }
summary { cursor: pointer; list-style: none; }
summary:focus-visible { outline-offset: -3px; border-radius: 12px; }
summary::-webkit-details-marker { display: none; }
.rows details > summary { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr) auto 1rem; gap: .1rem .9rem; padding: .8rem 1.25rem; align-items: start; border-radius: 12px; }
.rows details > summary:hover { background: var(--sunk); }
.rows details > summary::after { content: ""; width: .5rem; height: .5rem; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg); margin-top: .4rem; justify-self: center; }
.rows details[open] > summary::after { transform: rotate(225deg); margin-top: .6rem; }
.rows .title { font-weight: 600; }
.rows .why { display: block; color: var(--soft); font-size: .9375rem; font-weight: 400; text-wrap: pretty; }
.rows .panel { padding: .5rem 1.25rem 1.75rem 3.4rem; display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: 1.5rem 2.5rem; scroll-margin-top: 7rem; }
.panel { font-size: .9375rem; }
.panel section + section { margin-top: 1.25rem; }
.panel code { line-height: 1.5; }
.panel h4 { margin-bottom: .3rem; }
.panel p + p { margin-top: .35rem; }
.compare { border-left: 3px solid transparent; padding: .1rem 0 .1rem .9rem; margin-top: .6rem; }
.compare dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: .5rem 1.25rem; margin-top: .35rem; }
.compare dt { font-size: .8125rem; color: var(--soft); }
.compare dd { font-family: var(--code); font-size: .8125rem; }
.compare dl + p { margin-top: .4rem; }
.steps { counter-reset: step; }
.steps > li { counter-increment: step; display: grid; grid-template-columns: 1.6rem minmax(0, 1fr); }
.steps > li::before { content: counter(step) "."; color: var(--soft); font-variant-numeric: tabular-nums; }
.steps > li + li { margin-top: .3rem; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.5rem; font-size: .9375rem; }
.facts dt { color: var(--soft); }
.panel .facts { gap: .2rem 1rem; margin-top: 1.25rem; }
`;

/** Matters: things somebody has to do something about. Turns: short lines. Families: headed groups of rows. */
const GROUPS = `
.matters + .matters, .matters + .columns, .calm + .columns { margin-top: 2.5rem; }
.matters h3, .column h3 { display: flex; align-items: center; gap: .5rem; margin-bottom: .8rem; }
.matters ul:not(.turns) { display: grid; gap: .75rem; }
.matter { background: var(--card); border: 1px solid var(--line); border-left-width: 4px; border-radius: 4px 12px 12px 4px; padding: 1rem 1.25rem; break-inside: avoid; }
.matter p + p { margin-top: .35rem; }
.matter > p { max-width: 52rem; text-wrap: pretty; }
.matter h3, .matter h4 { display: block; margin-bottom: .35rem; font-size: 1.05rem; color: inherit; }
.matter h4 a { color: inherit; margin-right: .3rem; }
.further { margin: 1.25rem 0 .6rem; }
.turns { border-top: 1px solid var(--line); }
.turns > li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2rem 1rem; padding: .55rem 0; border-bottom: 1px solid var(--line); font-size: .9375rem; break-inside: avoid; }
.family { padding-top: 2rem; scroll-margin-top: 0; }
.family > .head { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; justify-content: space-between; align-items: baseline; margin-bottom: .75rem; }
.rows .end { font-size: .875rem; font-weight: 600; text-align: right; }
.rows .end.soft { font-weight: 400; }
`;

const NARROW = `
@media (max-width: 44rem) {
  .wide { padding: 0 1.1rem; }
  .hero { padding-top: 2.25rem; }
  .part { padding-top: 3rem; }
  .tally { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .rows details > summary { padding: .8rem .9rem; gap: .1rem .7rem; grid-template-columns: 1.25rem minmax(0, 1fr) 1rem; }
  .rows details > summary > .end { grid-column: 2; grid-row: 2; justify-self: start; text-align: left; }
  .rows .panel { grid-template-columns: minmax(0, 1fr); padding: .25rem .9rem 1.5rem; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd + dt { margin-top: .6rem; }
}
@media (forced-colors: active) { .bar { border: 1px solid CanvasText; } }
`;

/** A closed `<details>` whose summary says something is open on paper when it is marked `.on-paper`. */
const PAPER = `
@page { margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt Arial, sans-serif; color: #595f67; } }
@media print {
  :root { --paper: #ffffff; --sunk: #f3f1ed; }
  html { font-size: 9.5pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wide { max-width: none; padding: 0; }
  .mast ul, .skip, .on-screen { display: none !important; }
  .mast .wide { padding-top: 0; }
  .hero { padding-top: 1.5rem; }
  .part { padding-top: 2.25rem; }
  .fresh-page { break-before: page; padding-top: 0; }
  h2, h3, h4, summary { break-after: avoid; }
  .compare, .rows > li, .card, .tally, .facts, .whole { break-inside: avoid; }
  .tally { grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .5rem; }
  .tally > div { padding-left: .5rem; }
  details.on-paper::details-content { content-visibility: visible; block-size: auto; display: block; }
  .rows details > summary { padding: .55rem .8rem; grid-template-columns: 1.25rem minmax(0, 1fr) auto; }
  .rows details > summary::after { content: none; }
  .rows .panel { padding: .2rem .8rem 1rem 3rem; gap: 1rem 1.75rem; }
  a { color: inherit; }
  p, li, dd { orphans: 2; widows: 2; }
  .family { padding-top: 1.25rem; }
  footer { margin-top: 2rem; padding-bottom: 0; break-before: avoid; }
}
`;

export const PAGE_STYLE = [TOKENS, TYPE, FRAME, BARS, DISCLOSURE, GROUPS, NARROW, PAPER].join("");
