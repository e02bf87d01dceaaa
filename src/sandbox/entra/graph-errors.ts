import { type JsonObject, Refusal } from "../exchange.ts";

/**
 * Refuses a Graph call with the documented error envelope ("Microsoft Graph error responses and resource types").
 * `graph-service.ts` adds `innerError` and the headers every answer carries.
 */
export function refuseGraph(
  status: number,
  code: string,
  message: string,
  details?: readonly JsonObject[],
): never {
  throw new Refusal({
    status,
    body: { error: { code, message, ...(details === undefined ? {} : { details }) } },
  });
}

/** An object that does not exist, or has not been replicated yet. */
export function notFound(id: string): never {
  return refuseGraph(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function badRequest(message: string): never {
  return refuseGraph(400, "Request_BadRequest", message);
}

/** A property that the resource does not have, or that a caller may not write. */
export function unknownProperty(): never {
  return badRequest("One or more properties are invalid.");
}

export function invalidValue(property: string, resource: string): never {
  return badRequest(`Invalid value specified for property '${property}' of resource '${resource}'.`);
}

export function requiredValue(property: string, resource: string): never {
  return badRequest(`A value is required for property '${property}' of resource '${resource}'.`);
}

/** A unique property that another object (a soft-deleted one included) has already. */
export function duplicateValue(property: string): never {
  const message = `Another object with the same value for property ${property} already exists.`;
  return refuseGraph(400, "Request_BadRequest", message, [
    { code: "ObjectConflict", message, target: property },
  ]);
}

export function requestDenied(): never {
  return refuseGraph(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

export function unsupportedQuery(message = "Unsupported Query."): never {
  return refuseGraph(400, "Request_UnsupportedQuery", message);
}
