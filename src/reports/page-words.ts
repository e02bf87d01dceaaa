import { html, type Markup } from "./markup.ts";

/** `1 control`, `3 controls`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2
    ? (parts[0] ?? "")
    : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/** A sentence of what was written in lower case, without a full stop. Names such as `psc` and `azure.vault` stay as they are. */
export function sentence(text: string): string {
  const first = /^(?!psc )[a-z]+(?![^\s,;:'])/.test(text)
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "long" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", timeStyle: "medium" });

/** `25 November 2026`. */
export function dayWords(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : DAY.format(time);
}

/** `25 November 2026, 14:03 UTC`; what is no time is shown as it is. */
export function moment(iso: string): Markup {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return html`${iso}`;
  return html`<time datetime="${new Date(time).toISOString()}">${DAY.format(time)}, ${CLOCK.format(time).slice(0, 5)} UTC</time>`;
}

/** `14:03:10 to 14:03:12 UTC`. */
export function spanWords(from: string, to: string): string {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(start) || Number.isNaN(end)) return `${from} to ${to}`;
  const [first, last] = [CLOCK.format(start), CLOCK.format(end)];
  return first === last ? `${first} UTC` : `${first} to ${last} UTC`;
}
