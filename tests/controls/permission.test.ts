import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { NOT_VERIFIED } from "../../src/cli/personas.ts";
import { BOT_SECRETS } from "../../src/controls/bot-secrets.ts";
import { GRAPH_APPLICATION_PERMISSIONS } from "../../src/controls/graph-permission-ids.ts";
import { PROBES } from "../../src/controls/index.ts";
import { classify, coveredBy, isSamePermission } from "../../src/controls/permission.ts";
import { everyPermissionToVerify } from "../../src/permissions.ts";
import { KINDS } from "../../src/resources/kinds.ts";

const folder = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../shared/specs"),
  "graph",
);

const named = [
  ...KINDS.map(({ kind, permissions }) => [kind, permissions.read] as const),
  ...PROBES.map(({ id, permissions }) => [`probe ${id}`, permissions] as const),
];

describe("the words for a permission", () => {
  it.each(named)("are of a known service where %s names one", (_, texts) => {
    expect(texts.filter((text) => classify(text) === undefined)).toEqual([]);
  });

  it.each([
    ["prvReadmsdyn_livechatconfig", "dataverse", "prvReadmsdyn_livechatconfig", "anybody"],
    ["Microsoft.HealthBot/healthBots/read", "azure", "Microsoft.HealthBot/healthBots/read", "anybody"],
    ["microsoft.insights/actionGroups/read", "azure", "microsoft.insights/actionGroups/read", "anybody"],
    [
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "key-vault",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "anybody",
    ],
    ["Microsoft.KeyVault/vaults/read", "azure", "Microsoft.KeyVault/vaults/read", "anybody"],
    [
      "microsoft.aadiam/diagnosticSettings/read (directory role Security Administrator)",
      "directory-role",
      "Security Administrator",
      "person",
    ],
    ["Power Platform Administrator", "power-platform", "Power Platform Administrator", "anybody"],
    ["PowerPages.Websites.Read (delegated)", "power-platform", "PowerPages.Websites.Read", "person"],
    ["Application.Read.All", "graph", "Application.Read.All", "anybody"],
  ])("say of %s where it is granted, and to whom", (text, service, name, holder) => {
    expect(classify(text)).toMatchObject({ text, service, name, holder });
  });

  it.each([
    "Application.ReadWrite.All",
    "Microsoft.HealthBot/healthBots/write",
    "Contributor",
    "prvReadQueue and prvReadUser",
    "",
  ])("fit no service in %j", (text) => {
    expect(classify(text)).toBeUndefined();
  });

  it("are the same in another case", () => {
    expect(isSamePermission("prvReadQueue", "prvReadqueue")).toBe(true);
    expect(isSamePermission("prvReadQueue", "prvReadQueueItem")).toBe(false);
  });

  it("ask for nothing that writes", () => {
    const writing = everyPermissionToVerify(NOT_VERIFIED, BOT_SECRETS).filter(
      ({ name, service }) =>
        /write|delete|create|\*/i.test(name) || (service === "dataverse" && !name.startsWith("prvRead")),
    );
    expect(writing).toEqual([]);
  });
});

describe.skipIf(!existsSync(folder))("permissions of Microsoft Graph", () => {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));

  it("have the published ids of application permissions", () => {
    const { permissionDeployments } = read("provisioningInfo.json") as {
      permissionDeployments: Record<string, { id: string; scheme: string; environment: string }[]>;
    };
    for (const [name, id] of Object.entries(GRAPH_APPLICATION_PERMISSIONS)) {
      const published = (permissionDeployments[name] ?? [])
        .filter(({ scheme, environment }) => scheme === "Application" && environment.includes("public"))
        .map((one) => one.id);
      expect([...new Set(published)], name).toEqual([id]);
    }
  });

  it("cover each other where psc says so, on every address that psc reads", () => {
    const { permissions } = read("permissions.json") as {
      permissions: Record<
        string,
        { pathSets: { methods: string[]; schemeKeys: string[]; paths: Record<string, string> }[] }
      >;
    };
    const opens = (name: string, path: string): boolean =>
      (permissions[name]?.pathSets ?? []).some(
        ({ methods, schemeKeys, paths }) =>
          methods.includes("GET") &&
          schemeKeys.includes("Application") &&
          Object.keys(paths).some((one) => one.toLowerCase() === path),
      );
    const groups = ["/groups", "/groups/{id}/members", "/groups/{id}/owners"];
    const READ_BY: Readonly<Record<string, readonly string[]>> = {
      "GroupMember.Read.All": groups,
      "Group.Read.All": groups,
      "LicenseAssignment.Read.All": ["/subscribedskus"],
      "Organization.Read.All": ["/organization"],
      "User.ReadBasic.All": ["/users/{id}"],
      "User.Read.All": ["/users", "/users/{id}"],
    };
    const covered = Object.keys(GRAPH_APPLICATION_PERMISSIONS).filter((name) => coveredBy(name).length > 0);
    expect(covered.toSorted()).toEqual(Object.keys(READ_BY).toSorted());
    for (const name of covered)
      for (const path of READ_BY[name] ?? [])
        for (const holder of [name, ...coveredBy(name)])
          expect(opens(holder, path), `${holder} on ${path}`).toBe(true);
  });
});
