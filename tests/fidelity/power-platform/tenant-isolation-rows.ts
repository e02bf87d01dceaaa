import { TENANT } from "../../../src/sandbox/seed.ts";
import type { Answer } from "../../harness/sandbox.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

const GOVERNANCE = "https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v1";
const ROUTE = `${GOVERNANCE}/tenants/{id}/tenantIsolationPolicy`;
const OWN = `${GOVERNANCE}/tenants/${TENANT.id}/tenantIsolationPolicy`;

/** Without an `api-version`, as the recordings ask. */
async function ask({ admin }: Situation, method: string, properties?: object): Promise<Answer> {
  const token = await admin.cloud.token("admin", "https://service.powerapps.com/");
  return admin.cloud.ask(method, OWN, {
    token,
    ...(properties === undefined ? {} : { body: { properties } }),
  });
}

const partner = {
  tenantId: "11111111-1111-1111-1111-111111111111",
  direction: { inbound: true, outbound: false },
};

export const TENANT_ISOLATION_ROWS: readonly RecordedRow[] = [
  {
    route: `PUT ${ROUTE}`,
    status: 200,
    ask: (situation) =>
      ask(situation, "PUT", { tenantId: TENANT.id, isDisabled: false, allowedTenants: [partner] }),
  },
  { route: `GET ${ROUTE}`, status: 200, ask: (situation) => ask(situation, "GET") },
  {
    route: `PUT ${ROUTE}`,
    status: 400,
    ask: (situation) =>
      ask(situation, "PUT", { isDisabled: false, allowedTenants: [{ ...partner, tenantId: "not-a-guid" }] }),
  },
];
