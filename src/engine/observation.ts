/** Values that can be declared, observed and compared. */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

/** Fields under the names people read in a plan. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What a read found. Normal states are values, never exceptions. */
export type Observation<D = unknown> =
  | { readonly status: "absent"; readonly reason?: string }
  | {
      readonly status: "present";
      /** The service's own id, for the journal and for evidence. */
      readonly id: string;
      /** As observed, under the names of the declared fields. */
      readonly fields: Fields;
      /** What other resources need of it: ids, URLs. */
      readonly data: D;
      /** Set when somebody else made it and psc should put its mark on it: the words for the plan. */
      readonly adoptable?: string;
      /** It is as it should be, and yet somebody ought to know this about it: a sentence without a full stop. */
      readonly concern?: string;
      /** Nothing was seen of it: somebody has said so. */
      readonly onWord?: true;
    }
  /** Being made or changed right now, by an earlier run or by somebody else. */
  | {
      readonly status: "in-progress";
      readonly what: string;
      readonly operationUrl?: string;
      readonly startedAt?: number;
    }
  /** Declared in general, but this environment does not need it. */
  | {
      readonly status: "not-needed";
      readonly reason: string;
      /** There is nothing to do about it, but whether it is as declared this identity cannot see. */
      readonly unseen?: true;
    }
  /** Nobody can tell by reading. */
  | { readonly status: "unknown"; readonly reason: string };

export type Present<D> = Extract<Observation<D>, { status: "present" }>;
export type InProgress = Extract<Observation, { status: "in-progress" }>;

export interface FieldChange {
  /** Dotted path inside the fields. */
  readonly path: string;
  readonly before: FieldValue | undefined;
  readonly after: FieldValue;
}

function isMap(value: FieldValue | undefined): value is { readonly [name: string]: FieldValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lists are compared as sets unless their order was declared to matter. */
function canonical(value: FieldValue | undefined, ordered: boolean): string {
  if (Array.isArray(value)) {
    const items = value.map((item: FieldValue) => canonical(item, ordered));
    return `[${(ordered ? items : items.sort()).join(",")}]`;
  }
  if (isMap(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((name) => `${name}:${canonical(value[name], ordered)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/**
 * The declared fields that differ from the observed ones. Fields that the spec does not name are nobody's business.
 * @param ordered names of top-level fields whose list order matters.
 */
export function compareFields(
  declared: Fields,
  observed: Fields,
  ordered: readonly string[] = [],
): FieldChange[] {
  const changes: FieldChange[] = [];
  const visit = (
    path: string,
    after: FieldValue,
    before: FieldValue | undefined,
    keepOrder: boolean,
  ): void => {
    if (isMap(after)) {
      for (const [name, member] of Object.entries(after))
        visit(`${path}.${name}`, member, isMap(before) ? before[name] : undefined, keepOrder);
      return;
    }
    if (canonical(after, keepOrder) !== canonical(before, keepOrder)) changes.push({ path, before, after });
  };
  for (const [name, after] of Object.entries(declared))
    visit(name, after, observed[name], ordered.includes(name));
  return changes;
}
