import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import type { FakeService, World } from "../world.ts";
import { sentence } from "./not-simulated.ts";
import { bapState } from "./power-platform-state.ts";

const AUDIENCE = "https://adminanalytics.powerplatform.microsoft.com";

/**
 * Regional hosts by the geography that `gateway/cluster` names (services/analytics_data_export of
 * microsoft/terraform-provider-power-platform; AdamCoulterOz/powerplatform-apis, `analytics/`, for `pol` and `ita`).
 */
const REGIONS = "na can sam emea oce apac jpn che fra uae ger gbr ind kor nor zaf sgp swe pol ita".split(" ");
const HOST = /^([a-z]+)\.csanalytics\.powerplatform\.microsoft\.com$/;

/** Region that keeps the exports of the sandbox's tenant: its cluster's `geoName` is `us`. */
const HOME_REGION = "na";

/** One export of an environment's telemetry to Application Insights. */
export interface DataExport {
  readonly id: string;
  readonly environmentId: string;
  readonly organizationId: string;
  /** ARM id of the Application Insights component. */
  readonly componentId: string;
  readonly instrumentationKey: string;
  readonly packageName: string;
  /** `dataverse`, `customer service`, `power apps` or `cloud flow`. */
  readonly resourceProvider: string;
  readonly createdAt: number;
}

interface DataExportState {
  exports: DataExport[];
}

const dataExportState = (world: World): DataExportState => world.slice<DataExportState>("dataExport");

const regionOf = (host: string): string | undefined => {
  const region = HOST.exec(host)?.[1];
  return region !== undefined && REGIONS.includes(region) ? region : undefined;
};

const plain = (status: number, body: string, headers: Record<string, string> = {}): SandboxResponse => ({
  status,
  headers: { "Content-Type": "text/plain", ...headers },
  body,
});

/**
 * The three 401 dialects of the service (AdamCoulterOz/powerplatform-apis, `analytics/`). Assumption: which of the
 * first two answers a missing token.
 */
function unauthorized(reason: "missing" | "expired" | "invalid" | "audience"): SandboxResponse {
  if (reason === "audience") return plain(401, "An error occurred processing your authentication.");
  if (reason === "missing") return plain(401, "MISE unauthorized.");
  return plain(401, "", { "WWW-Authenticate": 'Bearer error="invalid_token"' });
}

/** Assumption: the streams of a Dataverse export are the two recorded ones, connected once the export is there. */
const STREAMS = ["Plugin executions excep", "SDK executions excep"];

function connectionBody(record: DataExport): object {
  return {
    id: record.id,
    source: "AppInsight",
    environments: [{ environmentId: record.environmentId, organizationId: record.organizationId }],
    sink: {
      key: record.instrumentationKey,
      type: "AppInsights",
      id: record.componentId,
      resourceName: record.componentId.split("/").at(-1) ?? "",
    },
    status: STREAMS.map((name) => ({
      name,
      state: "Connected",
      lastRunOn: new Date(record.createdAt).toISOString().replace("Z", "0000+00:00"),
      message: null,
    })),
    scenarios: STREAMS,
    packageName: record.packageName,
    resourceProvider: record.resourceProvider,
    aiType: "Local",
  };
}

function handle(request: SandboxRequest, world: World): SandboxResponse {
  // App-only tokens are refused (docs of the provider's data source). Assumption: in this dialect.
  if (request.caller?.kind === "application") return plain(401, "MISE unauthorized.");
  if (/^\/api\/v2\/sinks\//i.test(request.path))
    return {
      status: 501,
      body: {
        error: { code: "NotSimulated", message: sentence("creating and deleting data exports by API") },
      },
    };
  if (request.path !== "/api/v2/connections") return { status: 404 };
  if (request.method !== "GET") return { status: 405, headers: { Allow: "GET" } };
  // Another region takes the token and knows nothing: an empty list proves nothing.
  const rows = regionOf(request.host) === HOME_REGION ? dataExportState(world).exports : [];
  return { status: 200, body: { value: rows.map(connectionBody) } };
}

/**
 * What an administrator does in the admin center under Data export, for which there is no public API ("Export data to
 * Application Insights", Power Platform documentation).
 * @returns false when there is no such environment with Dataverse
 */
export function exportToApplicationInsights(
  world: World,
  wanted: {
    readonly environmentId: string;
    readonly componentId: string;
    readonly packageName: string;
    readonly resourceProvider: string;
  },
): boolean {
  const environment = bapState(world).environments[wanted.environmentId.toLowerCase()];
  if (environment === undefined || environment.database === null) return false;
  dataExportState(world).exports.push({
    id: world.newId(),
    ...wanted,
    environmentId: environment.id,
    organizationId: environment.database.organizationId,
    instrumentationKey: world.newId(),
    createdAt: world.now(),
  });
  return true;
}

/** Reading of the exports to Application Insights: `{region}.csanalytics.powerplatform.microsoft.com`. */
export const dataExportService: FakeService = {
  name: "dataExport",
  ownsHost: (host) => regionOf(host) !== undefined,
  audiences: () => [AUDIENCE],
  unauthorized,
  seed: (): DataExportState => ({ exports: [] }),
  handle,
};
