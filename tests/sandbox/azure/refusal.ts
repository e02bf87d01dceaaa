import { expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";

/** One way to be refused, and everything a client can see of it. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly ask: () => Promise<Answer>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly message?: RegExp;
  /** True when the front door answers. */
  readonly gateway?: boolean;
  readonly target?: string;
  readonly when?: string;
}

/** Codes that public material names; the page marks the others as assumptions. */
const DOCUMENTED = new Set([
  "MissingApiVersionParameter",
  "InvalidApiVersionParameter",
  "NoRegisteredProviderFound",
  "InvalidAuthenticationTokenAudience",
  "InvalidAuthenticationTokenTenant",
  "SubscriptionNotFound",
  "MissingSubscriptionRegistration",
  "AuthorizationFailed",
  "ResourceGroupNotFound",
  "ResourceNotFound",
  "LocationNotAvailableForResourceType",
  "PrincipalNotFound",
  "UnmatchedPrincipalType",
  "RoleAssignmentExists",
  "RoleAssignmentRequestPolicyValidationFailed",
  "SubjectNotFound",
  "ScopeDoesNotMatchRoleDefinition",
  "RoleAssignmentDoesNotExist",
  "ActiveDurationTooShort",
]);

/** Provokes the refusal with a raw request and compares status, code, body and headers. */
export function itRefuses(row: Refusal): void {
  it(`is ${row.status} ${row.code}${row.when === undefined ? "" : `: ${row.when}`}`, async () => {
    const answer = await row.ask();
    expect({ status: answer.status, code: answer.body?.error?.code }).toEqual({
      status: row.status,
      code: row.code,
    });
    expect(Object.keys(answer.body)).toEqual(["error"]);
    expect(answer.body.error.message).toMatch(row.message ?? /./);
    expect(answer.body.error.target).toBe(row.target);
    expect(answer.headers["x-ms-failure-cause"]).toBe(row.gateway === true ? "gateway" : undefined);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.headers).toMatchObject(row.headers ?? {});
    prove({
      api: "Azure Resource Manager",
      operation: `${row.status} ${row.code}`,
      proof: DOCUMENTED.has(row.code) ? "documentation" : "inferred",
      source: "docs/sandbox/azure-resource-manager.md",
    });
  });
}
