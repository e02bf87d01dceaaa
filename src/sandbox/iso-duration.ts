const FORM =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds per year, month (30 days), week, day, hour, minute, second. */
const UNITS = [31_536_000_000, 2_592_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Milliseconds of an ISO 8601 duration such as `P365D` or `PT8H`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null || /^P$|T$/.test(text)) return undefined;
  return UNITS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
}
