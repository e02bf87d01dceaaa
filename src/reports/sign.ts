import { html, type Markup, verbatim } from "./markup.ts";

/** A sign on 20 by 20: lines on a ground. What a sign says is never said by its colour alone. */
export interface Drawing {
  readonly ground: "disc" | "ring" | "triangle" | "bare";
  /** SVG path, drawn round and 1.8 wide. */
  readonly line: string;
}

const GROUNDS: Readonly<Record<Drawing["ground"], string>> = {
  disc: '<circle cx="10" cy="10" r="9" fill="currentColor"/>',
  ring: '<circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  triangle:
    '<path d="M10 1.9L19 17.7H1z" fill="currentColor" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>',
  bare: "",
};

/** Every sign once, for the page to refer to. Hidden by its size: `display: none` would empty the references. */
export function signSheet(drawings: Readonly<Record<string, Drawing>>): Markup {
  const symbols = Object.entries(drawings).map(([name, { ground, line }]) => {
    const stroke = ground === "disc" || ground === "triangle" ? "var(--card)" : "currentColor";
    return `<symbol id="sign-${name}" viewBox="0 0 20 20">${GROUNDS[ground]}<path d="${line}" fill="none" stroke="${stroke}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></symbol>`;
  });
  return verbatim(
    `<svg class="hidden-words" width="0" height="0" aria-hidden="true">${symbols.join("")}</svg>`,
  );
}

/** A sign of the sheet, in the colour of its name; it stands beside words that say the same. */
export function sign(name: string): Markup {
  return html`<svg class="sign t-${name}" aria-hidden="true"><use href="#sign-${name}"/></svg>`;
}
