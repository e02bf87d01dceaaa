import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { BAP_ERRORS } from "./bap-error-cases.ts";
import { type ErrorCase, expectRefusal } from "./error-cases.ts";
import { DATA_EXPORT_ERRORS, PAGES_ERRORS } from "./pages-error-cases.ts";
import { POWER_PLATFORM_ERRORS } from "./power-platform-error-cases.ts";
import { startTenantAdmin, type TenantAdmin } from "./tenant-admin.ts";

let admin: TenantAdmin;
beforeEach(async () => {
  admin = await startTenantAdmin();
});
afterEach(() => admin.close());

/** The page's error tables by heading, each with the cases that provoke them. */
const TABLES: readonly (readonly [string, string, readonly ErrorCase[]])[] = [
  ["BAP", "Power Platform administration (BAP)", BAP_ERRORS],
  ["Power Platform API", "Power Platform API", POWER_PLATFORM_ERRORS],
  ["Power Pages", "Power Platform API", PAGES_ERRORS],
  ["Data exports and neighbours", "Power Platform API", DATA_EXPORT_ERRORS],
];

describe.each(TABLES)("refusals of %s", (_heading, api, cases) => {
  it.each(cases.map((refusal) => [`${refusal.status} ${refusal.code}: ${refusal.when}`, refusal] as const))(
    "%s",
    async (_name, refusal) => {
      expectRefusal(refusal, await refusal.ask(admin));
      const proof = refusal.code === "NotSimulated" ? "inferred" : "documentation";
      if (proof === "documentation")
        prove({
          api,
          operation: `error ${refusal.status} ${refusal.code}`,
          proof,
          source: "docs/sandbox/power-platform.md",
        });
    },
  );
});

describe("docs/sandbox/power-platform.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../../docs/sandbox/power-platform.md"), "utf8");

  /** Rows of the table below `### Errors of …`, as `status code: when`. */
  function statements(heading: string): string[] {
    const [, section = ""] = page.split(`### Errors of ${heading}\n`);
    const [table = ""] = section.split(/\n#/);
    return [...table.matchAll(/^\| (\d{3}) \| `?([^|`]+)`? \| ([^|]+) \|/gm)].map(
      ([, status, code, when]) => `${status} ${code?.trim()}: ${when?.trim()}`,
    );
  }

  it.each(TABLES)("states exactly the refusals of %s that are tested", (heading, _api, cases) => {
    const tested = cases.map(({ status, code, when }) => `${status} ${code}: ${when}`);
    expect(statements(heading).sort()).toEqual([...tested].sort());
  });
});

describe("data exports", () => {
  const connections = (region: string): string =>
    `https://${region}.csanalytics.powerplatform.microsoft.com/api/v2/connections`;

  it("are listed in the tenant's own region only; another region is silent", async () => {
    const seeded = await admin.seed({ displayName: "Watched", domainName: "watched" });
    const done = await admin.cloud.control("POST", "person/data-export", {
      environmentId: seeded["environmentId"],
      componentId: "/subscriptions/s/resourceGroups/g/providers/microsoft.insights/components/watch",
      resourceProvider: "customer service",
    });
    expect(done.status).toBe(200);
    const token = await admin.cloud.token("admin", "https://adminanalytics.powerplatform.microsoft.com");
    const home = await admin.cloud.ask("GET", connections("na"), { token });
    expect(home.body.value).toHaveLength(1);
    expect(home.body.value[0]).toMatchObject({
      environments: [{ environmentId: seeded["environmentId"], organizationId: seeded["organizationId"] }],
      sink: { type: "AppInsights", resourceName: "watch" },
      resourceProvider: "customer service",
    });
    const elsewhere = await admin.cloud.ask("GET", connections("emea"), { token });
    expect([elsewhere.status, elsewhere.body]).toEqual([200, { value: [] }]);
    expect((await admin.cloud.ask("GET", connections("sg"), { token })).status).toBe(421);
  });
});

describe("tenant settings", () => {
  const BAP = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform";

  it("keep what an update does not name", async () => {
    const updated = await admin.bap(
      "POST",
      `${BAP}/scopes/admin/updateTenantSettings`,
      {
        walkMeOptOut: true,
        powerPlatform: { licensing: { storageCapacityConsumptionWarningThreshold: 70 } },
      },
      "pipeline",
    );
    const listed = await admin.bap("POST", `${BAP}/listTenantSettings`);
    expect(updated.body).toEqual(listed.body);
    expect(listed.body.walkMeOptOut).toBe(true);
    expect(listed.body.powerPlatform.licensing).toMatchObject({
      storageCapacityConsumptionWarningThreshold: 70,
      disableBillingPolicyCreationByNonAdminUsers: false,
    });
  });

  it("count as read when listed and as written when updated", async () => {
    await admin.bap("POST", `${BAP}/listTenantSettings`);
    await admin.bap("POST", `${BAP}/scopes/admin/updateTenantSettings`, { walkMeOptOut: true });
    const log = (await admin.cloud.control("GET", "requests?since=0")).body.value as {
      url: string;
      write: boolean;
    }[];
    const writes = log.filter(({ url }) => url.includes("TenantSettings")).map(({ write }) => write);
    expect(writes).toEqual([false, true]);
  });
});

describe("a site's firewall", () => {
  it("is switched on in the background, then takes rules", async () => {
    const seeded = await admin.seed({ displayName: "Pages", domainName: "pages" });
    const sites = `/powerpages/environments/${seeded["environmentId"]}/websites`;
    const made = await admin.powerPlatform("POST", sites, {
      name: "Portal",
      subdomain: "portal",
      templateName: "BlankPage",
      dataverseOrganizationId: seeded["organizationId"],
    });
    const path = new URL(String(made.headers["operation-location"])).pathname;
    const on = await admin.powerPlatform("POST", `${path}/enableWaf`);
    expect([on.status, on.text]).toEqual([202, ""]);
    expect(on.headers["operation-location"]).toContain(path);
    await admin.pass(20 * 60_000);
    const rules = await admin.powerPlatform("PUT", `${path}/createWafRules`, {
      customRules: [],
      managedRules: [],
    });
    expect(rules.status).toBe(202);
    await admin.pass(20 * 60_000);
    expect((await admin.powerPlatform("POST", `${path}/disableWaf`)).status).toBe(200);
    prove(
      ...["POST …/enableWaf", "POST …/disableWaf", "PUT …/createWafRules"].map(
        (operation) =>
          ({
            api: "Power Platform API",
            operation: operation.replace("…", "/powerpages/environments/{id}/websites/{id}"),
            proof: "documentation",
            source: "REST reference, powerpages/websites",
          }) as const,
      ),
    );
  });
});
