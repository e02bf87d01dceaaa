/** A result or facts as a file for programs and archives, ending in a line feed. */
export function jsonReport(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
