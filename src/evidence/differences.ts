const LONGEST_SHOWN = 100;

function shown(line: string | undefined): string {
  if (line === undefined) return "nothing";
  const text = line.trim();
  return `\`${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}\``;
}

/** Names the first line in which a text is not what it should be. */
export function firstDifference(actual: string, expected: string): string {
  const [is, should] = [actual.split("\n"), expected.split("\n")];
  const line = should.findIndex((text, index) => is[index] !== text);
  // The text goes on after what should be its end.
  if (line === -1) return `line ${should.length + 1} is ${shown(is[should.length])}, and should not be there`;
  if (is[line]?.trim() === should[line]?.trim()) return `line ${line + 1} is not written as psc writes it`;
  return `line ${line + 1} is ${shown(is[line])}, and should be ${shown(should[line])}`;
}
