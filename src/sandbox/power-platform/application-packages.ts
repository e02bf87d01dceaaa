import type { JsonObject, SandboxRequest } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { requirePowerPlatformAccess } from "./administrators.ts";
import { ensureInstancePackage, instancePackage, isInstalled, markInstalled } from "./installed-packages.ts";
import { installationMinutes, prerequisitesOf } from "./package-catalogue.ts";
import {
  environmentIdInvalid,
  gatewayBody,
  gatewayRefusal,
  packageRefusal,
} from "./power-platform-errors.ts";
import {
  bapState,
  type CatalogueRow,
  type EnvironmentRecord,
  type InstallOperation,
  type InstancePackage,
  MINUTE,
  powerPlatformState,
  SECOND,
  ticks,
} from "./power-platform-state.ts";

/** Name of the event that settles an installation. */
export const INSTALL_ENDS = "powerPlatform.installEnds";

const BASE = "https://api.powerplatform.com";
const READ = "AppManagement.ApplicationPackages.Read";
const INSTALL = "AppManagement.ApplicationPackages.Install";

/** Assumption: an installation stays `NotStarted` this long and the catalogue pages at this length. */
const QUEUED = 30 * SECOND;
const PAGE = 25;

/** Version 2024-10-01 renamed members ("Application", REST reference of the Power Platform API). */
const isNewVersion = (request: SandboxRequest): boolean =>
  (request.query.get("api-version") ?? "") >= "2024-10-01";

function environmentForPackages(
  request: RoutedRequest,
  world: World,
  access: { readonly permission: string; readonly write: boolean },
): EnvironmentRecord & { readonly database: NonNullable<EnvironmentRecord["database"]> } {
  const id = request.params["environment"] ?? "";
  requirePowerPlatformAccess(request, world, { ...access, environmentId: id });
  const environment = bapState(world).environments[id] ?? bapState(world).environments[id.toLowerCase()];
  if (environment === undefined) throw environmentIdInvalid(id);
  const { database } = environment;
  // Assumption: tools refuse before they call (fixture Validate_No_Dataverse of services/application); the service's
  // own sentence is not published.
  if (database === null)
    throw packageRefusal(400, `The environment ${environment.id} does not have a Dataverse database.`);
  return { ...environment, database };
}

/** State of the package at this moment: the row's own, except while an installation runs. */
function stateOf(world: World, instance: InstancePackage | undefined): string {
  if (instance === undefined) return "None";
  const operation = runningInstall(world, instance);
  if (operation === undefined) return instance.state;
  return world.now() < operation.requestedAt + QUEUED ? "InstallRequested" : "Installing";
}

function runningInstall(world: World, instance: InstancePackage): InstallOperation | undefined {
  return Object.values(powerPlatformState(world).installs).find(
    (operation) =>
      operation.instancePackageId === instance.instancePackageId &&
      (operation.status === "NotStarted" || operation.status === "Running"),
  );
}

function statusOf(world: World, operation: InstallOperation): InstallOperation["status"] {
  return operation.status === "NotStarted" && world.now() >= operation.requestedAt + QUEUED
    ? "Running"
    : operation.status;
}

function tenantRow(row: CatalogueRow, newVersion: boolean): object {
  return {
    uniqueName: row.uniqueName,
    localizedDescription: row.localizedDescription,
    localizedName: row.localizedName,
    applicationId: row.applicationId,
    applicationName: row.applicationName,
    applicationDescription: row.applicationDescription,
    publisherName: row.publisherName,
    publisherId: row.publisherId,
    learnMoreUrl: row.learnMoreUrl,
    catalogVisibility: row.catalogVisibility,
    applicationVisibility: row.applicationVisibility,
    [newVersion ? "lastError" : "errorDetails"]: row.errorDetails,
  };
}

/** A row of an environment's catalogue with the whole recorded member set; nulls are written out. */
function environmentRow(
  world: World,
  row: CatalogueRow,
  environmentId: string,
  newVersion: boolean,
): JsonObject {
  const instance = instancePackage(world, environmentId, row.uniqueName);
  return {
    id: row.id,
    uniqueName: row.uniqueName,
    version: row.version,
    localizedDescription: row.localizedDescription,
    localizedName: row.localizedName,
    applicationId: row.applicationId,
    applicationName: row.applicationName,
    applicationDescription: row.applicationDescription,
    singlePageApplicationUrl: null,
    publisherName: row.publisherName,
    publisherId: row.publisherId,
    learnMoreUrl: row.learnMoreUrl,
    [newVersion ? "platformMinVersion" : "crmMinversion"]: "9.1",
    [newVersion ? "platformMaxVersion" : "crmMaxVersion"]: null,
    customHandleUpgrade: false,
    instancePackageId: instance?.instancePackageId ?? null,
    state: stateOf(world, instance),
    catalogVisibility: row.catalogVisibility,
    applicationVisibility: row.applicationVisibility,
    [newVersion ? "lastError" : "errorDetails"]: instance?.lastError ?? row.errorDetails,
    startDateUtc: row.startDateUtc,
    endDateUtc: row.endDateUtc,
    supportedCountries: row.supportedCountries,
  };
}

/** `Installed` and everything else that is not: the two filters of the documented `appInstallState`. */
function filterByInstallState(rows: JsonObject[], wanted: string): JsonObject[] {
  switch (wanted.toLowerCase()) {
    case "all":
      return rows;
    case "installed":
      return rows.filter((row) => row["state"] === "Installed");
    case "notinstalled":
      return rows.filter((row) => row["state"] !== "Installed");
    default:
      throw gatewayRefusal(400, "BadRequest", `The value '${wanted}' is not valid for appInstallState.`);
  }
}

function nextLink(request: RoutedRequest, skip: number): string {
  const url = new URL(`${BASE}${request.path}`);
  for (const [name, value] of request.query) url.searchParams.set(name, value);
  url.searchParams.set("$skiptoken", String(skip));
  return url.toString();
}

function operationBody(world: World, operation: InstallOperation): object {
  const status = statusOf(world, operation);
  const ended = status === "Succeeded" || status === "Failed";
  const lastAction = ended
    ? operation.endsAt
    : status === "Running"
      ? operation.requestedAt + QUEUED
      : operation.requestedAt;
  return {
    operationId: operation.operationId,
    createdDateTime: ticks(operation.requestedAt),
    lastActionDateTime: ticks(lastAction),
    status,
    statusMessage: "",
    ...(operation.error === null ? {} : { error: operation.error }),
  };
}

/** `InstancePackage` with `lastOperation` ("Application - Install Application Package", REST reference). */
function instanceBody(
  world: World,
  row: CatalogueRow,
  instance: InstancePackage,
  operation: InstallOperation,
): object {
  return {
    id: instance.instancePackageId,
    packageId: row.id,
    packageUniqueName: row.uniqueName,
    packageVersion: row.version,
    applicationId: row.applicationId,
    applicationName: row.applicationName,
    applicationDescription: row.applicationDescription,
    lastOperation: {
      operationId: operation.operationId,
      instancePackageId: instance.instancePackageId,
      state: stateOf(world, instance),
      createdOn: ticks(operation.requestedAt),
      modifiedOn: ticks(operation.requestedAt),
      statusMessage: "",
      errorDetails: null,
    },
  };
}

/** Assumption: how a missing prerequisite is reported is not published; the member set is the documented one. */
function failure(message: string): JsonObject {
  return {
    errorName: "PackageInstallationFailed",
    errorCode: 0,
    message,
    type: "PackageInstallationException",
    statusCode: 400,
    source: "Dataverse",
  };
}

function startInstall(
  world: World,
  environment: EnvironmentRecord,
  row: CatalogueRow,
): { instance: InstancePackage; operation: InstallOperation } {
  const state = powerPlatformState(world);
  const missing = prerequisitesOf(row.uniqueName).filter(
    (needed) => !isInstalled(world, environment.id, needed),
  );
  const failed = state.nextInstall.outcome === "Failed";
  state.nextInstall.outcome = "Succeeded";
  const duration = installationMinutes(row.uniqueName) * MINUTE;
  const instance = ensureInstancePackage(world, environment.id, row.uniqueName);
  const operation: InstallOperation = {
    operationId: world.newId(),
    environmentId: environment.id,
    routingEnvironmentId: world.newId(),
    uniqueName: row.uniqueName,
    instancePackageId: instance.instancePackageId,
    requestedAt: world.now(),
    endsAt: world.now() + duration,
    status: "NotStarted",
    polls: 0,
    error: null,
  };
  instance.lastOperationId = operation.operationId;
  state.installs[operation.operationId] = operation;
  world.schedule(duration, INSTALL_ENDS, {
    operationId: operation.operationId,
    problem:
      missing.length > 0
        ? `The package '${row.uniqueName}' needs ${missing.join(", ")}, which is not installed in the environment.`
        : failed
          ? `The installation of the package '${row.uniqueName}' failed.`
          : null,
  });
  return { instance, operation };
}

/** Handler of the event that settles an installation. */
export function endInstall(payload: JsonObject, world: World): void {
  const operation = powerPlatformState(world).installs[String(payload["operationId"])];
  if (operation === undefined) return;
  const organizationId = bapState(world).environments[operation.environmentId]?.database?.organizationId;
  const instance = instancePackage(world, operation.environmentId, operation.uniqueName);
  const problem = organizationId === undefined ? "The environment is gone." : payload["problem"];
  if (typeof problem === "string" || organizationId === undefined) {
    operation.status = "Failed";
    operation.error = failure(String(problem));
    if (instance !== undefined && instance.state !== "Installed") {
      instance.state = "InstallFailed";
      instance.lastError = operation.error;
    }
    return;
  }
  operation.status = "Succeeded";
  markInstalled(world, operation.environmentId, organizationId, operation.uniqueName);
}

/** Catalogues and installations of application packages (services/application of microsoft/terraform-provider-power-platform; "Application", REST reference). */
export const APPLICATION_PACKAGE_ROUTES: readonly Route[] = [
  route("GET", "/appmanagement/applicationPackages", (request, world) => {
    requirePowerPlatformAccess(request, world, { permission: READ, write: false });
    const rows = Object.values(powerPlatformState(world).catalogue);
    return { status: 200, body: { value: rows.map((row) => tenantRow(row, isNewVersion(request))) } };
  }),

  route("GET", "/appmanagement/environments/{environment}/applicationPackages", (request, world) => {
    const environment = environmentForPackages(request, world, { permission: READ, write: false });
    const all = Object.values(powerPlatformState(world).catalogue).map((row) =>
      environmentRow(world, row, environment.id, isNewVersion(request)),
    );
    const rows = filterByInstallState(all, request.query.get("appInstallState") ?? "All");
    const skip = Number(request.query.get("$skiptoken") ?? "0") || 0;
    const more = rows.length > skip + PAGE;
    return {
      status: 200,
      body: {
        value: rows.slice(skip, skip + PAGE),
        ...(more ? { "@odata.nextLink": nextLink(request, skip + PAGE) } : {}),
      },
    };
  }),

  route(
    "POST",
    "/appmanagement/environments/{environment}/applicationPackages/{package}/install",
    (request, world) => {
      const environment = environmentForPackages(request, world, { permission: INSTALL, write: true });
      gatewayBody(request);
      const row = powerPlatformState(world).catalogue[request.params["package"] ?? ""];
      if (row === undefined) throw packageRefusal(400, "Package requested for installation was not found");
      const { instance, operation } = startInstall(world, environment, row);
      // The address names another environment and version 1; it has to be followed as it is (fixture of
      // resource_environment_application_package_install_test.go).
      const address = `${BASE}/appmanagement/environments/${operation.routingEnvironmentId}/operations/${operation.operationId}?api-version=1`;
      return {
        status: 202,
        headers: { "Operation-Location": address },
        body: instanceBody(world, row, instance, operation),
      };
    },
  ),

  route("GET", "/appmanagement/environments/{environment}/operations/{operation}", (request, world) => {
    const operation = powerPlatformState(world).installs[(request.params["operation"] ?? "").toLowerCase()];
    const named = (request.params["environment"] ?? "").toLowerCase();
    requirePowerPlatformAccess(request, world, {
      permission: READ,
      write: false,
      ...(operation === undefined ? {} : { environmentId: operation.environmentId }),
    });
    const known =
      operation !== undefined &&
      [operation.environmentId.toLowerCase(), operation.routingEnvironmentId].includes(named);
    // Assumption: the answer to an unknown operation is not published.
    if (!known) throw packageRefusal(404, "Operation was not found");
    operation.polls += 1;
    // Pollers treat a 409 as "go on" (api_application.go); the third question meets one while the work is going on.
    if (operation.polls === 3 && statusOf(world, operation) === "Running") return { status: 409 };
    return { status: 200, body: operationBody(world, operation) };
  }),
];
