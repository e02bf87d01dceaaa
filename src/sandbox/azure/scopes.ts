/** True when `scope` is `ancestor` or lies below it. `/` is above everything. */
export function isWithin(scope: string, ancestor: string): boolean {
  const inner = scope.toLowerCase();
  const outer = ancestor.toLowerCase().replace(/\/$/, "");
  return inner === outer || inner.startsWith(`${outer}/`);
}
