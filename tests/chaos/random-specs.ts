import { copyFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { EXAMPLE } from "./tenant.ts";

/** A valid environment laid over the example's base; JSON is YAML. */
export type RandomSpec = Readonly<Record<string, unknown>>;

const words = ["Billing", "Cardiology", "Übergabe", "Night desk", "Lab's queue", "A & B", "x"];
const name = (prefix: string): fc.Arbitrary<string> =>
  fc.constantFrom(...words).map((word) => `${prefix} ${word}`);

const queue = fc.record({
  name: name("Queue"),
  priority: fc.integer({ min: 1, max: 9 }),
  members: fc.constantFrom([], ["bot"], ["group/agents"], ["group/agents", "group/supervisors"]),
});

const hours = fc.record({
  name: name("Hours"),
  timeZone: fc.constantFrom("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Etc/UTC"),
  open: fc.constantFrom(
    { "mon-fri": "08:00-18:00" },
    { "mon-sun": "00:00-24:00" },
    { mon: "09:30-12:00", sat: "10:00-14:00" },
  ),
});

export const randomSpec: fc.Arbitrary<RandomSpec> = fc
  .record({
    queues: fc.uniqueArray(queue, { maxLength: 4, selector: (one) => one.name }),
    hours: fc.uniqueArray(hours, { maxLength: 2, selector: (one) => one.name }),
    variables: fc.dictionary(
      fc.constantFrom("Topic", "Language", "Severity"),
      fc.constantFrom("text", "number"),
    ),
    channels: fc.subarray(["sms", "teams"]),
    managed: fc.boolean(),
    audited: fc.subarray(["contact", "incident", "account"], { minLength: 1 }),
    sku: fc.constantFrom("F0", "C0", "C1"),
    solution: fc.constantFrom("patient-service-center", "patient-contact-center"),
    bot: fc.boolean(),
  })
  .map(({ queues, hours, variables, channels, managed, audited, sku, solution, bot }) => ({
    extends: "base.yaml",
    name: "contoso-random",
    solution,
    environment: {
      domain: "contosorandom",
      type: "Sandbox",
      securityGroup: "group/users",
      managed,
      audit: { tables: audited, retentionDays: 90 },
    },
    azure: { subscription: "11111111-1111-4111-8111-111111111111", location: "eastus" },
    omnichannel: { channels: ["chat", ...channels] },
    operatingHours: hours,
    queues: queues.map((one, index) => {
      const open = hours[index % Math.max(1, hours.length)];
      return open === undefined ? one : { ...one, operatingHours: open.name };
    }),
    workstreams: [
      {
        name: "Patient chat",
        variables: Object.fromEntries(Object.entries(variables)),
        // A rule without a condition comes last, so it makes room and is repeated.
        route: [
          { name: "Bot first", $remove: true },
          ...queues.map(({ name: to }, index) => ({
            name: `To ${to}`,
            when: { EscalateToAgent: index + 10 },
            to,
          })),
          { name: "Bot first", to: "Patient bot" },
        ],
      },
    ],
    healthBot: { sku: bot ? "C1" : sku },
  }));

/** Writes the spec beside a copy of its base and returns its file. */
export function writeSpec(folder: string, spec: RandomSpec): string {
  copyFileSync(join(dirname(EXAMPLE), "base.yaml"), join(folder, "base.yaml"));
  const file = join(folder, "random.yaml");
  writeFileSync(file, JSON.stringify(spec, undefined, 2));
  return file;
}
