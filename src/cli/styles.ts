/**
 * Colour marks that travel inside strings. They are Unicode noncharacters (U+FDD0…), which the standard keeps for a
 * program's own use, so text can be measured, cut and neutralised first and turned into terminal sequences last.
 */
const MARKS = {
  bold: ["\uFDD0", "\u001b[1m"],
  dim: ["\uFDD1", "\u001b[2m"],
  green: ["\uFDD2", "\u001b[32m"],
  yellow: ["\uFDD3", "\u001b[33m"],
  red: ["\uFDD4", "\u001b[31m"],
  cyan: ["\uFDD5", "\u001b[36m"],
  /** A person must act: stands out more than anything psc does itself. */
  person: ["\uFDD6", "\u001b[1;35m"],
} as const;
const END = "\uFDDF";

export type Style = keyof typeof MARKS;

const ANSI = new Map<string, string>([
  ...Object.values(MARKS).map(([mark, sequence]): [string, string] => [mark, sequence]),
  [END, "\u001b[0m"],
]);
const ANY_MARK = /[\uFDD0-\uFDDF]/g;

export function styled(style: Style, text: string): string {
  return text === "" ? "" : `${MARKS[style][0]}${text}${END}`;
}

export function toAnsi(text: string): string {
  return text.replace(ANY_MARK, (mark) => ANSI.get(mark) ?? "");
}

export function withoutStyles(text: string): string {
  return text.replace(ANY_MARK, "");
}

/** Bidirectional overrides and isolates reorder what follows them on screen. */
const BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069";
const CONTROLS = "\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f";
const STEERING = new RegExp(`[${CONTROLS}${BIDI}\\u2028\\u2029\\ufeff]`, "g");

const STEERING_IN_JSON = new RegExp(`[\\u007f-\\u009f${BIDI}\\u2028\\u2029\\ufeff]`, "g");

/** Shows every character that could steer a terminal as `\x1b`-style text; line feeds stay. */
export function neutralise(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.charCodeAt(0);
    if (character === "\t") return "  ";
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON text in which what JSON lets pass and a terminal would obey is escaped: it means the same to a program. */
export function escaped(json: string): string {
  return json.replace(
    STEERING_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Scripts whose characters take two columns; close enough for names in a table. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const COMBINING = /\p{Mark}/u;

/** Columns a text takes on screen. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of neutralise(withoutStyles(text))) {
    if (COMBINING.test(character)) continue;
    width += character > "\u10ff" && WIDE.test(character) && !SINGLE.has(character) ? 2 : 1;
  }
  return width;
}

/** psc's own symbols: pictographic by Unicode, but drawn in one column. */
const SINGLE = new Set(["✓", "✗", "…", "⚠", "→", "│", "─", "▸", "±", "·"]);

export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Cuts to a width, with `…` in place of what was cut; styles are closed. */
export function clipped(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const character of text) {
    const own = ANSI.has(character) ? 0 : widthOf(character);
    if (width + own > columns - 1) break;
    width += own;
    kept += character;
  }
  return `${kept}…${END}`;
}

/** Breaks at spaces so that no line is wider than `columns`, unless one word is. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && widthOf(line) + 1 + widthOf(word) > columns) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
