import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { refuseArm } from "./arm-errors.ts";
import type { TrackedResource } from "./arm-state.ts";
import { type ArmCall, objectIn } from "./pipeline.ts";

/** SKUs an api-version accepts (Azure/bicep-types-az:generated/healthbot_0/microsoft.healthbot). */
function skusOf(apiVersion: string): readonly string[] {
  if (apiVersion >= "2025-11-01") return ["F0", "C0", "PES", "C1"];
  const skus = ["F0", "S1"];
  if (apiVersion >= "2020-12-08") skus.push("C0");
  if (apiVersion >= "2023-05-01") skus.push("PES");
  if (apiVersion >= "2024-02-01") skus.push("C1");
  return skus;
}

/** The SKU a body asks for; `existing` is the bot before. Answers 400 for one that the api-version does not have. */
export function skuOf(call: ArmCall, body: JsonObject, existing: TrackedResource | undefined): JsonObject {
  const name = objectIn(body["sku"])["name"];
  if (typeof name !== "string")
    return refuseArm(400, "BadRequest", "The sku of the bot is required.", { target: "sku" });
  const allowed = skusOf(call.apiVersion);
  if (!allowed.includes(name))
    return refuseArm(
      400,
      "BadRequest",
      `The sku '${name}' is not one of '${allowed.join(", ")}' of api-version ${call.apiVersion}.`,
      { target: "sku.name" },
    );
  // The service refuses the step down to the free tier without saying why.
  if (name === "F0" && existing !== undefined && existing.sku?.["name"] !== "F0")
    return refuseArm(400, "BadRequest", "The request is not valid.");
  return { name };
}

/** The managed identity a body asks for, with ids of its own; null before api-version 2021-06-10. */
export function identityOf(
  call: ArmCall,
  body: JsonObject,
  existing: TrackedResource | undefined,
): JsonObject | null {
  if (body["identity"] === undefined || body["identity"] === null || call.apiVersion < "2021-06-10")
    return null;
  const wanted = objectIn(body["identity"]);
  const type = String(wanted["type"] ?? "None");
  if (!["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"].includes(type))
    return refuseArm(400, "BadRequest", `The identity type '${type}' is not supported.`, {
      target: "identity.type",
    });
  const identity: JsonObject = { type };
  if (type.includes("SystemAssigned")) {
    identity["principalId"] = existing?.identity?.["principalId"] ?? call.world.newId();
    identity["tenantId"] = TENANT.id;
  }
  if (type.includes("UserAssigned"))
    identity["userAssignedIdentities"] = Object.fromEntries(
      Object.keys(objectIn(wanted["userAssignedIdentities"])).map((id) => [
        id,
        { principalId: call.world.newId(), clientId: call.world.newId() },
      ]),
    );
  return identity;
}

/** The customer-managed key of a body, empty without one and before api-version 2021-08-24. */
export function keyVaultOf(call: ArmCall, properties: JsonObject): JsonObject {
  const wanted = properties["keyVaultProperties"];
  if (wanted === undefined || wanted === null || call.apiVersion < "2021-08-24") return {};
  const key = objectIn(wanted);
  if (typeof key["keyName"] !== "string" || typeof key["keyVaultUri"] !== "string")
    return refuseArm(400, "BadRequest", "keyVaultProperties needs keyName and keyVaultUri.", {
      target: "properties.keyVaultProperties",
    });
  return { keyVaultProperties: key };
}

/** Read-only state sent back unchanged is ignored, anything else is refused (Azure/azure-resource-manager-rpc:v1.0/async-api-reference.md). */
export function refuseForeignState(properties: JsonObject, existing: TrackedResource | undefined): void {
  const sent = properties["provisioningState"];
  if (sent !== undefined && sent !== existing?.properties["provisioningState"])
    refuseArm(400, "BadRequest", "The property 'provisioningState' is read-only.", {
      target: "properties.provisioningState",
    });
}
