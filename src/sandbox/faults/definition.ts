import { z } from "zod";

/**
 * Trouble on demand: what a fault file (`--faults`, `--sandbox-faults`) and the control API accept. Faults act on what
 * crosses the wire and know nothing of the services behind it, so they work for every fake alike.
 */

const DURATION = /^(-?)(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `90s`, `10m`, `2h`, `-5m`; undefined when it is no duration. */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[2]) * UNIT_MS[match[3] as keyof typeof UNIT_MS];
  return match[1] === "-" ? -ms : ms;
}

const duration = z
  .string()
  .refine((text) => (durationMs(text) ?? -1) >= 0, "must be a duration such as 90s, 10m or 2h");
const signedDuration = z
  .string()
  .refine((text) => durationMs(text) !== undefined, "must be a duration such as 10m or -10m");
const moment = z
  .string()
  .refine(
    (text) => (durationMs(text) ?? -1) >= 0 || !Number.isNaN(Date.parse(text)),
    "must be a duration from now, such as 10m, or a date of the sandbox's clock",
  );
const pattern = z.string().refine((text) => {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}, "must be a regular expression");
const count = z.int("must be a whole number").min(1, "must be at least 1");
const method = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const oneOrMore = <T extends z.ZodType>(item: T, error: string) =>
  z.union([item, z.array(item).min(1)], { error });
const realMs = z.number().min(0, "must not be negative").max(600_000, "must be at most 600000");

const WHEN = {
  /** Name of a fake service, as `psc sandbox log --output json` shows it. */
  service: z.string().optional(),
  method: oneOrMore(method, "must be an HTTP method in capitals, or a list of them").optional(),
  /** Regular expression on host, path and query. */
  url: pattern.optional(),
  /** Which of the matching requests, counted from 1. */
  nth: oneOrMore(count, "must be a number from 1, or a list of them").optional(),
  /** How many matching requests pass unharmed first. */
  skip: z.int("must be a whole number").min(0, "must not be negative").optional(),
  probability: z.number().min(0, "must be from 0 to 1").max(1, "must be from 0 to 1").optional(),
  after: moment.optional(),
  until: moment.optional(),
};

const retryAfter = z.number().positive("must be above 0");

const ACTIONS = [
  /** Real milliseconds before the request is handled; a pair: drawn evenly between them. */
  z.strictObject({
    kind: z.literal("delay"),
    ms: z.union([realMs, z.tuple([realMs, realMs])], { error: "must be milliseconds, or [from, to]" }),
  }),
  /** 429 in the words of the service; nothing is executed. */
  z.strictObject({
    kind: z.literal("throttle"),
    /** Which of Dataverse's three limits; other services have one. */
    limit: z.enum(["requests", "execution time", "concurrency"]).optional(),
    /** Seconds; fractions are sent as they are. */
    retryAfter: retryAfter.optional(),
    as: z.enum(["seconds", "date", "none"]).optional(),
  }),
  /** A server error in the words of the service; nothing is executed. */
  z.strictObject({
    kind: z.literal("fail"),
    status: z.int().min(500, "must be from 500 to 599").max(599, "must be from 500 to 599"),
    retryAfter: retryAfter.optional(),
  }),
  /** Any answer; nothing is executed. */
  z.strictObject({
    kind: z.literal("respond"),
    status: z.int().min(200, "must be from 200 to 599").max(599, "must be from 200 to 599"),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  /** The connection is reset; nothing is executed. */
  z.strictObject({ kind: z.literal("drop") }),
  /** The request takes effect, then the connection is reset. */
  z.strictObject({ kind: z.literal("drop-after") }),
  /** The request takes effect; its answer breaks off: fewer bytes than `Content-Length`, or no last chunk. */
  z.strictObject({
    kind: z.literal("truncate"),
    as: z.enum(["length", "chunk"]).optional(),
    /** How many bytes arrive; half of them by default. */
    bytes: z.int().min(0, "must not be negative").optional(),
  }),
  /** The request takes effect; its answer is complete for HTTP and broken as JSON. */
  z.strictObject({ kind: z.literal("malformed") }),
  /** A GET gets the answer that the same GET got before. */
  z.strictObject({ kind: z.literal("stale") }),
  /** What was created less than `for` ago (sandbox time) is not there yet for reads. */
  z.strictObject({ kind: z.literal("replication"), for: duration }),
  /** Long-running operations as their polls show them. */
  z.strictObject({
    kind: z.literal("operation"),
    outcome: z.enum(["stuck", "failed", "vanished"]),
    code: z.string().optional(),
    message: z.string().optional(),
  }),
  /** Every token issued so far has expired, from this request on. */
  z.strictObject({ kind: z.literal("expire-tokens") }),
  /** The server's clock is wrong by `by`: its `Date`, the times in its tokens and answers, its view of tokens. */
  z.strictObject({ kind: z.literal("skew"), by: signedDuration }),
  /** The host's name cannot be resolved. */
  z.strictObject({ kind: z.literal("no-dns") }),
] as const;

const action = z.discriminatedUnion("kind", ACTIONS);

export const faultSchema = z.strictObject({
  name: z.string().min(1, "must not be empty").optional(),
  when: z.strictObject(WHEN).optional(),
  /** How often it strikes; without it, whenever it matches. */
  times: count.optional(),
  action,
});

/** The control API's short form: `service`, `method`, `match` and `skip` beside `action`, without `when`. */
const shortSchema = z.strictObject({
  name: faultSchema.shape.name,
  service: WHEN.service,
  method: WHEN.method,
  match: pattern.optional(),
  skip: WHEN.skip,
  times: faultSchema.shape.times,
  action,
});

export const faultFileSchema = z.strictObject({
  /** The same seed gives the same faults for the same sequence of requests. */
  seed: z.union([z.int(), z.string()]).optional(),
  faults: z.array(faultSchema).min(1, "must name at least one fault"),
});

export type FaultAction = z.infer<typeof action>;
export type Fault = z.infer<typeof faultSchema>;
export type FaultFile = z.infer<typeof faultFileSchema>;

/** Where a definition is wrong and how. */
export interface DefinitionProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const KINDS = ACTIONS.map((option) => option.shape.kind.value).join(", ");

function wordsOf(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === "unrecognized_keys")
    return `${issue.keys.map((key) => `"${key}"`).join(", ")} ${issue.keys.length === 1 ? "is" : "are"} not known here`;
  if (issue.code === "invalid_union" && issue.path.at(-1) === "kind") return `must be one of ${KINDS}`;
  if (given === undefined && issue.code !== "custom") return "is missing";
  if (issue.code === "invalid_type")
    return `must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}`;
  if (issue.code === "invalid_value")
    return issue.message.startsWith("must ") ? issue.message : `must be one of ${issue.values.join(", ")}`;
  return issue.message.startsWith("must ") ? issue.message : "is not what is expected here";
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const step of path) inner = (inner as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return inner;
}

/** The problems of a definition that `schema` refused, each at the deepest place that can be named. */
function problemsOf(error: z.ZodError, value: unknown): DefinitionProblem[] {
  return error.issues.map((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    return { path, message: wordsOf(issue, at(value, issue.path)) };
  });
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

function check<T extends z.ZodType>(schema: T, value: unknown): Checked<z.infer<T>> {
  const result = schema.safeParse(value);
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, problems: problemsOf(result.error, value) };
}

export const checkFaultFile = (value: unknown): Checked<FaultFile> => check(faultFileSchema, value);

/** A fault in the form of the file, or in the short form. */
export function checkFault(value: unknown): Checked<Fault> {
  const isShort =
    typeof value === "object" &&
    value !== null &&
    ["service", "method", "match", "skip"].some((name) => name in value);
  if (!isShort) return check(faultSchema, value);
  const short = check(shortSchema, value);
  if (!short.ok) return short;
  const { service, method: methods, match, skip, ...rest } = short.value;
  return {
    ok: true,
    value: { ...rest, when: { service, method: methods, url: match, skip } },
  };
}

/** `faults[1].action.kind`. */
export function pathWords(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`))
    .join("");
}
