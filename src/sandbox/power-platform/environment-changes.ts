import type { JsonObject, SandboxRequest } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import type { World } from "../world.ts";
import { principalOf, requireBapAdministrator, requireTenantMember } from "./administrators.ts";
import { domainForCreation, validateDomain } from "./domain-names.ts";
import { environmentBody } from "./environment-body.ts";
import { blankEnvironment, environmentOf } from "./environments.ts";
import { chooseGenerativeAi, isGenerativeAiMember } from "./generative-ai.ts";
import { accepted, requireIdle, startOperation } from "./lifecycle-operations.ts";
import { findLocation, isBaseLanguage, isCurrency, type Location } from "./locations.ts";
import { bapNotSimulated } from "./not-simulated.ts";
import { DATABASE_MB, type DatabaseRequest, groupOf } from "./operation-effects.ts";
import {
  bapBody,
  bapRefusal,
  objectMember,
  servicePrincipalForbidden,
  textMember,
} from "./power-platform-errors.ts";
import { bapState, type EnvironmentRecord, MINUTE, SECOND } from "./power-platform-state.ts";

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";
const ADMIN = `${PROVIDER}/scopes/admin/environments`;

/** Sandbox time that the operations take. Assumption: chosen from what tools wait for; no durations are published. */
const DURATIONS = {
  create: 4 * MINUTE,
  provision: 4 * MINUTE,
  edit: 20 * SECOND,
  convert: 1 * MINUTE,
  remove: 1 * MINUTE,
} as const;

/** SKUs of BAP that a request may name (docs/resources/environment.md of microsoft/terraform-provider-power-platform). */
const CREATABLE_SKUS = ["Sandbox", "Production", "Trial", "Developer"];

const CREATE_MEMBERS = [
  "displayName description azureRegion environmentSku databaseType billingPolicy updateCadence",
  "parentEnvironmentGroup cluster usedBy linkedEnvironmentMetadata governanceConfiguration",
]
  .join(" ")
  .split(" ");

/** Members of an edit: those of a creation, the states, the generative AI features, and how long back-ups are kept. */
const EDIT_MEMBERS = [...CREATE_MEMBERS, "states", "bingChatEnabled", "copilotPolicies", "retentionDetails"];

const BACKUP_RETENTIONS = ["P7D", "P14D", "P21D", "P28D"];

/** Assumption: the shape of these refusals is BAP's, the texts are the sandbox's. */
const badRequest = (message: string): Error => bapRefusal(400, "BadRequest", message);

function locationOf(body: JsonObject): Location {
  const name = textMember(body, "location");
  if (name === undefined) throw badRequest("The request does not name a location.");
  const location = findLocation(name);
  if (location === undefined || location.isDisabled === true)
    throw badRequest(`The location '${name}' is not available to the tenant.`);
  return location;
}

/** `linkedEnvironmentMetadata` as a request for a database. Tenant defaults stand in for `""` and `null`. */
function databaseOf(world: World, linked: JsonObject): DatabaseRequest {
  const lcid = Number(linked["baseLanguage"] ?? 0) || 1033;
  if (!isBaseLanguage(lcid)) throw badRequest(`The language '${lcid}' is not available in the location.`);
  const currencyCode = textMember(objectMember(linked, "currency") ?? {}, "code") ?? "USD";
  if (!isCurrency(currencyCode))
    throw badRequest(`The currency '${currencyCode}' is not available in the location.`);
  return {
    domainName: domainForCreation(world, textMember(linked, "domainName")),
    baseLanguage: lcid,
    currencyCode,
  };
}

/** 409 when the tenant's database capacity is used up (fixture Validate_Do_Not_Retry_On_NoCapacity). */
function requireCapacity(world: World): void {
  if (bapState(world).capacity.availableMb >= DATABASE_MB) return;
  throw bapRefusal(
    409,
    "InsufficientCapacity_StorageDriven",
    "This environment can't be created because your org (tenant) needs at least 1 GB of database capacity.",
  );
}

function checkUsedBy(request: SandboxRequest, properties: JsonObject, sku: string): void {
  // Developer environments belong to a person; an application cannot ask for one
  // (docs/resources/environment.md of microsoft/terraform-provider-power-platform).
  if (sku === "Developer" && request.caller?.kind === "application") throw servicePrincipalForbidden(request);
  if (properties["usedBy"] === undefined || sku === "Developer") return;
  throw bapRefusal(
    400,
    "UsedByInvalidInRequest",
    "The provisioning request included a used by field which is improperly formed or restricted in this context.",
  );
}

function newEnvironment(
  world: World,
  request: SandboxRequest,
  location: Location,
  properties: JsonObject,
): EnvironmentRecord {
  const displayName = textMember(properties, "displayName");
  if (displayName === undefined) throw badRequest("The request does not name a display name.");
  const sku = CREATABLE_SKUS.find(
    (known) => known.toLowerCase() === textMember(properties, "environmentSku")?.toLowerCase(),
  );
  if (sku === undefined)
    throw badRequest(
      `The environment SKU '${String(properties["environmentSku"] ?? "")}' cannot be provisioned.`,
    );
  checkUsedBy(request, properties, sku);
  const azureRegion = textMember(properties, "azureRegion") ?? location.azureRegions[0] ?? "";
  if (!location.azureRegions.includes(azureRegion))
    throw badRequest(`The Azure region '${azureRegion}' does not belong to '${location.name}'.`);
  return {
    ...blankEnvironment({
      id: world.newId(),
      displayName,
      location: location.name,
      azureRegion,
      sku,
      createdTime: world.now(),
      createdBy: principalOf(request),
    }),
    description: textMember(properties, "description") ?? null,
    billingPolicyId: textMember(objectMember(properties, "billingPolicy") ?? {}, "id") ?? null,
    clusterCategory: textMember(objectMember(properties, "cluster") ?? {}, "category") ?? "Prod",
    cadence:
      textMember(objectMember(properties, "updateCadence") ?? {}, "id") === "Frequent"
        ? "Frequent"
        : "Moderate",
    environmentGroupId: textMember(objectMember(properties, "parentEnvironmentGroup") ?? {}, "id") ?? null,
  };
}

/** BAP names the first member it does not know. Assumption: the sentence around the member is not published. */
function requireKnownMembers(properties: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(properties).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw bapRefusal(400, "InvalidRequestContent", `Could not find member '${unknown}' on the request.`);
}

/** Members an edit may repeat but not change here; what the service makes of a change is not recorded. */
function requireSimulatedEdit(environment: EnvironmentRecord, properties: JsonObject): void {
  const present: Readonly<Record<string, string>> = {
    environmentSku: environment.sku,
    azureRegion: environment.azureRegion,
    databaseType: "CommonDataService",
  };
  const changed = [
    ...Object.keys(present).filter(
      (name) => (textMember(properties, name) ?? present[name]) !== present[name],
    ),
    ...["usedBy", "governanceConfiguration", "cluster"].filter((name) => properties[name] !== undefined),
  ][0];
  if (changed !== undefined) throw bapNotSimulated(`changing ${changed} by an edit`);
}

/** Parts of a creation that would be promised and not done. */
function requireSimulatedCreation(properties: JsonObject): void {
  const level = textMember(objectMember(properties, "governanceConfiguration") ?? {}, "protectionLevel");
  if (level !== undefined && level !== "Basic") throw bapNotSimulated("creating managed environments");
  const linked = objectMember(properties, "linkedEnvironmentMetadata") ?? {};
  if (objectMember(linked, "templateMetadata") !== undefined)
    throw bapNotSimulated("packages that are installed after provisioning");
}

/**
 * Back-ups of 7, 14, 21 or 28 days, of managed production environments
 * (`Set-AdminPowerAppEnvironmentBackupRetentionPeriod` of Microsoft.PowerApps.Administration.PowerShell; "Back up and
 * restore environments", Power Platform documentation). Assumption: anything else is refused, and in these words.
 */
function requireBackupRetention(environment: EnvironmentRecord, properties: JsonObject): void {
  const details = objectMember(properties, "retentionDetails");
  if (details === undefined) return;
  const period = textMember(details, "retentionPeriod") ?? "";
  if (!BACKUP_RETENTIONS.includes(period)) throw badRequest(`The retention period '${period}' is not valid.`);
  if (period !== "P7D" && (environment.sku !== "Production" || environment.protectionLevel !== "Standard"))
    throw badRequest("The retention period can be extended for managed production environments only.");
}

function takeOutcome(world: World): "Succeeded" | "Failed" {
  const order = bapState(world).nextCreate;
  const { outcome } = order;
  order.outcome = "Succeeded";
  return outcome;
}

/** Creating, changing and deleting environments (services/environment/api_environment.go, microsoft/terraform-provider-power-platform). */
export const ENVIRONMENT_CHANGE_ROUTES: readonly Route[] = [
  route("POST", `${PROVIDER}/validateEnvironmentDetails`, (request, world) => {
    requireTenantMember(request, world);
    validateDomain(world, bapBody(request));
    return { status: 200 };
  }),

  route("POST", `${PROVIDER}/environments`, (request, world) => {
    requireBapAdministrator(request, world);
    const body = bapBody(request);
    const location = locationOf(body);
    const properties = objectMember(body, "properties") ?? {};
    requireKnownMembers(properties, CREATE_MEMBERS);
    requireSimulatedCreation(properties);
    const environment = newEnvironment(world, request, location, properties);
    const linked = objectMember(properties, "linkedEnvironmentMetadata");
    const { environments } = bapState(world);
    if (linked === undefined) {
      environments[environment.id] = environment;
      return { status: 201, body: environmentBody(world, environment, "admin") };
    }
    requireCapacity(world);
    const database = databaseOf(world, linked);
    const group = linked["securityGroupId"];
    environment.securityGroupId = groupOf(typeof group === "string" ? group : null);
    environment.provisioningState = "LinkedDatabaseProvisioning";
    environments[environment.id] = environment;
    const operation = startOperation(world, request, environment.id, "Create", DURATIONS.create, {
      database: { ...database },
      outcome: takeOutcome(world),
    });
    return accepted(location.name, operation);
  }),

  route("POST", `${PROVIDER}/environments/{environment}/provisionInstance`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    requireIdle(world, environment);
    // Assumption: how a second database is refused is not published.
    if (environment.database !== null)
      throw bapRefusal(
        409,
        "OperationNotStartable",
        `The environment ${environment.id} is already linked to an instance.`,
      );
    const linked = bapBody(request);
    requireCapacity(world);
    const database = databaseOf(world, linked);
    const group = linked["securityGroupId"];
    environment.securityGroupId = groupOf(typeof group === "string" ? group : null);
    environment.provisioningState = "LinkedDatabaseProvisioning";
    const operation = startOperation(world, request, environment.id, "Provision", DURATIONS.provision, {
      database: { ...database },
    });
    // The work goes on although the answer is 499 with the environment as its body
    // (microsoft/terraform-provider-power-platform issue 692).
    const order = bapState(world).nextProvision;
    if (order.answer === "ClientClosed") {
      order.answer = "Accepted";
      return { status: 499, body: environmentBody(world, environment, "service") };
    }
    return accepted(environment.location, operation);
  }),

  route("PATCH", `${ADMIN}/{environment}`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    requireIdle(world, environment);
    const properties = objectMember(bapBody(request), "properties") ?? {};
    const linked = objectMember(properties, "linkedEnvironmentMetadata");
    if (linked !== undefined && environment.database === null)
      throw badRequest(`The environment ${environment.id} has no linked instance.`);
    const domain = linked === undefined ? undefined : textMember(linked, "domainName");
    if (domain !== undefined && domain.toLowerCase() !== environment.database?.domainName)
      throw bapNotSimulated("changing an organization's domain name");
    requireKnownMembers(properties, EDIT_MEMBERS);
    requireSimulatedEdit(environment, properties);
    requireBackupRetention(environment, properties);
    const group = objectMember(properties, "parentEnvironmentGroup");
    if (group !== undefined && groupOf(textMember(group, "id")) !== environment.environmentGroupId)
      throw bapNotSimulated("environment groups");
    if (Object.keys(properties).length > 0 && Object.keys(properties).every(isGenerativeAiMember)) {
      chooseGenerativeAi(environment, properties);
      return { status: 204 };
    }
    const version = request.query.get("api-version") ?? "";
    // A comment in api_environment.go: from 2022-05-01 on, a PATCH that touches the description makes the
    // environment a managed one.
    const becomesManaged = version >= "2022-05-01" && properties["description"] !== undefined;
    const operation = startOperation(world, request, environment.id, "Edit", DURATIONS.edit, {
      ...properties,
      becomesManaged,
    });
    return accepted(environment.location, operation);
  }),

  route("POST", `${ADMIN}/{environment}/modifySku`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    requireIdle(world, environment);
    const wanted = textMember(bapBody(request), "environmentSku") ?? "";
    const sku = CREATABLE_SKUS.find((known) => known.toLowerCase() === wanted.toLowerCase());
    if (sku === undefined || environment.isDefault)
      throw badRequest(`The environment cannot be converted to '${wanted}'.`);
    const operation = startOperation(world, request, environment.id, "Convert", DURATIONS.convert, {
      environmentSku: sku,
    });
    return accepted(environment.location, operation, "Operation-Location");
  }),

  route("DELETE", `${ADMIN}/{environment}`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    requireIdle(world, environment);
    bapBody(request);
    // A refusal without a word, to be tried again (fixture Validate_Delete_Retry_On_EmptyBody_Conflict).
    const order = bapState(world).nextDelete;
    if (order.answer === "Conflict") {
      order.answer = "Accepted";
      return { status: 409 };
    }
    if (environment.isDefault) throw badRequest("The default environment cannot be deleted.");
    return accepted(
      environment.location,
      startOperation(world, request, environment.id, "Delete", DURATIONS.remove),
    );
  }),
];
