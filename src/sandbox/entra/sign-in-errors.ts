import { Refusal, type SandboxRequest, type SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";

/** `2026-11-25 08:00:00Z`, as Entra prints the time of an error. */
function entraTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/**
 * An error of the sign-in endpoint. Shape and meaning of the codes: "Microsoft Entra authentication and authorization
 * error codes" (MicrosoftDocs/entra-docs `docs/identity-platform/reference-error-codes.md`).
 */
export interface SignInError {
  readonly status: number;
  /** OAuth 2.0 error word. */
  readonly error: string;
  /** Number after `AADSTS`. */
  readonly code: number;
  readonly text: string;
  readonly suberror?: string;
}

export function signInErrorResponse(
  failure: SignInError,
  request: SandboxRequest,
  world: World,
): SandboxResponse {
  const traceId = world.newId();
  const correlationId =
    request.query.get("client-request-id") ?? request.headers["client-request-id"] ?? world.newId();
  const timestamp = entraTime(world.now());
  return {
    status: failure.status,
    headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache", "x-ms-request-id": traceId },
    body: {
      error: failure.error,
      error_description: `AADSTS${failure.code}: ${failure.text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [failure.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${failure.code}`,
      ...(failure.suberror === undefined ? {} : { suberror: failure.suberror }),
    },
  };
}

export function refuseSignIn(failure: SignInError, request: SandboxRequest, world: World): never {
  throw new Refusal(signInErrorResponse(failure, request, world));
}

export const SIGN_IN_ERRORS = {
  unknownTenant: (tenant: string): SignInError => ({
    status: 400,
    error: "invalid_request",
    code: 90002,
    text: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  }),
  missingParameter: (name: string): SignInError => ({
    status: 400,
    error: "invalid_request",
    code: 900144,
    text: `The request body must contain the following parameter: '${name}'.`,
  }),
  unsupportedGrant: (grant: string): SignInError => ({
    status: 400,
    error: "unsupported_grant_type",
    code: 70003,
    text: `The app requested an unsupported grant type '${grant}'.`,
  }),
  unknownApplication: (appId: string, tenant: string): SignInError => ({
    status: 400,
    error: "unauthorized_client",
    code: 700016,
    text: `Application with identifier '${appId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  }),
  missingServicePrincipal: (appId: string, tenantId: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 7000229,
    text: `The client application ${appId} is missing service principal in the tenant ${tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
  }),
  disabledApplication: (appId: string, name: string): SignInError => ({
    status: 400,
    error: "unauthorized_client",
    code: 7000112,
    text: `Application '${appId}'(${name}) is disabled.`,
  }),
  missingClientCredential: {
    status: 401,
    error: "invalid_client",
    code: 7000218,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  wrongSecret: (appId: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 7000215,
    text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${appId}'.`,
  }),
  expiredSecret: (appId: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 7000222,
    text: `The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
  }),
  noTenant: {
    status: 400,
    error: "invalid_request",
    code: 50059,
    text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
  },
  malformedAssertion: {
    status: 400,
    error: "invalid_request",
    code: 50027,
    text: "JWT token is invalid or malformed.",
  },
  noThumbprint: {
    status: 401,
    error: "invalid_client",
    code: 5002723,
    text: "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
  },
  unknownCertificate: (thumbprint: string, appId: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 700027,
    text: `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${appId}'.]`,
  }),
  expiredCertificate: (thumbprint: string, start: string, end: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 700027,
    text: `Client assertion contains an invalid signature. [Reason - The key used is expired., Thumbprint of key used by client: '${thumbprint}', Found key 'Start=${start}, End=${end}']`,
  }),
  badSignature: {
    status: 401,
    error: "invalid_client",
    code: 700027,
    text: "Client assertion contains an invalid signature.",
  },
  assertionTime: (now: string, from: string, until: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 700024,
    text: `Client assertion is not within its valid time range. Current time: ${now}, assertion valid from ${from}, expiry time of assertion ${until}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`,
  }),
  assertionAudience: {
    status: 401,
    error: "invalid_client",
    code: 700023,
    text: "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  assertionClient: {
    status: 401,
    error: "invalid_client",
    code: 700021,
    text: "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  noFederation: (appId: string, name: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: 70025,
    text: `The client '${appId}'(${name}) has no configured federated identity credentials.`,
  }),
  federationMismatch: (part: "issuer" | "subject" | "audience", value: string): SignInError => ({
    status: 401,
    error: "invalid_client",
    code: { issuer: 700211, audience: 700212, subject: 700213 }[part],
    text: `No matching federated identity record found for presented assertion ${part} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
  }),
  wrongPassword: {
    status: 400,
    error: "invalid_grant",
    code: 50126,
    text: "Error validating credentials due to invalid username or password.",
  },
  unknownUser: (tenantName: string): SignInError => ({
    status: 400,
    error: "invalid_grant",
    code: 50034,
    text: `The user account {EUII Hidden} does not exist in the ${tenantName} directory. To sign into this application, the account must be added to the directory.`,
  }),
  disabledUser: {
    status: 400,
    error: "invalid_grant",
    code: 50057,
    text: "The user account is disabled.",
  },
  unknownResource: (resource: string, tenantName: string): SignInError => ({
    status: 400,
    error: "invalid_resource",
    code: 500011,
    text: `The resource principal named ${resource} was not found in the tenant named ${tenantName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  }),
  badScope: (scope: string): SignInError => ({
    status: 400,
    error: "invalid_scope",
    code: 70011,
    text: `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
  }),
  notConsented: (appId: string, name: string): SignInError => ({
    status: 400,
    error: "invalid_grant",
    code: 65001,
    text: `The user or administrator has not consented to use the application with ID '${appId}' named '${name}'. Send an interactive authorization request for this user and resource.`,
    suberror: "consent_required",
  }),
  deviceCodePending: {
    status: 400,
    error: "authorization_pending",
    code: 70016,
    text: "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  },
  badDeviceCode: {
    status: 400,
    error: "bad_verification_code",
    code: 7000014,
    text: "The provided value for the input parameter 'device_code' is not valid. Device codes supplied in this request are malformed.",
  },
  badRefreshToken: {
    status: 400,
    error: "invalid_grant",
    code: 70000,
    text: "The provided value for the input parameter 'refresh_token' is not valid.",
  },
} satisfies Record<string, SignInError | ((...values: never[]) => SignInError)>;
