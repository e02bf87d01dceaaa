import { expect } from "vitest";
import { GRAPH_APP_ID } from "../../src/controls/graph-permission-ids.ts";
import type { PermissionList, ServicePermissions } from "../../src/permissions.ts";
import { SUBSCRIPTIONS, TENANT } from "../../src/sandbox/seed.ts";
import type { Answer, Identity, ParsedJson } from "../harness/sandbox.ts";
import type { Workplace } from "./support.ts";

const GRAPH = "https://graph.microsoft.com";
const ARM = "https://management.azure.com";
const BAP = "https://api.bap.microsoft.com";
const SCOPE = `/subscriptions/${SUBSCRIPTIONS[0].id}`;
const ROLE_NAME = "a0d17000-0000-4000-8000-000000000001";
export const ROLE_ID = `${SCOPE}/providers/Microsoft.Authorization/roleDefinitions/${ROLE_NAME}`;

/** An application that may do exactly what a list of permissions says, and what it takes to change that. */
export interface Auditor {
  readonly env: Readonly<Record<string, string>>;
  readonly appId: string;
  readonly objectId: string;
  /** Names of the permissions it was given, by service. */
  readonly names: (service: ServicePermissions["service"]) => readonly string[];
}

/** Asks as an administrator; fails unless the service agrees. */
export function administrator(place: Workplace, as: Identity = "admin") {
  const tokens = new Map<string, string>();
  return async (method: string, url: string, body?: unknown): Promise<ParsedJson> => {
    const { origin } = new URL(url);
    const audience = origin === BAP ? "https://service.powerapps.com" : origin;
    const token = tokens.get(audience) ?? (await place.sandbox.token(as, audience));
    tokens.set(audience, token);
    const answer: Answer = await place.sandbox.ask(method, url, {
      token,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return method === "POST" && answer.status === 204 ? answer.headers["odata-entityid"] : answer.body;
  };
}

async function inGraph(place: Workplace, names: ReadonlyMap<string, string>) {
  const ask = administrator(place);
  const application = await ask("POST", `${GRAPH}/v1.0/applications`, {
    displayName: "psc auditor",
    requiredResourceAccess: [
      {
        resourceAppId: GRAPH_APP_ID,
        resourceAccess: [...names.values()].map((id) => ({ id, type: "Role" })),
      },
    ],
  });
  // The other copies of the directory follow.
  await place.sandbox.control("POST", "clock", { advanceMs: 120_000 });
  const principal = await ask("POST", `${GRAPH}/v1.0/servicePrincipals`, { appId: application.appId });
  await place.sandbox.control("POST", "clock", { advanceMs: 120_000 });
  const { secretText } = await ask("POST", `${GRAPH}/v1.0/applications/${application.id}/addPassword`, {});
  const graph = await ask("GET", `${GRAPH}/v1.0/servicePrincipals(appId='${GRAPH_APP_ID}')`);
  for (const appRoleId of names.values())
    await ask("POST", `${GRAPH}/v1.0/servicePrincipals/${principal.id}/appRoleAssignments`, {
      principalId: principal.id,
      resourceId: graph.id,
      appRoleId,
    });
  return {
    appId: application.appId as string,
    objectId: principal.id as string,
    secret: secretText as string,
  };
}

async function inAzure(place: Workplace, objectId: string, actions: readonly string[]): Promise<void> {
  const ask = administrator(place);
  await ask("PUT", `${ARM}${ROLE_ID}?api-version=2022-04-01`, {
    properties: { roleName: "psc auditor", permissions: [{ actions }], assignableScopes: [SCOPE] },
  });
  const assignment = `${SCOPE}/providers/Microsoft.Authorization/roleAssignments/${ROLE_NAME}`;
  await ask("PUT", `${ARM}${assignment}?api-version=2022-04-01`, {
    properties: { roleDefinitionId: ROLE_ID, principalId: objectId, principalType: "ServicePrincipal" },
  });
}

async function inDataverse(
  place: Workplace,
  domain: string,
  appId: string,
  privileges: readonly string[],
): Promise<void> {
  const ask = administrator(place);
  const api = `https://${domain}.crm.dynamics.com/api/data/v9.2`;
  const role = /\(([^)]+)\)$/.exec(await ask("POST", `${api}/roles`, { name: "psc auditor" }))?.[1];
  const all = (await ask("GET", `${api}/privileges?$select=name,privilegeid`)).value as {
    name: string;
    privilegeid: string;
  }[];
  const byName = new Map(all.map(({ name, privilegeid }) => [name.toLowerCase(), privilegeid]));
  const Privileges = privileges.map((name) => ({
    PrivilegeId: byName.get(name.toLowerCase()) ?? `no privilege ${name}`,
    Depth: "Global",
  }));
  expect(Privileges.filter(({ PrivilegeId }) => PrivilegeId.startsWith("no "))).toEqual([]);
  await ask("POST", `${api}/roles(${role})/Microsoft.Dynamics.CRM.AddPrivilegesRole`, { Privileges });
  const units = await ask("GET", `${api}/businessunits?$filter=_parentbusinessunitid_value eq null`);
  const user = await ask("POST", `${api}/systemusers`, {
    applicationid: appId,
    "businessunitid@odata.bind": `/businessunits(${units.value[0].businessunitid})`,
  });
  const id = /\(([^)]+)\)$/.exec(user)?.[1];
  await ask("POST", `${api}/systemusers(${id})/systemuserroles_association/$ref`, {
    "@odata.id": `${api}/roles(${role})`,
  });
}

/** Sets an application up by hand, as the template's page says. */
export async function makeAuditor(
  place: Workplace,
  domain: string,
  vault: string,
  list: PermissionList,
): Promise<Auditor> {
  const of = (service: ServicePermissions["service"]) =>
    (list.services.find((one) => one.service === service)?.permissions ?? []).filter(
      ({ holder }) => holder === "anybody",
    );
  const names: Auditor["names"] = (service) => of(service).map(({ name }) => name);
  const roles = new Map(of("graph").map(({ name, id }) => [name, id ?? ""]));
  const { appId, objectId, secret } = await inGraph(place, roles);
  // Azure's and Dataverse's copies of the directory follow.
  await place.sandbox.control("POST", "clock", { advanceMs: 120_000 });
  await inAzure(place, objectId, names("azure"));
  await administrator(place)(
    "PUT",
    `${BAP}/providers/Microsoft.BusinessAppPlatform/adminApplications/${appId}?api-version=2020-10-01`,
  );
  await inDataverse(place, domain, appId, names("dataverse"));
  // The sandbox has no vaults in Azure Resource Manager: access to one is edited.
  const { body: vaults } = await place.sandbox.control("GET", "state?path=keyVault/vaults");
  const found = (Object.values(vaults) as ParsedJson[]).find(({ name }) => name === vault);
  await place.sandbox.control("POST", "state", {
    path: "keyVault/vaults",
    where: { name: vault },
    set: { roleAssignments: [...found.roleAssignments, { principalId: objectId, role: "Key Vault Reader" }] },
  });
  await place.sandbox.control("POST", "clock", { advanceMs: 120_000 });
  return {
    env: { AZURE_CLIENT_ID: appId, AZURE_CLIENT_SECRET: secret, AZURE_TENANT_ID: TENANT.id },
    appId,
    objectId,
    names,
  };
}
