/**
 * What an answer means for trying again. `nothing was done`: the service refused before it acted, so any request may be
 * sent again. `unclear`: it may have acted, so only what is safe to repeat is sent again. `final`: never.
 */
export type Meaning = "nothing was done" | "unclear" | "final";

export interface RetryRule {
  readonly status: number;
  /** With a `Retry-After` header, where that makes a difference. */
  readonly withRetryAfter?: Meaning;
  readonly meaning: Meaning;
  readonly because: string;
}

/**
 * Sources: RFC 9110; "Service protection API limits" (Power Platform docs), "Microsoft Graph throttling guidance",
 * "Throttling Resource Manager requests" (Azure docs); microsoft/terraform-provider-power-platform:internal/api/client.go.
 */
export const RETRY_RULES: readonly RetryRule[] = [
  { status: 400, meaning: "final", because: "the request is wrong, and stays so" },
  {
    status: 401,
    meaning: "final",
    because: "once a fresh token was refused too, the identity is not let in",
  },
  { status: 403, meaning: "final", because: "a permission is missing until a person grants it" },
  {
    status: 404,
    meaning: "final",
    because: "it is not there; where it takes time to appear, psc looks again",
  },
  { status: 405, meaning: "final", because: "the operation does not exist there" },
  {
    status: 408,
    meaning: "unclear",
    because: "the service gave up waiting, perhaps in the middle of the work",
  },
  {
    status: 409,
    meaning: "final",
    because: "it conflicts with what is there: psc looks before it acts again",
  },
  { status: 410, meaning: "final", because: "it was there and is gone" },
  { status: 412, meaning: "final", because: "somebody changed it meanwhile: psc looks before it acts again" },
  { status: 413, meaning: "final", because: "the request is too large, and stays so" },
  { status: 415, meaning: "final", because: "the request is wrong, and stays so" },
  { status: 422, meaning: "final", because: "the request is wrong, and stays so" },
  { status: 423, meaning: "final", because: "a lock holds it until a person removes it" },
  {
    status: 429,
    meaning: "nothing was done",
    because: "too many requests: the service refused this one unread",
  },
  { status: 499, meaning: "unclear", because: "the Power Platform has been seen to go on with the work" },
  { status: 500, meaning: "unclear", because: "the service failed, perhaps after the work" },
  { status: 501, meaning: "final", because: "the service does not have the operation" },
  { status: 502, meaning: "unclear", because: "a gateway lost the answer" },
  {
    status: 503,
    withRetryAfter: "nothing was done",
    meaning: "unclear",
    because: "the service is out for a moment; when it says until when, it did not begin",
  },
  { status: 504, meaning: "unclear", because: "a gateway gave up waiting for the answer" },
  { status: 505, meaning: "final", because: "the service does not speak this HTTP" },
];

/** What an answer with this status means; what is in no table is final. */
export function meaningOf(status: number, hasRetryAfter: boolean): Meaning {
  const rule = RETRY_RULES.find((candidate) => candidate.status === status);
  if (rule === undefined) return "final";
  return (hasRetryAfter ? rule.withRetryAfter : undefined) ?? rule.meaning;
}
