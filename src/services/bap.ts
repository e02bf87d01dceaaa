import type { Cloud } from "../cloud.ts";
import { PscError } from "../errors.ts";
import { createPageGuard } from "./http/page-guard.ts";
import { retryAfterMs } from "./http/retry.ts";
import type { Http, HttpResponse } from "./http/types.ts";
import { numberAt, type Row, rowsAt, textAt, valueAt } from "./json-reading.ts";

/** An environment as the admin API describes it; empty text where it says nothing. */
export interface BapEnvironment {
  readonly id: string;
  readonly displayName: string;
  /** Name of the region, such as `unitedstates`. */
  readonly region: string;
  readonly type: string;
  /** ISO time at which the environment, not its database, was created. */
  readonly createdTime: string;
  readonly provisioningState: string;
  /** `Ready`, `Running`, `NotSpecified`. */
  readonly managementState: string;
  /** The environment every tenant has and everybody may use. */
  readonly isDefault: boolean;
  readonly managed: boolean;
  /** Days that back-ups are kept; undefined where the service says nothing. */
  readonly backupRetentionDays: number | undefined;
  readonly adminUrl: string;
  readonly makerUrl: string;
  /** Undefined when there is no Dataverse database, or none yet. */
  readonly dataverse: BapDatabase | undefined;
}

export interface BapDatabase {
  readonly organizationId: string;
  readonly instanceUrl: string;
  /** Of the platform, such as `9.2.24052.00194`; a new one comes with every update. */
  readonly version: string;
  readonly domainName: string;
  readonly createdTime: string;
  readonly instanceState: string;
  readonly backgroundOperationsState: string;
  readonly language: number | undefined;
  /** Undefined when the environment is open to every licensed user. */
  readonly securityGroupId: string | undefined;
}

export interface BapRegion {
  readonly name: string;
  readonly displayName: string;
  readonly disabled: boolean;
  readonly canHoldDataverse: boolean;
  /** Dynamics 365 apps need a database that can hold them. */
  readonly canHoldDynamics365: boolean;
}

export interface DatabaseRequest {
  readonly domainName: string;
  readonly language: number;
  readonly currency: string;
  readonly securityGroupId?: string;
}

export interface EnvironmentRequest {
  readonly displayName: string;
  readonly region: string;
  readonly type: string;
  readonly database: DatabaseRequest;
}

/** What a request that starts a long-running operation answered. */
export interface BapStart {
  /** Followed verbatim; undefined when the work was done at once. */
  readonly operationUrl: string | undefined;
  readonly environmentId: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface BapOperation {
  /** `gone`: the service keeps no record of it any more, so only its target can tell. */
  readonly state: "running" | "succeeded" | "failed" | "gone";
  readonly environmentId: string | undefined;
  /** ISO time; empty when unknown. */
  readonly startedTime: string;
  readonly kind: string;
  readonly retryAfterMs: number | undefined;
}

/** Without a policy nothing is isolated. */
export type BapTenantIsolation = {
  readonly on: boolean;
  /** Tenants let through all the same; `*` stands for all. */
  readonly allowed: readonly {
    readonly tenant: string;
    readonly inbound: boolean;
    readonly outbound: boolean;
  }[];
};

/** The Power Platform admin API (BAP). Every method is one request, save those that follow pages. */
export interface Bap {
  readonly root: string;
  environments(): Promise<readonly BapEnvironment[]>;
  /** Undefined when the environment does not exist. */
  environment(id: string): Promise<BapEnvironment | undefined>;
  regions(): Promise<readonly BapRegion[]>;
  /** @throws ServiceError 400 `InvalidDomainName` when the name is malformed or taken. */
  validateDomain(domainName: string, region: string): Promise<void>;
  createEnvironment(request: EnvironmentRequest): Promise<BapStart>;
  provisionDatabase(environmentId: string, request: DatabaseRequest): Promise<BapStart>;
  /** `properties` of the environment to change, in the API's own shape. */
  changeEnvironment(environmentId: string, properties: Row): Promise<BapStart>;
  changeType(environmentId: string, type: string): Promise<BapStart>;
  /** Soft-deletes the environment with everything in it. `gone`: it does not exist (any more). */
  deleteEnvironment(environmentId: string): Promise<BapStart | "gone">;
  /** `rejected`: a 409, which says nothing about the state; read the environment again. */
  enableManaged(environmentId: string): Promise<BapStart | "rejected">;
  /** One look at an operation, by the URL that the service handed back. */
  operation(url: string): Promise<BapOperation>;
  /** The operations of an environment that the service remembers. */
  operations(environmentId: string): Promise<readonly BapOperation[]>;
  /** Settings of the whole tenant. */
  tenantSettings(): Promise<Row>;
  /** Changes the settings named, in the API's own shape; the others stay. */
  changeTenantSettings(settings: Row): Promise<void>;
  /** Which other tenants' connections go in and out. Assumption: no policy (404) isolates nothing. @param tenantId a GUID. */
  tenantIsolation(tenantId: string): Promise<BapTenantIsolation>;
  adminApplications(): Promise<readonly string[]>;
  registerAdminApplication(clientId: string): Promise<void>;
  /** Synchronises an Entra user into the environment at once. @throws ServiceError 403 `userNotLicensed`. */
  addUser(environmentId: string, objectId: string): Promise<void>;
}

/** What provisioning states of an environment mean, when an operation URL answers with an environment. */
const ENVIRONMENT_STATES: Readonly<Record<string, BapOperation["state"]>> = {
  Succeeded: "succeeded",
  LinkedDatabaseProvisioning: "running",
};

function pauseAskedFor(response: HttpResponse): number | undefined {
  const serverTime = Date.parse(response.header("date") ?? "");
  return retryAfterMs((name) => response.header(name), Number.isNaN(serverTime) ? Date.now() : serverTime);
}

function databaseOf(body: Row): BapDatabase | undefined {
  const metadata = valueAt(body, "properties", "linkedEnvironmentMetadata");
  const instanceUrl = textAt(metadata, "instanceUrl");
  if (instanceUrl === "") return undefined;
  const group = textAt(metadata, "securityGroupId");
  return {
    organizationId: textAt(metadata, "resourceId"),
    instanceUrl,
    version: textAt(metadata, "version"),
    domainName: textAt(metadata, "domainName"),
    createdTime: textAt(metadata, "createdTime"),
    instanceState: textAt(metadata, "instanceState"),
    backgroundOperationsState: textAt(metadata, "backgroundOperationsState"),
    language: numberAt(metadata, "baseLanguage"),
    securityGroupId: group === "" || /^0{8}-(0{4}-){3}0{12}$/.test(group) ? undefined : group,
  };
}

/** `P28D` and `P28DT0H` are 28 days; undefined for what is no number of days. */
function daysOf(isoDuration: string): number | undefined {
  const days = /^P(\d+)D(T0[HMS])?$/.exec(isoDuration)?.[1];
  return days === undefined ? undefined : Number(days);
}

function environmentOf(body: Row): BapEnvironment {
  return {
    id: textAt(body, "name"),
    displayName: textAt(body, "properties", "displayName"),
    region: textAt(body, "location"),
    type: textAt(body, "properties", "environmentSku"),
    createdTime: textAt(body, "properties", "createdTime"),
    provisioningState: textAt(body, "properties", "provisioningState"),
    managementState: textAt(body, "properties", "states", "management", "id"),
    isDefault: valueAt(body, "properties", "isDefault") === true,
    managed: textAt(body, "properties", "governanceConfiguration", "protectionLevel") === "Standard",
    backupRetentionDays: daysOf(
      textAt(body, "properties", "retentionDetails", "retentionPeriod") ||
        textAt(body, "properties", "retentionPeriod"),
    ),
    adminUrl: textAt(body, "properties", "clientUris", "admin"),
    makerUrl: textAt(body, "properties", "clientUris", "maker"),
    dataverse: databaseOf(body),
  };
}

function operationOf(body: Row, retryAfterMs: number | undefined): BapOperation {
  // provisionInstance hands back a URL that answers with the environment instead of a lifecycle operation.
  const provisioning = textAt(body, "properties", "provisioningState");
  const state = textAt(body, "state", "id");
  const linked = textAt(body, "links", "environment", "path").split("/").at(-1) ?? "";
  return {
    state:
      state !== ""
        ? state === "Succeeded"
          ? "succeeded"
          : state === "Failed"
            ? "failed"
            : "running"
        : provisioning !== ""
          ? (ENVIRONMENT_STATES[provisioning] ?? "failed")
          : "running",
    environmentId: linked !== "" ? linked : textAt(body, "name") || undefined,
    startedTime: textAt(body, "createdDateTime"),
    kind: textAt(body, "type", "id"),
    retryAfterMs,
  };
}

function databaseBody(request: DatabaseRequest): Row {
  return {
    baseLanguage: request.language,
    domainName: request.domainName,
    currency: { code: request.currency },
    ...(request.securityGroupId === undefined ? {} : { securityGroupId: request.securityGroupId }),
  };
}

/** Settings of a managed environment that change nothing but the switch itself; all of them are text on the wire. */
const MANAGED_DEFAULTS = {
  excludeEnvironmentFromAnalysis: "false",
  isGroupSharingDisabled: "false",
  maxLimitUserSharing: "-1",
  includeOnHomepageInsights: "false",
  limitSharingMode: "noLimit",
  solutionCheckerMode: "none",
  suppressValidationEmails: "true",
  solutionCheckerRuleOverrides: "",
};

/**
 * Client of the Power Platform admin API. Paths, api-versions and bodies follow
 * microsoft/terraform-provider-power-platform:internal/services/environment, …/managed_environment,
 * …/admin_management_application, …/authorization, …/tenant_settings, …/tenant_isolation_policy and d365collaborative/d365bap.tools:Get-BapEnvironmentOperation.
 * Updates stay on api-version 2021-04-01: later ones have turned an environment into a managed one.
 */
export function createBap(http: Http, cloud: Cloud): Bap {
  const root = `${cloud.bap}/providers/Microsoft.BusinessAppPlatform`;
  const at = (path: string, version: string, query = ""): string =>
    `${root}${path}?api-version=${version}${query}`;

  function started(response: HttpResponse): BapStart {
    return {
      operationUrl: response.header("location") ?? response.header("operation-location"),
      environmentId: textAt(response.body, "name") || undefined,
      retryAfterMs: pauseAskedFor(response),
    };
  }

  async function start(method: "POST" | "PATCH", url: string, body: unknown): Promise<BapStart> {
    // A start whose answer was lost must not be sent again: the work may be under way.
    return started(await http.send({ method, url, body, repeatable: false }));
  }

  /** The service answers the list when an id is empty, which would look like an environment without a name. */
  function idInPath(environmentId: string): string {
    if (environmentId === "") {
      throw new PscError({
        code: "PSC-E420",
        message: "the Power Platform admin API named no environment id",
        remedy: "run the same command again; psc looks the environment up by its domain",
        side: "service",
      });
    }
    return encodeURIComponent(environmentId);
  }

  return {
    root,
    async environments() {
      const found: BapEnvironment[] = [];
      let url: string | undefined = at("/scopes/admin/environments", "2023-06-01");
      const follow = createPageGuard();
      while (url !== undefined) {
        const { body, text }: HttpResponse = await http.send({ method: "GET", url });
        for (const row of rowsAt(body, "value")) found.push(environmentOf(row));
        follow(url, text.length);
        url = textAt(body, "nextLink") || undefined;
      }
      return found;
    },
    async environment(id) {
      const response = await http.send({
        method: "GET",
        url: at(`/scopes/admin/environments/${idInPath(id)}`, "2023-06-01"),
        expect: [404],
      });
      return response.status === 404 ? undefined : environmentOf(response.body as Row);
    },
    async regions() {
      const { body } = await http.send({ method: "GET", url: at("/locations", "2023-06-01") });
      return rowsAt(body, "value").map((region) => ({
        name: textAt(region, "name"),
        displayName: textAt(region, "properties", "displayName"),
        disabled: valueAt(region, "properties", "isDisabled") === true,
        canHoldDataverse: valueAt(region, "properties", "canProvisionDatabase") !== false,
        canHoldDynamics365: valueAt(region, "properties", "canProvisionCustomerEngagementDatabase") !== false,
      }));
    },
    async validateDomain(domainName, region) {
      await http.send({
        method: "POST",
        url: at("/validateEnvironmentDetails", "2021-04-01"),
        body: { domainName, environmentLocation: region },
      });
    },
    createEnvironment: (request) =>
      start("POST", at("/environments", "2023-06-01"), {
        location: request.region,
        properties: {
          displayName: request.displayName,
          environmentSku: request.type,
          databaseType: "CommonDataService",
          linkedEnvironmentMetadata: databaseBody(request.database),
        },
      }),
    provisionDatabase: (environmentId, request) =>
      start(
        "POST",
        at(`/environments/${idInPath(environmentId)}/provisionInstance`, "2021-04-01"),
        databaseBody(request),
      ),
    changeEnvironment: (environmentId, properties) =>
      start("PATCH", at(`/scopes/admin/environments/${idInPath(environmentId)}`, "2021-04-01"), {
        properties,
      }),
    changeType: (environmentId, type) =>
      start("POST", at(`/scopes/admin/environments/${idInPath(environmentId)}/modifySku`, "2021-04-01"), {
        environmentSku: type,
      }),
    async deleteEnvironment(environmentId) {
      const response = await http.send({
        method: "DELETE",
        url: at(`/scopes/admin/environments/${idInPath(environmentId)}`, "2023-06-01"),
        body: { code: "7", message: "Deleted by psc destroy" },
        repeatable: false,
        expect: [404],
      });
      return response.status === 404 ? "gone" : started(response);
    },
    async enableManaged(environmentId) {
      const response = await http.send({
        method: "POST",
        url: at(`/environments/${idInPath(environmentId)}/governanceConfiguration`, "2021-04-01"),
        body: { protectionLevel: "Standard", settings: { extendedSettings: MANAGED_DEFAULTS } },
        expect: [409],
      });
      return response.status === 409 ? "rejected" : started(response);
    },
    async operation(url) {
      const response = await http.send({ method: "GET", url, expect: [404, 409] });
      const pause = pauseAskedFor(response);
      if (response.status === 200) return operationOf(response.body as Row, pause);
      return {
        state: response.status === 404 ? "gone" : "running",
        environmentId: undefined,
        startedTime: "",
        kind: "",
        retryAfterMs: pause,
      };
    },
    async operations(environmentId) {
      const filter = encodeURIComponent(`environment eq '${environmentId}'`);
      const response = await http.send({
        method: "GET",
        url: at("/lifecycleOperations", "2024-05-01", `&$filter=${filter}`),
        expect: [404],
      });
      return rowsAt(response.body, "value").map((body) => operationOf(body, undefined));
    },
    async tenantSettings() {
      const { body } = await http.send({
        method: "POST",
        url: at("/listTenantSettings", "2023-06-01"),
      });
      return (body ?? {}) as Row;
    },
    async changeTenantSettings(settings) {
      await http.send({
        method: "POST",
        url: at("/scopes/admin/updateTenantSettings", "2023-06-01"),
        body: settings,
        repeatable: true,
      });
    },
    async tenantIsolation(tenantId) {
      const path = `/providers/PowerPlatform.Governance/v1/tenants/${encodeURIComponent(tenantId)}/tenantIsolationPolicy`;
      const { body, status } = await http.send({
        method: "GET",
        url: `${cloud.bap}${path}?api-version=2020-06-01`,
        expect: [404],
      });
      const disabled = valueAt(body, "properties", "isDisabled");
      return {
        on: status !== 404 && disabled === false,
        allowed: rowsAt(valueAt(body, "properties"), "allowedTenants").map((entry) => ({
          tenant: textAt(entry, "tenantId"),
          inbound: valueAt(entry, "direction", "inbound") === true,
          outbound: valueAt(entry, "direction", "outbound") === true,
        })),
      };
    },
    async adminApplications() {
      const { body } = await http.send({ method: "GET", url: at("/adminApplications", "2020-10-01") });
      return rowsAt(body, "value").map((entry) => textAt(entry, "applicationId").toLowerCase());
    },
    async registerAdminApplication(clientId) {
      await http.send({ method: "PUT", url: at(`/adminApplications/${clientId}`, "2020-10-01") });
    },
    async addUser(environmentId, objectId) {
      await http.send({
        method: "POST",
        url: at(`/scopes/admin/environments/${idInPath(environmentId)}/addUser`, "2023-06-01"),
        body: { objectId },
        repeatable: true,
      });
    },
  };
}
