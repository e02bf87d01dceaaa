import { oneLine } from "./one-line.ts";

/**
 * A text on one line, without what Markdown or GitHub would take for marks, HTML or a formula, or at its beginning for
 * an item of a list or a line below a heading.
 */
export function plain(text: string): string {
  return oneLine(text)
    .replace(/[\\`*{}[\]<>|#&~$]|(?<!\w)_|_(?!\w)/g, "\\$&")
    .replace(/^[-+=]|(?<=^\d+)[.)](?= |$)/, "\\$&");
}

/** A text with weight; Markdown has no way to give nothing weight. */
export function strong(text: string): string {
  const words = plain(text);
  return words === "" ? "" : `**${words}**`;
}

/** A text in the letters of code. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === "") return "";
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const room = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${room}${line}${room}${fence}`;
}

/** Lines of a table; cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  // Inside a table a bar ends the cell even in code.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
