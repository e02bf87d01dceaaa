import type { JsonObject, SandboxRequest, SandboxResponse } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { principalOf } from "./administrators.ts";
import { regionalHost } from "./locations.ts";
import { bapRefusal } from "./power-platform-errors.ts";
import {
  bapState,
  type EnvironmentRecord,
  type LifecycleOperation,
  type OperationType,
  type Principal,
  SECOND,
  ticks,
} from "./power-platform-state.ts";

/** Name of the event that settles a lifecycle operation. */
export const OPERATION_ENDS = "bap.operationEnds";

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";

/**
 * `typeDisplayName` by operation type. Assumption: only "Create" and "Enable Managed Environment" are recorded
 * (microsoft/terraform-provider-power-platform, services/environment and services/managed_environment).
 */
const DISPLAY_NAMES: Readonly<Record<OperationType, string>> = {
  Create: "Create",
  Provision: "Provision",
  Edit: "Edit",
  Convert: "Convert",
  Delete: "Delete",
  EnableGovernanceConfiguration: "Enable Managed Environment",
  UpdateGovernanceConfiguration: "Update Managed Environment",
  DisableGovernanceConfiguration: "Disable Managed Environment",
};

/** The operation that occupies an environment, if one does. */
export function activeOperation(world: World, environmentId: string): LifecycleOperation | undefined {
  return Object.values(bapState(world).operations).find(
    (operation) => operation.environmentId === environmentId && operation.state === "Running",
  );
}

/**
 * One lifecycle operation at a time: a second one meets 409 `OperationNotStartable`
 * (microsoft/terraform-provider-power-platform issues 717 and 745).
 */
export function requireIdle(world: World, environment: EnvironmentRecord): void {
  if (activeOperation(world, environment.id) === undefined) return;
  throw bapRefusal(
    409,
    "OperationNotStartable",
    `This operation cannot be performed because there is an active lifecycle operation on the environment ${environment.id}.`,
  );
}

/** Starts an operation that ends after `durationMs` of sandbox time. The caller has checked that the environment is idle. */
export function startOperation(
  world: World,
  request: SandboxRequest,
  environmentId: string,
  type: OperationType,
  durationMs: number,
  change: JsonObject = {},
): LifecycleOperation {
  const operation: LifecycleOperation = {
    id: world.newId(),
    type,
    environmentId,
    requestedBy: principalOf(request),
    startedAt: world.now(),
    endsAt: world.now() + durationMs,
    state: "Running",
    change,
  };
  bapState(world).operations[operation.id] = operation;
  world.schedule(durationMs, OPERATION_ENDS, { operationId: operation.id });
  return operation;
}

/** Where an operation is polled: on the location's host, not on the one that was called. */
export function operationUrl(location: string, operationId: string): string {
  return `https://${regionalHost(location)}${PROVIDER}/lifecycleOperations/${operationId}?api-version=2023-06-01`;
}

/**
 * 202 with the operation's address.
 * @param header `modifySku` was recorded with `Operation-Location`, everything else with `Location`
 */
export function accepted(
  location: string,
  operation: LifecycleOperation,
  header: "Location" | "Operation-Location" = "Location",
): SandboxResponse {
  return {
    status: 202,
    headers: { [header]: operationUrl(location, operation.id), "Retry-After": "5" },
  };
}

function requestedByBody(principal: Principal): object {
  return principal.kind === "application"
    ? {
        id: principal.objectId,
        displayName: "ServicePrincipal",
        type: "ServicePrincipal",
        tenantId: TENANT.id,
      }
    : { id: principal.objectId, displayName: principal.name, type: "User", tenantId: TENANT.id };
}

function stagesBody(operation: LifecycleOperation): object[] {
  const { startedAt, endsAt, state } = operation;
  const validated = Math.min(startedAt + SECOND / 2, endsAt);
  const finalizing = Math.max(validated, endsAt - 10 * SECOND);
  const stage = (id: string, stageState: string, first: number, last: number): object => ({
    id,
    name: id,
    state: { id: stageState },
    firstActionDateTime: ticks(first),
    lastActionDateTime: ticks(last),
  });
  const done = [
    stage("Validate", "Succeeded", validated, validated),
    stage("Prepare", "Succeeded", validated, validated),
  ];
  if (state === "Running") return [...done, stage("Run", "Running", validated, validated)];
  if (state === "Failed") return [...done, stage("Run", "Failed", validated, endsAt)];
  return [
    ...done,
    stage("Run", "Succeeded", validated, finalizing),
    stage("Finalize", "Succeeded", finalizing, endsAt),
  ];
}

/**
 * A lifecycle operation as recorded (get_lifecycle.json of services/environment). A failed creation has an empty
 * environment path, no `Finalize` stage and no reason. Assumption: no value of `state.id` between start and end is
 * recorded; the sandbox says `Running`.
 */
export function operationBody(operation: LifecycleOperation): object {
  const path = `${PROVIDER}/environments/${operation.environmentId}`;
  return {
    id: operation.id,
    links: {
      self: { path: `${PROVIDER}/lifecycleOperations/${operation.id}` },
      environment: { path: operation.type === "Create" && operation.state === "Failed" ? "" : path },
    },
    type: { id: operation.type },
    typeDisplayName: DISPLAY_NAMES[operation.type],
    state: { id: operation.state },
    createdDateTime: ticks(operation.startedAt),
    lastActionDateTime: ticks(
      operation.state === "Running" ? operation.startedAt + SECOND / 2 : operation.endsAt,
    ),
    requestedBy: requestedByBody(operation.requestedBy),
    stages: stagesBody(operation),
  };
}

/** Assumption: a vanished operation is answered with `LifecycleOperationNotFound`; only the 404 is recorded. */
export function findOperation(world: World, id: string): LifecycleOperation {
  const operation = bapState(world).operations[id.toLowerCase()];
  if (operation === undefined)
    throw bapRefusal(
      404,
      "LifecycleOperationNotFound",
      `The lifecycle operation '${id}' could not be found.`,
    );
  return operation;
}
