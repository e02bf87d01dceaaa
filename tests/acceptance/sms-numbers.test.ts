import { afterAll, beforeAll, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

const TABLES = "dataverse/organizations/contosohealth-dev/tables";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("one.yaml", spec("Patient texts"));
  place.write("three.yaml", spec("Patient texts", "Reminders", "Results"));
});
afterAll(() => place.close());

function spec(...names: readonly string[]): string {
  const workstreams = names.map(
    (name) => `  - { name: ${name}, channel: sms, fallback: Escalate to Human }\n`,
  );
  return `extends: dev.yaml\nomnichannel: { channels: [chat, sms] }\nworkstreams:\n${workstreams.join("")}`;
}

async function table(name: string): Promise<Record<string, unknown>[]> {
  const { body } = await place.sandbox.control("GET", `state?path=${TABLES}/${name}`);
  return Object.values(body as Record<string, Record<string, unknown>>);
}

it("each SMS workstream gets a number of its own, also when two of them wait for one at once", async () => {
  for (const file of ["one.yaml", "three.yaml"]) {
    const ran = await place.psc(`deploy ${file}`);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  }
  const settings = await table("msdyn_ocsmschannelsetting");
  expect(new Set(settings.map((row) => row["_msdyn_liveworkstreamid_value"])).size).toBe(3);
  expect(new Set(settings.map((row) => row["_msdyn_phonenumberid_value"])).size).toBe(3);
});
