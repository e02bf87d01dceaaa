/** Everything that ends a line or steers a terminal, and the marks that turn the reading direction around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a report
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/**
 * A text from a service or a spec as one line of well-formed Unicode: no report can be broken by it, and nothing in it
 * is invisible.
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNSHOWN, " ").replace(/\s+/g, " ").trim();
}

/** At most so many characters; what is left out shows as an ellipsis. */
export function clipped(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
