import { createHash, createHmac } from "node:crypto";
import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type Operation } from "./arm-state.ts";

const HOST = "https://management.azure.com";
const STATUS_PATH = /^\/providers\/Microsoft\.HealthBot\/locations\/([^/]+)\/operationStatuses\/([^/]+)$/i;

/** Length of the certificate in `c` and of the signature in `s`, as recorded: together with the rest about 4 KB. */
const CERTIFICATE_LENGTH = 3058;
const SIGNATURE_LENGTH = 342;

/** Letters that look like base64url and depend on nothing but the key and the words. */
function signedText(key: string, length: number, ...words: readonly string[]): string {
  let text = "";
  for (let block = 0; text.length < length; block += 1)
    text += createHmac("sha256", key)
      .update([block, ...words].join("\n"))
      .digest("base64url");
  return text.slice(0, length);
}

/** .NET ticks, which ARM puts into `t`. */
function ticks(ms: number): string {
  return (621_355_968_000_000_000n + BigInt(ms) * 10_000n).toString();
}

function statusUrl(
  key: string,
  operation: Operation,
  region: string,
  apiVersion: string,
  at: string,
): string {
  const path = `/providers/Microsoft.HealthBot/locations/${region}/operationStatuses/${operation.name}`;
  // Names with a digest came with the signatures.
  if (!operation.name.includes("*")) return `${HOST}${path}?api-version=${apiVersion}`;
  const words = [path, apiVersion, at];
  const query = [
    `api-version=${apiVersion}`,
    `t=${at}`,
    `c=${signedText(key, CERTIFICATE_LENGTH, "certificate", ...words)}`,
    `s=${signedText(key, SIGNATURE_LENGTH, "signature", ...words)}`,
    `h=${signedText(key, 43, "hash", ...words)}`,
  ].join("&");
  return `${HOST}${path}?${query}`;
}

/**
 * The signed, tenant-level status URL of a Health Bot operation: the region in upper case in the first answer, in
 * lower case in those of the status resource (recorded in Azure/azure-cli-extensions:
 * src/healthbot/azext_healthbot/tests/latest/recordings/test_healthbot_create_update_delete_c1.yaml).
 */
export function operationStatusUrl(
  world: World,
  operation: Operation,
  apiVersion: string,
  letters: "upper" | "lower",
): string {
  const region = letters === "upper" ? operation.region.toUpperCase() : operation.region;
  return statusUrl(armState(world).signingKey, operation, region, apiVersion, ticks(world.now()));
}

export interface OperationStart {
  readonly kind: "create" | "update" | "delete";
  readonly resourceId: string;
  readonly region: string;
  /** Sandbox milliseconds. */
  readonly durationMs: number;
  /** Whether the status URL carries a signature. */
  readonly signed: boolean;
}

/** Starts an operation of Microsoft.HealthBot; its end is an event `arm.operation-ended`. */
export function startOperation(world: World, start: OperationStart): Operation {
  const { kind, resourceId, region, durationMs } = start;
  const digits = createHash("sha256").update(resourceId.toLowerCase()).digest("hex").toUpperCase();
  const id = world.newId();
  const operation: Operation = {
    name: start.signed ? `${id}*${digits}` : id,
    kind,
    resourceId,
    region,
    startsAt: world.now(),
    endsAt: world.now() + durationMs,
    done: false,
  };
  armState(world).operations[operation.name.toLowerCase()] = operation;
  world.schedule(durationMs, "arm.operation-ended", { operation: operation.name });
  return operation;
}

/** Ticks have seven decimals where JavaScript has three. */
export function preciseTime(ms: number): string {
  return new Date(ms).toISOString().replace(/(\.\d{3})Z$/, "$10000Z");
}

/** `GET` of a status URL; undefined when the request is for something else. */
export function answerOperationStatus(request: SandboxRequest, world: World): SandboxResponse | undefined {
  const match = STATUS_PATH.exec(request.url.pathname);
  if (match === null) return undefined;
  const state = armState(world);
  const name = match[2] ?? "";
  const operation = state.operations[name.toLowerCase()];
  const apiVersion = request.query.get("api-version") ?? "";
  const at = request.query.get("t") ?? "";
  // A URL that was decoded, shortened or put together anew no longer carries the signature ARM gave it.
  const verbatim =
    operation !== undefined &&
    `${HOST}${request.url.pathname}${request.url.search}` ===
      statusUrl(state.signingKey, operation, match[1] ?? "", apiVersion, at);
  if (operation === undefined || !verbatim)
    return refuseArm(403, "Forbidden", "The signature of the operation status URL is not valid.", {
      gateway: true,
    });
  if (request.method !== "GET")
    return refuseArm(
      405,
      "MethodNotAllowed",
      `The requested resource does not support http method '${request.method}'.`,
      { headers: { Allow: "GET" } },
    );
  const body = {
    id: request.url.pathname,
    name: operation.name,
    resourceId: operation.resourceId,
    status: "Succeeded",
    startTime: preciseTime(operation.startsAt),
  };
  const etag = `"${createHash("sha256").update(operation.name).digest("hex").slice(0, 32)}"`;
  if (operation.endsAt <= world.now())
    return {
      status: 200,
      headers: { etag, "x-ms-operation-identifier": "" },
      body: { ...body, endTime: preciseTime(operation.endsAt), properties: null },
    };
  if (operation.kind === "delete") {
    const again = operationStatusUrl(world, operation, apiVersion, "lower");
    return {
      status: 202,
      headers: { etag, "azure-asyncoperation": again, Location: again, "x-ms-operation-identifier": "" },
      body: { ...body, status: "Deleting" },
    };
  }
  return {
    status: 200,
    headers: { etag, "x-ms-operation-identifier": "" },
    body: { ...body, status: "Working" },
  };
}
