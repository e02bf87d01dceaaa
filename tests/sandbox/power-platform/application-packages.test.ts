import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { BAP, MINUTE, SECOND, startTenantAdmin, type TenantAdmin } from "./tenant-admin.ts";

let admin: TenantAdmin;
let environmentId: string;
let packages: string;
beforeEach(async () => {
  admin = await startTenantAdmin();
  const seeded = await admin.seed({ displayName: "Clinic", domainName: "clinic" });
  environmentId = String(seeded["environmentId"]);
  packages = `/appmanagement/environments/${environmentId}/applicationPackages`;
});
afterEach(() => admin.close());

type Row = Record<string, unknown>;

async function catalogue(query = "appInstallState=All"): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | undefined = `${packages}?${query}`;
  for (let page = 0; next !== undefined && page < 10; page += 1) {
    const answer = await admin.powerPlatform("GET", next);
    expect(answer.status).toBe(200);
    rows.push(...answer.body.value);
    next = answer.body["@odata.nextLink"];
  }
  return rows;
}

async function rowOf(uniqueName: string): Promise<Row> {
  return (await catalogue()).find((row) => row["uniqueName"] === uniqueName) ?? {};
}

const install = (uniqueName: string, body?: unknown) =>
  admin.powerPlatform("POST", `${packages}/${uniqueName}/install`, body);

async function finish(uniqueName: string, minutes: number): Promise<void> {
  expect((await install(uniqueName)).status).toBe(202);
  await admin.pass(minutes * MINUTE);
  expect(await rowOf(uniqueName)).toMatchObject({ state: "Installed" });
}

describe("the catalogues", () => {
  it("shows the environment every package with the whole recorded member set, page by page", async () => {
    const first = await admin.powerPlatform("GET", packages);
    const { hostname } = new URL(first.body["@odata.nextLink"]);
    expect(hostname).toBe("api.powerplatform.com");
    const rows = await catalogue();
    expect(new Set(rows.map((row) => row["uniqueName"])).size).toBe(rows.length);
    const row = rows.find((candidate) => candidate["uniqueName"] === "HealthcarePatientServiceCenterAnchor");
    expect(Object.keys(row ?? {}).sort()).toEqual(
      [
        "id uniqueName version localizedDescription localizedName applicationId applicationName",
        "applicationDescription singlePageApplicationUrl publisherName publisherId learnMoreUrl crmMinversion",
        "crmMaxVersion customHandleUpgrade instancePackageId state catalogVisibility applicationVisibility",
        "errorDetails startDateUtc endDateUtc supportedCountries",
      ]
        .join(" ")
        .split(" ")
        .sort(),
    );
    expect(row).toMatchObject({
      applicationId: "d4b98c1d-440f-4b9e-bc7b-e721577fd6c0",
      applicationName: "Healthcare Patient Service Center",
      publisherName: "Microsoft Dynamics SMB",
      publisherId: "46374049-cf21-44bb-a264-85f2b3cbd47e",
      state: "None",
      instancePackageId: null,
      endDateUtc: "2050-01-01T00:00:00Z",
    });
  });

  it("renames members from version 2024-10-01 on", async () => {
    const answer = await admin.powerPlatform("GET", `${packages}?api-version=2024-10-01`);
    expect(answer.body.value[0]).toHaveProperty("platformMinVersion");
    expect(answer.body.value[0]).toHaveProperty("lastError");
    expect(answer.body.value[0]).not.toHaveProperty("crmMinversion");
  });

  it("shows the tenant fewer members", async () => {
    const answer = await admin.powerPlatform("GET", "/appmanagement/applicationPackages");
    expect(answer.status).toBe(200);
    const row = answer.body.value.find((entry: Row) => entry["uniqueName"] === "OmnichannelPrimeAnchor");
    expect(row.applicationId).toBe("a35d0d05-76f9-4861-9489-3af8a557199a");
    expect(row).not.toHaveProperty("state");
    expect(row).not.toHaveProperty("version");
  });

  it("has the CRM Hub installed from 2021-10-01 on, and only from then on", async () => {
    expect(await rowOf("msdynce_CRMHub")).toMatchObject({ state: "Installed" });
    const old = await admin.seed({
      displayName: "Old",
      domainName: "old-clinic",
      createdTime: "2021-09-30T23:00:00Z",
    });
    packages = `/appmanagement/environments/${old["environmentId"]}/applicationPackages`;
    expect(await rowOf("msdynce_CRMHub")).toMatchObject({ state: "None" });
    expect(await catalogue("appInstallState=Installed")).toEqual([]);
  });

  it("filters by install state", async () => {
    const installed = await catalogue("appInstallState=Installed");
    expect(installed.map((row) => row["uniqueName"])).toEqual(["msdynce_CRMHub"]);
    const rest = await catalogue("appInstallState=NotInstalled");
    expect(rest.length).toBe((await catalogue()).length - 1);
  });

  it("loses a withdrawn package everywhere", async () => {
    const retired = "HealthcarePatientServiceCenterAnchor";
    await admin.edit("powerPlatform/catalogue", { uniqueName: retired }, { delete: true });
    expect(await rowOf(retired)).toEqual({});
    const tenant = await admin.powerPlatform("GET", "/appmanagement/applicationPackages");
    expect(tenant.text).not.toContain(retired);
    const answer = await install(retired);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      StatusCode: 400,
      Message: "Package requested for installation was not found",
    });
  });
});

describe("an installation", () => {
  it("is followed through an address that names another environment, and takes its time", async () => {
    const answer = await install("OmnichannelPrimeAnchor", {});
    expect(answer.status).toBe(202);
    const address = String(answer.headers["operation-location"]);
    const parts =
      /^https:\/\/api\.powerplatform\.com\/appmanagement\/environments\/([0-9a-f-]{36})\/operations\/([0-9a-f-]{36})\?api-version=1$/.exec(
        address,
      );
    expect(parts?.[1]).not.toBe(environmentId);
    expect(answer.body.lastOperation.operationId).toBe(parts?.[2]);
    expect(answer.body.packageUniqueName).toBe("OmnichannelPrimeAnchor");

    expect((await admin.powerPlatform("GET", address)).body).toMatchObject({ status: "NotStarted" });
    expect(await rowOf("OmnichannelPrimeAnchor")).toMatchObject({ state: "InstallRequested" });
    await admin.pass(MINUTE);
    expect((await admin.powerPlatform("GET", address)).body).toMatchObject({ status: "Running" });
    expect(await rowOf("OmnichannelPrimeAnchor")).toMatchObject({ state: "Installing" });
    await admin.pass(98 * MINUTE);
    expect((await admin.powerPlatform("GET", address)).status).toBe(409);
    expect((await admin.powerPlatform("GET", address)).body).toMatchObject({ status: "Running" });
    await admin.pass(2 * MINUTE);
    const done = await admin.powerPlatform("GET", address);
    expect(done.body).toEqual({
      operationId: parts?.[2],
      createdDateTime: expect.stringMatching(/\.\d{7}Z$/),
      lastActionDateTime: expect.stringMatching(/\.\d{7}Z$/),
      status: "Succeeded",
      statusMessage: "",
    });
    expect(await rowOf("OmnichannelPrimeAnchor")).toMatchObject({
      state: "Installed",
      instancePackageId: answer.body.id,
    });
  });

  it("brings its solution into the organization", async () => {
    await finish("OmnichannelPrimeAnchor", 100);
    const instanceUrl = "https://clinic.crm.dynamics.com/";
    const token = await admin.cloud.token("admin", instanceUrl);
    const filter = "$filter=uniquename eq 'OmnichannelPrimeAnchor'&$select=uniquename,ismanaged";
    const solutions = await admin.cloud.ask("GET", `${instanceUrl}api/data/v9.2/solutions?${filter}`, {
      token,
    });
    expect(solutions.body.value).toMatchObject([{ uniquename: "OmnichannelPrimeAnchor", ismanaged: true }]);
  });

  it("answers at an address built from the requested environment as well", async () => {
    const answer = await install("UnifiedRoutingPrimeAnchor");
    const id = answer.body.lastOperation.operationId;
    const built = await admin.powerPlatform(
      "GET",
      `/appmanagement/environments/${environmentId}/operations/${id}`,
    );
    expect(built.status).toBe(200);
    const foreign = await admin.powerPlatform(
      "GET",
      `/appmanagement/environments/00000000-0000-0000-0000-000000000009/operations/${id}`,
    );
    expect(foreign.status).toBe(404);
  });

  it("does not take an application id for a unique name", async () => {
    const answer = await install("d4b98c1d-440f-4b9e-bc7b-e721577fd6c0");
    expect([answer.status, answer.body.StatusCode]).toEqual([400, 400]);
  });

  it("fails at the end when a prerequisite is missing, and can be repeated once it is there", async () => {
    const answer = await install("HealthcarePatientServiceCenterAnchor");
    expect(answer.status).toBe(202);
    await admin.pass(50 * MINUTE);
    const failed = await admin.powerPlatform("GET", String(answer.headers["operation-location"]));
    expect(failed.body.status).toBe("Failed");
    expect(failed.body.error.message).toContain("OmnichannelPrimeAnchor");
    expect(failed.body.error.message).toContain("HealthcareFoundationAnchor");
    expect(typeof failed.body.error.errorCode).toBe("number");
    expect(await rowOf("HealthcarePatientServiceCenterAnchor")).toMatchObject({ state: "InstallFailed" });

    await finish("OmnichannelPrimeAnchor", 100);
    await finish("HealthcareFoundationAnchor", 60);
    await finish("HealthcarePatientServiceCenterAnchor", 50);
  });

  it("of an installed package starts anew", async () => {
    const again = await install("msdynce_CRMHub");
    expect(again.status).toBe(202);
    await admin.pass(MINUTE);
    expect(await rowOf("msdynce_CRMHub")).toMatchObject({ state: "Installing" });
    await admin.pass(14 * MINUTE + SECOND);
    expect(await rowOf("msdynce_CRMHub")).toMatchObject({ state: "Installed" });
  });

  it("can be made to fail once", async () => {
    await admin.edit("powerPlatform", { switch: "nextInstall" }, { set: { outcome: "Failed" } });
    const answer = await install("ProductivityToolsAnchor");
    await admin.pass(20 * MINUTE);
    const failed = await admin.powerPlatform("GET", String(answer.headers["operation-location"]));
    expect(failed.body.status).toBe("Failed");
    await finish("ProductivityToolsAnchor", 20);
  });

  it("goes on when the sandbox is stopped and started again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "psc-packages-"));
    await admin.close();
    try {
      admin = await startTenantAdmin({ storage: folderStorage(folder) });
      const { environmentId: id } = await admin.seed({ displayName: "Clinic", domainName: "clinic" });
      const url = `/appmanagement/environments/${id}/applicationPackages/OmnichannelPrimeAnchor/install`;
      const started = await admin.powerPlatform("POST", url);
      await admin.pass(50 * MINUTE);
      await admin.close();

      admin = await startTenantAdmin({ storage: folderStorage(folder) });
      const address = String(started.headers["operation-location"]);
      expect((await admin.powerPlatform("GET", address)).body.status).toBe("Running");
      await admin.pass(50 * MINUTE);
      expect((await admin.powerPlatform("GET", address)).body.status).toBe("Succeeded");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("needs Dataverse, a known environment and a permission", async () => {
    const bare = await admin.bap("POST", `${BAP}/environments`, {
      location: "unitedstates",
      properties: { displayName: "Bare", environmentSku: "Sandbox" },
    });
    const without = await admin.powerPlatform(
      "GET",
      `/appmanagement/environments/${bare.body.name}/applicationPackages`,
    );
    expect([without.status, without.body.StatusCode]).toEqual([400, 400]);
    const unknown = await admin.powerPlatform(
      "GET",
      "/appmanagement/environments/00000000-0000-0000-0000-000000000009/applicationPackages",
    );
    expect([unknown.status, unknown.body.innererror.code]).toEqual([400, "EnvironmentIdInvalid"]);
    const forbidden = await admin.powerPlatform("GET", packages, undefined, "bare");
    expect(forbidden.status).toBe(403);
    expect(forbidden.body).toMatchObject({
      code: "Forbidden",
      innererror: { code: "InsufficientPrincipalPermissions" },
    });
    const pipeline = await admin.powerPlatform("GET", packages, undefined, "pipeline");
    expect(pipeline.status).toBe(200);
  });
});
