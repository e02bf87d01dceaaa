import { Refusal } from "../exchange.ts";

/** Members of ARM's error object besides code and message. */
export interface ArmErrorExtras {
  readonly target?: string;
  readonly details?: readonly object[];
  readonly additionalInfo?: readonly object[];
  readonly headers?: Readonly<Record<string, string>>;
  /** True when the ARM front door answered, not a resource provider: it adds `x-ms-failure-cause: gateway`. */
  readonly gateway?: boolean;
}

/**
 * Answers with ARM's error envelope `{"error":{code,message,target?,details?}}`
 * (Azure/azure-resource-manager-rpc:v1.0/common-api-details.md).
 */
export function refuseArm(status: number, code: string, message: string, extras: ArmErrorExtras = {}): never {
  const error = {
    code,
    message,
    ...(extras.target === undefined ? {} : { target: extras.target }),
    ...(extras.details === undefined ? {} : { details: extras.details }),
    ...(extras.additionalInfo === undefined ? {} : { additionalInfo: extras.additionalInfo }),
  };
  throw new Refusal({
    status,
    headers: {
      ...(extras.gateway === true ? { "x-ms-failure-cause": "gateway" } : {}),
      ...extras.headers,
    },
    body: { error },
  });
}

/**
 * 409 for a resource provider that the subscription has not registered; recorded in Azure/azure-cli-extensions:
 * src/apic-extension/azext_apic_extension/tests/latest/recordings/test_create_service.yaml.
 */
export function refuseUnregistered(namespace: string): never {
  const message = `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`;
  return refuseArm(409, "MissingSubscriptionRegistration", message, {
    gateway: true,
    details: [{ code: "MissingSubscriptionRegistration", target: namespace, message }],
  });
}

/**
 * 403 for a missing role; the wording is quoted in "Troubleshoot Azure RBAC"
 * (learn.microsoft.com/azure/role-based-access-control/troubleshooting).
 */
export function refuseUnauthorized(client: string, objectId: string, action: string, scope: string): never {
  return refuseArm(
    403,
    "AuthorizationFailed",
    `The client '${client}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    { gateway: true },
  );
}

/** 404 for a tracked resource: "Resolve errors for resource not found" (learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found). */
export function refuseMissingResource(type: string, name: string, group: string): never {
  return refuseArm(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    { gateway: true },
  );
}
