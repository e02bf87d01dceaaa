import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TENANT } from "../../../src/sandbox/seed.ts";
import { prove } from "../../harness/fidelity.ts";
import { BAP, MINUTE, startTenantAdmin, type TenantAdmin } from "./tenant-admin.ts";

const VERSION = "api-version=2024-10-01";

let admin: TenantAdmin;
let environmentId: string;
let organizationId: string;
beforeEach(async () => {
  admin = await startTenantAdmin();
  const seeded = await admin.seed({ displayName: "Clinic", domainName: "clinic", sku: "Production" });
  environmentId = String(seeded["environmentId"]);
  organizationId = String(seeded["organizationId"]);
});
afterEach(() => admin.close());

function proveDocumented(...operations: string[]): void {
  const source = "Power Platform REST API reference, 2024-10-01";
  for (const operation of operations)
    prove({ api: "Power Platform API", operation, proof: "documentation", source });
}

describe("Power Pages sites", () => {
  const sites = () => `/powerpages/environments/${environmentId}/websites`;
  const portal = () => ({
    dataverseOrganizationId: organizationId,
    name: "Patient portal",
    selectedBaseLanguage: 1033,
    subdomain: "contoso-patient",
    templateName: "CustomerSelfServicePortal",
  });

  it("are closed to applications, registered or not", async () => {
    const url = `${sites()}?${VERSION}`;
    expect((await admin.powerPlatform("GET", url, undefined, "pipeline")).status).toBe(403);
    expect((await admin.powerPlatform("GET", url)).body).toEqual({ value: [] });
  });

  it("are created in the background and show their state in the object", async () => {
    const created = await admin.powerPlatform("POST", `${sites()}?${VERSION}`, portal());
    expect(created.status).toBe(202);
    expect(created.headers["operation-location"]).toContain("https://api.powerplatform.com/");
    const [site] = (await admin.powerPlatform("GET", `${sites()}?${VERSION}`)).body.value;
    expect(site.status).not.toBe("OperationComplete");
    await admin.pass(10 * MINUTE);
    const ready = await admin.powerPlatform("GET", `${sites()}/${site.id}?${VERSION}`);
    expect(ready.body).toMatchObject({
      name: "Patient portal",
      templateName: "CustomerSelfServicePortal",
      dataverseOrganizationId: organizationId,
      environmentId,
      siteVisibility: "private",
      packageInstallStatus: "Installed",
      status: "OperationComplete",
    });
    proveDocumented(
      "POST /powerpages/environments/{id}/websites",
      "GET /powerpages/environments/{id}/websites",
      "GET /powerpages/environments/{id}/websites/{id}",
    );
    const unknown = await admin.powerPlatform("GET", `${sites()}/nobody?${VERSION}`);
    expect([unknown.status, Object.keys(unknown.body.error)]).toEqual([
      404,
      ["code", "message", "target", "details"],
    ]);
  });

  it("refuse an organization that is not the environment's", async () => {
    const answer = await admin.powerPlatform("POST", `${sites()}?${VERSION}`, {
      ...portal(),
      dataverseOrganizationId: environmentId,
    });
    expect([answer.status, answer.body.error.target]).toEqual([400, "dataverseOrganizationId"]);
  });

  it("keep an additive list of allowed addresses and a visibility", async () => {
    await admin.powerPlatform("POST", `${sites()}?${VERSION}`, portal());
    const [site] = (await admin.powerPlatform("GET", `${sites()}?${VERSION}`)).body.value;
    const url = `${sites()}/${site.id}`;
    const one = { IpAddress: "208.130.0.0/16", IpAddressType: "IPv4" };
    const two = { IpAddress: "2001:db8::/32", IpAddressType: "IPv6" };
    for (const rule of [one, two, one]) {
      const body = { IpAddresses: [rule] };
      const answer = await admin.powerPlatform("POST", `${url}/ipaddressrules?${VERSION}`, body);
      expect(answer.status).toBe(204);
    }
    const rules = await admin.powerPlatform("GET", `${url}/ipaddressrules?${VERSION}`);
    expect(rules.body).toEqual([one, two]);
    const removal = await admin.powerPlatform("POST", `${url}/removeAllowedIpAddresses?${VERSION}`, {
      IpAddresses: [one],
    });
    expect(removal.status).toBe(204);
    expect((await admin.powerPlatform("GET", `${url}/ipaddressrules?${VERSION}`)).body).toEqual([two]);
    const malformed = await admin.powerPlatform("POST", `${url}/ipaddressrules?${VERSION}`, {
      IpAddresses: [{ IpAddress: "not an address", IpAddressType: "IPv4" }],
    });
    expect(malformed.status).toBe(400);

    await admin.powerPlatform("POST", `${url}/updateSiteVisibility?siteVisibility=public&${VERSION}`);
    expect((await admin.powerPlatform("GET", `${url}?${VERSION}`)).body.siteVisibility).toBe("public");
    expect((await admin.powerPlatform("POST", `${url}/restart?${VERSION}`)).status).toBe(200);
    proveDocumented(
      "GET /powerpages/environments/{id}/websites/{id}/ipaddressrules",
      "POST /powerpages/environments/{id}/websites/{id}/ipaddressrules",
      "POST /powerpages/environments/{id}/websites/{id}/removeAllowedIpAddresses",
      "POST /powerpages/environments/{id}/websites/{id}/updateSiteVisibility",
      "POST /powerpages/environments/{id}/websites/{id}/restart",
    );
  });
});

describe("locations and the newer API", () => {
  it("lists locations, languages, currencies and templates", async () => {
    const locations = await admin.bap("GET", `${BAP}/locations?api-version=2023-06-01`);
    const home = locations.body.value.find((row: { name: string }) => row.name === "unitedstates");
    expect(home).toEqual({
      id: "/providers/Microsoft.BusinessAppPlatform/locations/unitedstates",
      type: "Microsoft.BusinessAppPlatform/locations",
      name: "unitedstates",
      properties: {
        displayName: "United States",
        code: "NA",
        isDefault: true,
        isDisabled: false,
        canProvisionDatabase: true,
        canProvisionCustomerEngagementDatabase: true,
        azureRegions: ["eastus", "westus"],
      },
    });
    const languages = await admin.bap("GET", `${BAP}/locations/unitedstates/environmentLanguages`);
    expect(languages.body.value[0]).toMatchObject({
      name: "1033",
      properties: { localeId: 1033, displayName: "English (United States)", isTenantDefault: true },
    });
    const currencies = await admin.bap("GET", `${BAP}/locations/unitedstates/environmentCurrencies`);
    expect(currencies.body.value).toContainEqual(
      expect.objectContaining({ properties: { code: "USD", symbol: "$", isTenantDefault: true } }),
    );
    const templates = await admin.bap("GET", `${BAP}/locations/unitedstates/templates`);
    const sales = templates.body.sandbox.find((row: { name: string }) => row.name === "D365_Sales");
    expect(sales.properties).toMatchObject({
      isDisabled: true,
      disabledReason: { code: "DynamicsEntitlementMissing" },
    });
  });

  it("reads an environment flat", async () => {
    const url = `/environmentmanagement/environments/${environmentId}?${VERSION}`;
    const answer = await admin.powerPlatform("GET", url, undefined, "pipeline");
    expect(answer.body).toMatchObject({
      id: environmentId,
      displayName: "Clinic",
      type: "Production",
      dataverseId: organizationId,
      url: "https://clinic.crm.dynamics.com/",
      domainName: "clinic",
    });
    proveDocumented("GET /environmentmanagement/environments/{id}");
  });

  it("tells on the tenant's own host where the tenant lives", async () => {
    const digits = TENANT.id.replaceAll("-", "");
    const host = `${digits.slice(0, 30)}.${digits.slice(30)}.tenant.api.powerplatform.com`;
    const answer = await admin.powerPlatform("GET", `https://${host}/gateway/cluster?api-version=1`);
    expect(answer.body).toMatchObject({ geoName: "us", environment: "Prod" });
    const elsewhere = await admin.powerPlatform("GET", "/gateway/cluster?api-version=1");
    expect(elsewhere.status).toBe(404);
  });

  it("answers unknown paths, wrong methods and missing versions like a service, with a correlation id", async () => {
    const token = await admin.cloud.token("admin", "https://service.powerapps.com/");
    const ask = (method: string, path: string) =>
      admin.cloud.ask(method, `${BAP}/${path}`, { token, headers: { "x-ms-correlation-id": "abc" } });
    const unknown = await ask("GET", "nothing?api-version=2021-04-01");
    expect([unknown.status, unknown.headers["x-ms-correlation-id"]]).toEqual([404, "abc"]);
    expect((await ask("POST", "locations?api-version=2021-04-01")).status).toBe(405);
    expect((await ask("GET", "locations")).status).toBe(400);
  });
});
