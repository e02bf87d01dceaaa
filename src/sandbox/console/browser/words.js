/** How times, numbers and definitions are written on the page. */

const counts = new Intl.NumberFormat("en-GB");

/** @param {number} count */
export const count = (count) => counts.format(count);

/**
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/**
 * `2026-11-25 08:00:00`, in UTC.
 * @param {number | string} moment milliseconds or an ISO time
 */
export function dateTime(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? String(moment) : date.toISOString().slice(0, 19).replace("T", " ");
}

/**
 * `08:00:00.123`, in UTC.
 * @param {string} iso
 */
export const clockTime = (iso) => iso.slice(11, 23);

/**
 * `2 h 5 min`, with at most two units.
 * @param {number} ms
 */
export function duration(ms) {
  let rest = Math.max(0, Math.floor(ms / 1_000));
  const words = [];
  for (const [unit, size] of /** @type {const} */ ([
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ])) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) words.push(`${amount} ${unit}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.length === 0 ? "0 s" : words.join(" ");
}

/**
 * How fast the sandbox's time runs, in words.
 * @param {number} speed
 */
export function pace(speed) {
  if (speed === 1) return "as fast as real time";
  if (speed >= 60) return `${duration(speed * 1_000)} a second`;
  return `${speed} times real time`;
}

/** @param {number} status */
export function statusClass(status) {
  return status === 0 ? "none" : `${Math.floor(status / 100)}xx`;
}

/** @param {number} status */
export const statusText = (status) => (status === 0 ? "—" : String(status));

/**
 * What a fault does.
 * @param {{ readonly kind: string, readonly [member: string]: unknown }} action
 */
export function actionWords(action) {
  const { kind, ...rest } = action;
  const retry = rest["retryAfter"] === undefined ? "" : `, Retry-After ${rest["retryAfter"]} s`;
  switch (kind) {
    case "throttle":
      return `429 in the service's words${rest["limit"] === undefined ? "" : ` (${rest["limit"]})`}${retry}`;
    case "fail":
      return `${rest["status"]} in the service's words${retry}`;
    case "respond":
      return `answers ${rest["status"]}`;
    case "drop":
      return "resets the connection; nothing is executed";
    case "drop-after":
      return "executes, then resets the connection";
    case "delay":
      return `waits ${Array.isArray(rest["ms"]) ? rest["ms"].join(" to ") : rest["ms"]} ms first`;
    case "operation":
      return `long-running operations look ${rest["outcome"]}`;
    default: {
      const members = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
      return members.length === 0 ? kind : `${kind} (${members.join(", ")})`;
    }
  }
}

/**
 * Which requests a fault strikes.
 * @param {Record<string, unknown> | undefined} when
 */
export function whenWords(when = {}) {
  const parts = [];
  for (const [name, value] of Object.entries(when)) {
    if (value === undefined) continue;
    parts.push(`${name} ${Array.isArray(value) ? value.join(" or ") : String(value)}`);
  }
  return parts.length === 0 ? "any request" : parts.join(", ");
}
