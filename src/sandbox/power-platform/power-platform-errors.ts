import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";

/**
 * The BAP envelope, `{"error":{"code","message","detailUrlType":"NotSpecified"}}` (fixtures of
 * microsoft/terraform-provider-power-platform, services/environment/tests).
 */
export function bapRefusal(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message, detailUrlType: "NotSpecified" } } });
}

/** `EnvironmentNotFound` as recorded in microsoft/terraform-provider-power-platform, services/environment. */
export function environmentNotFound(id: string): Refusal {
  return bapRefusal(404, "EnvironmentNotFound", `The environment '${id}' could not be found in the tenant.`);
}

/**
 * What an application meets that nobody registered as a management application. The path in the message is the
 * address of a node behind the gateway (MicrosoftDocs/power-platform issue 1260; microsoft/powerplatform-build-tools
 * issue 531).
 */
export function servicePrincipalForbidden(request: SandboxRequest): Refusal {
  const caller = request.caller;
  return bapRefusal(
    403,
    "Forbidden",
    `The service principal with id '${caller?.objectId}' for application ${caller?.appId} does not have permission ` +
      `to access the path 'https://10.0.1.32:20029${request.path}${request.url.search}' in tenant ${caller?.tenantId}.`,
  );
}

/** The same for a person without an administrator role (MicrosoftDocs/power-platform issue 1848). */
export function userForbidden(request: SandboxRequest): Refusal {
  const caller = request.caller;
  return bapRefusal(
    403,
    "Forbidden",
    `The token with tenant id '${caller?.tenantId}' and object id '${caller?.objectId}' does not have permission to ` +
      `access the path '${request.path}'.`,
  );
}

/**
 * Envelope of the gateway in front of the Power Platform API: `{"code","message","innererror":{"code","message"}}`
 * (microsoft/coe-starter-kit issue 8119; services/role_based_access of
 * microsoft/terraform-provider-power-platform).
 */
export function gatewayRefusal(
  status: number,
  code: string,
  message: string,
  inner?: { readonly code: string; readonly message?: string },
): Refusal {
  return new Refusal({
    status,
    body: { code, message, ...(inner === undefined ? {} : { innererror: inner }) },
  });
}

/**
 * `InsufficientPrincipalPermissions` (microsoft/coe-starter-kit issue 8119). Assumption: the text of the outer
 * message and the name of the permission in brackets are not published for these operations.
 */
export function principalForbidden(permission: string): Refusal {
  return gatewayRefusal(403, "Forbidden", "The caller is not authorized to perform this operation.", {
    code: "InsufficientPrincipalPermissions",
    message: `Authorization denied: Principal missing required permissions: [${permission}]`,
  });
}

/**
 * An environment the gateway cannot route to: unknown, or too new (services/role_based_access of
 * microsoft/terraform-provider-power-platform, test Retries_When_Environment_Not_Propagated).
 */
export function environmentIdInvalid(id: string): Refusal {
  return gatewayRefusal(400, "EndpointInvalid", `Environment id ${id} is invalid.`, {
    code: "EnvironmentIdInvalid",
  });
}

/** Package management answers without an `error` envelope and in Pascal case (microsoft/powerplatform-build-tools issue 761). */
export function packageRefusal(status: number, message: string): Refusal {
  return new Refusal({ status, body: { StatusCode: status, Message: message } });
}

/** The object in the request's body. Assumption: BAP answers malformed JSON with its own envelope and `InvalidRequestContent`. */
export function bapBody(request: SandboxRequest): JsonObject {
  const body = jsonBody(request);
  if (body === undefined)
    throw bapRefusal(400, "InvalidRequestContent", "The request content is not a valid JSON object.");
  return body;
}

export function gatewayBody(request: SandboxRequest): JsonObject {
  const body = jsonBody(request);
  if (body === undefined)
    throw gatewayRefusal(400, "BadRequest", "The request content is not a valid JSON object.");
  return body;
}

/** The member as an object, undefined when it is something else. */
export function objectMember(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The member as a non-empty string, undefined when it is something else. */
export function textMember(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Sends the request's correlation id back, or a new one, on every answer; refusals included
 * (`X-Correlation-Id` of internal/api/request.go, microsoft/terraform-provider-power-platform).
 */
export async function correlated(
  request: SandboxRequest,
  newId: () => string,
  answer: () => SandboxResponse | Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  const id =
    request.headers["x-ms-correlation-id"] ??
    request.headers["x-correlation-id"] ??
    request.headers["x-ms-client-request-id"] ??
    newId();
  const marked = (response: SandboxResponse): SandboxResponse => ({
    ...response,
    headers: { ...response.headers, "x-ms-correlation-id": id },
  });
  try {
    return marked(await answer());
  } catch (error) {
    if (error instanceof Refusal) return marked(error.response);
    throw error;
  }
}
