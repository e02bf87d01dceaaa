/** One thing of the tenant as the console's tree shows it. Everything is made when it is looked at. */
export interface TreeItem {
  /** Unique among its siblings; never changes for the same thing. */
  readonly key: string;
  /** What it is, in the words of its service: `group`, `resource group`, `table`. */
  readonly kind: string;
  readonly label: string;
  /** A second thing worth a glance, such as a user principal name or how many rows a table has. */
  readonly note?: string;
  /** JSON for the detail pane; secrets are left out afterwards. */
  value(): unknown;
  /** Absent for what holds nothing. */
  readonly children?: () => Iterable<TreeItem>;
}

/** A branch that only gathers others, such as "Users". */
export function gathering(
  key: string,
  label: string,
  items: readonly TreeItem[] | (() => readonly TreeItem[]),
): TreeItem {
  const list = (): readonly TreeItem[] => (typeof items === "function" ? items() : items);
  return {
    key,
    kind: "list",
    label,
    note: String(list().length),
    value: () => list().map(({ label: name, note }) => (note === undefined ? name : `${name} (${note})`)),
    children: list,
  };
}

export function byLabel(left: TreeItem, right: TreeItem): number {
  return left.label.localeCompare(right.label, "en");
}

/** Text of a member, or the next one when it has none. */
export function firstText(...values: readonly unknown[]): string {
  for (const value of values) if (typeof value === "string" && value !== "") return value;
  return "(no name)";
}
