import type { Cloud } from "../cloud.ts";
import { PscError } from "../errors.ts";
import { readServiceError } from "./http/failures.ts";
import { createPageGuard } from "./http/page-guard.ts";
import { retryAfterMs } from "./http/retry.ts";
import type { Http, HttpResponse } from "./http/types.ts";
import { type Row, rowsAt, textAt, valueAt } from "./json-reading.ts";

/** A package in the catalogue of the tenant or of one environment. */
export interface ApplicationPackage {
  readonly uniqueName: string;
  readonly displayName: string;
  readonly version: string;
  /** `None`, `Installed`, `InstallRequested`, `Installing`, `InstallFailed`…; empty in the tenant's catalogue. */
  readonly state: string;
  /** ISO time after which it is no longer offered; empty when the catalogue says nothing. */
  readonly offeredUntil: string;
  /** What went wrong the last time, or why it is not visible; empty when nothing did. */
  readonly lastError: string;
}

export interface InstallStart {
  /** Followed verbatim: its environment id and api-version differ from those of the request. */
  readonly operationUrl: string | undefined;
}

export interface InstallOperation {
  /** `gone`: the service keeps no record of it, so the catalogue has to tell. */
  readonly state: "running" | "succeeded" | "failed" | "gone";
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/** The application management part of the Power Platform API. */
export interface PowerPlatform {
  readonly root: string;
  tenantPackages(): Promise<readonly ApplicationPackage[]>;
  environmentPackages(environmentId: string): Promise<readonly ApplicationPackage[]>;
  /** Starts an installation. Not idempotent on the server: look at the package's state first. */
  install(environmentId: string, uniqueName: string): Promise<InstallStart>;
  installOperation(url: string): Promise<InstallOperation>;
}

const API_VERSION = "api-version=2022-03-01-preview";

function packageOf(body: Row): ApplicationPackage {
  // The error member is called errorDetails up to 2022-03-01-preview and lastError from 2024-10-01 on.
  const error = valueAt(body, "errorDetails") ?? valueAt(body, "lastError");
  const words = [
    textAt(error, "errorName"),
    textAt(error, "message"),
    typeof error === "string" ? error : "",
  ];
  return {
    uniqueName: textAt(body, "uniqueName"),
    displayName: textAt(body, "localizedName") || textAt(body, "applicationName"),
    version: textAt(body, "version"),
    state: textAt(body, "state"),
    offeredUntil: textAt(body, "endDateUtc"),
    lastError: words.filter((word) => word !== "").join(": "),
  };
}

function stateOf(status: string): InstallOperation["state"] {
  if (status === "Succeeded") return "succeeded";
  return status === "Failed" || status === "Canceled" ? "failed" : "running";
}

/**
 * Client of the Power Platform API. Sources: microsoft/terraform-provider-power-platform:internal/services/application
 * and "Power Platform REST API: App Management" for paths, states and operations; d365collaborative/d365bap.tools for
 * the operation id in the body.
 */
export function createPowerPlatform(http: Http, cloud: Cloud): PowerPlatform {
  const root = `${cloud.powerPlatform}/appmanagement`;

  async function packages(url: string): Promise<readonly ApplicationPackage[]> {
    const found: ApplicationPackage[] = [];
    let next: string | undefined = url;
    const follow = createPageGuard();
    while (next !== undefined) {
      const { body, text }: HttpResponse = await http.send({ method: "GET", url: next });
      for (const row of rowsAt(body, "value")) found.push(packageOf(row));
      follow(next, text.length);
      next = textAt(body, "@odata.nextLink") || undefined;
    }
    return found;
  }

  return {
    root,
    tenantPackages: () => packages(`${root}/applicationPackages?${API_VERSION}`),
    environmentPackages: (environmentId) =>
      packages(
        `${root}/environments/${environmentId}/applicationPackages?appInstallState=All&lcid=1033&${API_VERSION}`,
      ),
    async install(environmentId, uniqueName) {
      const response = await http.send({
        method: "POST",
        url: `${root}/environments/${environmentId}/applicationPackages/${encodeURIComponent(uniqueName)}/install?${API_VERSION}`,
        body: {},
        expect: [400],
      });
      if (response.status === 400) {
        const said = readServiceError(response).message;
        const unknown = /was not found/i.test(said);
        throw new PscError({
          code: unknown ? "PSC-E301" : "PSC-E421",
          message: unknown
            ? `package ${uniqueName} is not offered in this environment (${said})`
            : `the installation of ${uniqueName} was refused (${said || `HTTP ${response.status}`})`,
          remedy: unknown
            ? "check the licences and the region; when Microsoft retired the package, choose a manifest of its successors, such as `solution: patient-contact-center`"
            : "mend what the service's words name, then run the same command again",
          side: unknown ? "user" : "service",
        });
      }
      const operationId =
        textAt(response.body, "lastOperation", "operationId") || textAt(response.body, "operationId");
      return {
        operationUrl:
          response.header("operation-location") ??
          response.header("location") ??
          (operationId === ""
            ? undefined
            : `${root}/environments/${environmentId}/operations/${operationId}?${API_VERSION}`),
      };
    },
    async installOperation(url) {
      const response = await http.send({ method: "GET", url, expect: [404, 409] });
      const pause = retryAfterMs((name) => response.header(name), Date.now());
      if (response.status === 404) return { state: "gone", message: "", retryAfterMs: pause };
      if (response.status === 409) return { state: "running", message: "", retryAfterMs: pause };
      const words = [
        textAt(response.body, "error", "message"),
        textAt(response.body, "statusMessage"),
        textAt(response.body, "error", "errorName"),
      ];
      return {
        state: stateOf(textAt(response.body, "status")),
        message: words.find((word) => word !== "") ?? "",
        retryAfterMs: pause,
      };
    },
  };
}
