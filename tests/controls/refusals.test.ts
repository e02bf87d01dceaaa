import { afterAll, beforeAll, expect, it } from "vitest";
import type { ControlResult } from "../../src/controls/result.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";

let place: Workplace;
let before: ReadonlyMap<string, ControlResult>;

async function controls(): Promise<ReadonlyMap<string, ControlResult>> {
  const { json } = await place.psc("verify dev.yaml --output json");
  return new Map((json.controls as ControlResult[]).map((control) => [control.id, control]));
}

beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
  before = await controls();
}, 60_000);
afterAll(() => place.close());

const GRAPH = {
  code: "Authorization_RequestDenied",
  message: "Insufficient privileges to complete the operation.",
};
const BAP = { code: "Forbidden", message: "The token does not have permission to access the path." };
const arm = (action: string) => ({
  code: "AuthorizationFailed",
  message: `The client 'auditor' with object id 'o1' does not have authorization to perform action '${action}' over scope '/' or the scope is invalid.`,
});
const ELIGIBLE = "Microsoft.Authorization/roleEligibilitySchedules/read";

/** What only one probe reads: where, what the service says, the controls that go with it, the permission they name. */
const REFUSED = [
  ["graph", "conditionalAccess/policies", GRAPH, ["PSC-IAM-12", "PSC-IAM-13"], "Policy.Read.All"],
  ["graph", "policies/authorizationPolicy", GRAPH, ["PSC-IAM-14"], "Policy.Read.All"],
  ["arm", "roleEligibilitySchedules", arm(ELIGIBLE), ["PSC-IAM-09", "PSC-IAM-10", "PSC-IAM-11"], ELIGIBLE],
  ["bap", "tenantIsolationPolicy", BAP, ["PSC-ENV-05"], "Power Platform Administrator"],
  ["bap", "listTenantSettings", BAP, ["PSC-ENV-06", "PSC-ENV-07"], "Power Platform Administrator"],
] as const;

it.each(REFUSED)("%s refuses %s", async (service, url, error, affected, permission) => {
  await place.sandbox.control("POST", "faults", {
    when: { service, url },
    action: { kind: "respond", status: 403, body: { error } },
  });
  const after = await controls();
  await place.sandbox.control("DELETE", "faults");
  const turned = [...after.values()].filter(({ id, verdict }) => before.get(id)?.verdict !== verdict);
  // Controls of other families may rest on the same reads; nothing turns into anything but an error.
  expect(turned.map(({ id }) => id)).toEqual(expect.arrayContaining([...affected]));
  expect(turned.filter(({ id }) => /^PSC-(IAM|ENV)-/.test(id))).toHaveLength(affected.length);
  expect(turned.filter(({ verdict }) => verdict !== "error")).toEqual([]);
  for (const { missingPermission } of turned) expect(missingPermission).toContain(permission);
});
