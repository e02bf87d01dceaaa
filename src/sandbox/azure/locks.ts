import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { extensionKey, isAroundScope, namedSettingRoutes } from "./named-setting-routes.ts";
import { type ArmCall, bodyOf, objectIn } from "./pipeline.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/locks";
const LEVELS = ["CanNotDelete", "ReadOnly", "NotSpecified"];

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
  const key = extensionKey(call, TYPE);
  const existed = table[key] !== undefined;
  const lock: JsonObject = {
    properties: { level, ...(wanted["notes"] === undefined ? {} : { notes: wanted["notes"] }) },
    id: `${call.scope()}/providers/${TYPE}/${call.param("name")}`,
    type: TYPE,
    name: call.param("name"),
  };
  table[key] = lock;
  return { status: existed ? 200 : 201, body: lock };
}

/** Management locks (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2020-05-01/locks.json). */
export const LOCK_ROUTES = namedSettingRoutes({
  type: TYPE,
  table: "locks",
  collection: `/{scope*}/providers/${TYPE}`,
  at: (call) => call.scope(),
  keyOf: (call) => extensionKey(call, TYPE),
  isListed: isAroundScope,
  put,
  refuseMissing: (call) =>
    refuseArm(404, "LockNotFound", `The lock '${call.param("name")}' could not be found.`),
  returnsDeleted: false,
});
