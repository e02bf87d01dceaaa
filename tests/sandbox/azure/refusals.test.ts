import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { type ArmSession, startArmSession } from "./arm-session.ts";
import { ACCESS } from "./refusals/access.ts";
import { CUSTOM_ROLES } from "./refusals/custom-roles.ts";
import { FRONT_DOOR } from "./refusals/front-door.ts";
import { HEALTH_BOTS } from "./refusals/health-bots.ts";
import { MONITORING } from "./refusals/monitoring.ts";
import { POLICY_AND_LOCKS } from "./refusals/policy-and-locks.ts";
import { PRIVILEGED_ACCESS } from "./refusals/privileged-access.ts";
import { prepareRefusals, type Refusal } from "./refusals/refusal.ts";
import { RESOURCE_GROUPS } from "./refusals/resource-groups.ts";

const SUBJECTS: Readonly<Record<string, readonly Refusal[]>> = {
  "the front door": FRONT_DOOR,
  "resource groups": RESOURCE_GROUPS,
  "health bots": HEALTH_BOTS,
  monitoring: MONITORING,
  access: ACCESS,
  "custom roles": CUSTOM_ROLES,
  "privileged access": PRIVILEGED_ACCESS,
  "policy and locks": POLICY_AND_LOCKS,
};

let session: ArmSession;
beforeAll(async () => {
  session = await startArmSession();
  await prepareRefusals(session);
});
afterAll(() => session.close());

async function expectRefused(refusal: Refusal): Promise<void> {
  const answer = await refusal.ask(session);
  expect({ status: answer.status, code: answer.body?.error?.code }).toEqual({
    status: refusal.status,
    code: refusal.code,
  });
  expect(Object.keys(answer.body)).toEqual(["error"]);
  const { error } = answer.body;
  expect(Object.keys(error)).toEqual([
    "code",
    "message",
    ...(refusal.target === undefined ? [] : ["target"]),
    ...(refusal.more ?? []),
  ]);
  expect(error.message).toMatch(refusal.message ?? /./);
  expect(error.target).toBe(refusal.target);
  expect(answer.headers["x-ms-failure-cause"]).toBe(refusal.gateway === true ? "gateway" : undefined);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers["x-ms-routing-request-id"]).toMatch(/^EASTUS:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
  expect(answer.headers).toMatchObject(refusal.headers ?? {});
  prove({
    api: "Azure Resource Manager",
    operation: `${refusal.status} ${refusal.code}`,
    proof: refusal.documented === true ? "documentation" : "inferred",
    source: "docs/sandbox/azure-resource-manager.md",
  });
}

for (const [subject, refusals] of Object.entries(SUBJECTS))
  describe(`what ${subject} refuse`, () => {
    for (const refusal of refusals)
      it(`is ${refusal.status} ${refusal.code}${refusal.when === undefined ? "" : `: ${refusal.when}`}`, () =>
        expectRefused(refusal));
  });

describe("the tables above", () => {
  const root = resolve(import.meta.dirname, "../../..");
  const folder = join(root, "src/sandbox/azure");
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  /** `refuseArm(404, "Code"`, and the table of refused tokens. */
  const known = sources.flatMap((source) => [
    ...[...source.matchAll(/refuseArm\(\s*(\d+),\s*"(\w+)"/g)].map(([, status, code]) => `${status} ${code}`),
    ...[...source.matchAll(/^ {2}\w+: \[\s*"(\w+)",/gm)].map(([, code]) => `401 ${code}`),
  ]);

  it("hold every status and code that the source can answer", () => {
    expect(known.length).toBeGreaterThan(60);
    const refused = new Set(
      Object.values(SUBJECTS).flatMap((rows) => rows.map((row) => `${row.status} ${row.code}`)),
    );
    expect([...new Set(known)].filter((one) => !refused.has(one))).toEqual([]);
  });

  it("name codes that the page explains", () => {
    const page = readFileSync(join(root, "docs/sandbox/azure-resource-manager.md"), "utf8");
    const codes = new Set(Object.values(SUBJECTS).flatMap((rows) => rows.map(({ code }) => code)));
    expect([...codes].filter((code) => !page.includes(`\`${code}\``) && !page.includes(`"${code}"`))).toEqual(
      [],
    );
  });
});
