import { Refusal } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { requirePowerPlatformAccess } from "./administrators.ts";
import { backgroundOperationsState } from "./environment-body.ts";
import { findLocation, provisioningTemplates } from "./locations.ts";
import { sentence } from "./not-simulated.ts";
import { gatewayRefusal } from "./power-platform-errors.ts";
import { bapState, type EnvironmentRecord, ticks } from "./power-platform-state.ts";

const READ = "EnvironmentManagement.Environments.Read";

/** Flat `EnvironmentResponse` ("Environments", environmentmanagement, REST reference 2024-10-01). Members without a value are left out. */
function environmentResponse(world: World, environment: EnvironmentRecord): object {
  const { database } = environment;
  const linked = database === null || world.now() < database.visibleFrom ? null : database;
  return {
    id: environment.id,
    displayName: environment.displayName,
    type: environment.sku,
    geo: findLocation(environment.location)?.code ?? "NA",
    azureRegion: environment.azureRegion,
    state: environment.provisioningState === "Succeeded" ? "Enabled" : "Provisioning",
    tenantId: TENANT.id,
    ...(linked === null
      ? {}
      : {
          dataverseId: linked.organizationId,
          domainName: linked.domainName,
          url: linked.instanceUrl,
          version: "9.2.24034.00218",
          backgroundOperationsState: backgroundOperationsState(world, linked),
        }),
    createdDateTime: ticks(environment.createdTime),
    createdBy: {
      id: environment.createdBy.objectId,
      type: environment.createdBy.kind === "user" ? "User" : "ServicePrincipal",
    },
    adminMode: environment.runtimeState === "AdminMode" ? "Enabled" : "Disabled",
    clusterCategory: environment.clusterCategory,
    protectionLevel: environment.protectionLevel,
    ...(environment.securityGroupId === null ? {} : { securityGroupId: environment.securityGroupId }),
  };
}

/**
 * Reading through the newer API. Assumption: the values of `state`, `adminMode` and `geo` are not published.
 * Creating and changing environments this way is not part of the sandbox.
 */
export const ENVIRONMENT_MANAGEMENT_ROUTES: readonly Route[] = [
  route("GET", "/environmentmanagement/environments", (request, world) => {
    requirePowerPlatformAccess(request, world, { permission: READ, write: false });
    const unsupported = ["$filter", "ids", "$select", "$orderby"].find((name) => request.query.has(name));
    if (unsupported !== undefined)
      throw gatewayRefusal(501, "NotSimulated", sentence(`${unsupported} of environmentmanagement`));
    const rows = Object.values(bapState(world).environments);
    const skip = Number(request.query.get("$skip") ?? "0") || 0;
    const top = Number(request.query.get("$top") ?? rows.length) || rows.length;
    const value = rows.slice(skip, skip + top).map((environment) => environmentResponse(world, environment));
    return { status: 200, body: { value } };
  }),
  route("GET", "/environmentmanagement/environments/{environment}", (request, world) => {
    const id = request.params["environment"] ?? "";
    requirePowerPlatformAccess(request, world, { permission: READ, environmentId: id, write: false });
    const environment = bapState(world).environments[id];
    if (environment === undefined)
      throw gatewayRefusal(404, "EnvironmentNotFound", `The environment '${id}' could not be found.`);
    return { status: 200, body: environmentResponse(world, environment) };
  }),
  route("GET", "/environmentmanagement/provisioning/locations/{location}/templates", (request, world) => {
    requirePowerPlatformAccess(request, world, { permission: READ, write: false });
    const name = request.params["location"] ?? "";
    if (findLocation(name) === undefined)
      throw gatewayRefusal(404, "LocationNotFound", `The location '${name}' could not be found.`);
    return { status: 200, body: { collection: provisioningTemplates() } };
  }),
  // Where the tenant lives, on any tenant's host: the caller's token counts, not the label
  // (services/analytics_data_export of microsoft/terraform-provider-power-platform; AdamCoulterOz/powerplatform-apis).
  route("GET", "/gateway/cluster", (request) => {
    if (!request.host.endsWith(".tenant.api.powerplatform.com"))
      throw new Refusal({
        status: 404,
        body: { code: "NotFound", message: "The resource could not be found." },
      });
    return {
      status: 200,
      body: {
        clusterNumber: "001",
        geoName: "us",
        environment: "Prod",
        clusterType: "CustomerManagement",
        clusterCategory: "Prod",
        clusterName: "prdcm001wus",
        geoLongName: "unitedstates",
      },
    };
  }),
];
