import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { isWithin } from "./authorization.ts";
import { type ArmCall, armRoute, bodyOf, objectIn } from "./pipeline.ts";
import { scopeOf } from "./scope-locks.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/locks";
const COLLECTION = `/{scope*}/providers/${TYPE}`;
const LEVELS = ["CanNotDelete", "ReadOnly", "NotSpecified"];
const at = (call: ArmCall): string => call.scope();

function keyOf(call: ArmCall): string {
  return `${call.scope()}/providers/${TYPE}/${call.param("name")}`.toLowerCase();
}

function put(call: ArmCall): SandboxResponse {
  requireScope(call.world, call.scope());
  const wanted = objectIn(bodyOf(call)["properties"]);
  const level = wanted["level"];
  if (typeof level !== "string" || !LEVELS.includes(level))
    return refuseArm(
      400,
      "InvalidRequestContent",
      `The lock level '${String(level)}' is none of ${LEVELS.join(", ")}.`,
    );
  const table = armState(call.world).locks;
  const existed = table[keyOf(call)] !== undefined;
  const lock: JsonObject = {
    properties: { level, ...(wanted["notes"] === undefined ? {} : { notes: wanted["notes"] }) },
    id: `${call.scope()}/providers/${TYPE}/${call.param("name")}`,
    type: TYPE,
    name: call.param("name"),
  };
  table[keyOf(call)] = lock;
  return { status: existed ? 200 : 201, body: lock };
}

/** Management locks (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2020-05-01/locks.json). */
export const LOCK_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: COLLECTION,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => ({
      status: 200,
      body: {
        value: Object.values(armState(call.world).locks).filter(
          (lock) => isWithin(call.scope(), scopeOf(lock)) || isWithin(scopeOf(lock), call.scope()),
        ),
      },
    }),
  }),
  armRoute({
    method: "GET",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => {
      const found = armState(call.world).locks[keyOf(call)];
      if (found === undefined)
        return refuseArm(404, "LockNotFound", `The lock '${call.param("name")}' could not be found.`);
      return { status: 200, body: found };
    },
  }),
  armRoute({
    method: "PUT",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/write`,
    at,
    handle: put,
  }),
  armRoute({
    method: "DELETE",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/delete`,
    at,
    handle: (call) => {
      const table = armState(call.world).locks;
      const known = table[keyOf(call)] !== undefined;
      delete table[keyOf(call)];
      return { status: known ? 200 : 204 };
    },
  }),
];
