import fc from "fast-check";

/** One fault as the sandbox's control API takes it. */
export type RandomFault = Readonly<Record<string, unknown>>;

const service = fc.constantFrom("graph", "arm", "bap", "powerPlatform", "dataverse", "healthBot");

const action = fc.oneof(
  fc.record({ kind: fc.constant("throttle"), retryAfter: fc.constantFrom(0.5, 2.5, 30, 300) }),
  fc.record({ kind: fc.constant("fail"), status: fc.constantFrom(500, 502, 503, 504) }),
  fc.constant({ kind: "drop" }),
  fc.constant({ kind: "drop-after" }),
  fc.record({ kind: fc.constant("truncate"), as: fc.constantFrom("length", "chunk") }),
  fc.constant({ kind: "malformed" }),
  fc.constant({ kind: "stale" }),
  fc.record({ kind: fc.constant("replication"), for: fc.constantFrom("20s", "2m") }),
  fc.record({ kind: fc.constant("operation"), outcome: fc.constantFrom("stuck", "failed", "vanished") }),
  fc.constant({ kind: "expire-tokens" }),
  fc.record({ kind: fc.constant("skew"), by: fc.constantFrom("10m", "-10m") }),
);

/** Faults of a bad day: each strikes a service now and then, or some of its writes. */
export const randomFaults: fc.Arbitrary<readonly RandomFault[]> = fc.array(
  fc.record({
    when: fc.record(
      {
        service,
        method: fc.constantFrom("GET", "POST", "PUT", "PATCH"),
        probability: fc.constantFrom(0.05, 0.3),
        skip: fc.nat({ max: 20 }),
      },
      { requiredKeys: ["service", "probability"] },
    ),
    times: fc.integer({ min: 1, max: 12 }),
    action,
  }),
  { minLength: 1, maxLength: 5 },
);
