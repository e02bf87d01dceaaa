import { html, type Markup } from "./markup.ts";

export interface Share {
  /** Class that gives it its colour: `t-…`. */
  readonly name: string;
  readonly count: number;
}

/** Gap between two shares, as a part of the whole. */
const GAP = 0.003;

/** Shares side by side. It says nothing that the words beside it do not say, so it is hidden from screen readers. */
export function bar(shares: readonly Share[], size: "large" | "slim"): Markup {
  const shown = shares.filter(({ count }) => count > 0);
  const whole = shown.reduce((sum, { count }) => sum + count, 0);
  let at = 0;
  const pieces = shown.map(({ name, count }, index) => {
    const width = (1000 * count) / whole;
    const x = at;
    at += width;
    const gap = index === shown.length - 1 ? 0 : Math.min(width / 2, 1000 * GAP);
    return html`<rect class="fill t-${name}" x="${x.toFixed(2)}" width="${(width - gap).toFixed(2)}" height="1"/>`;
  });
  return html`<svg class="bar ${size}" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">${pieces}</svg>`;
}
