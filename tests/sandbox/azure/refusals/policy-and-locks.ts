import { AUTH, GROUP, LEAVING, LOCKS, type Refusal, WORKSPACE } from "./refusal.ts";

/** Policy assignments with what they forbid, and locks with what they hold. */
export const POLICY_AND_LOCKS: readonly Refusal[] = [
  {
    code: "PolicyAssignmentNotFound",
    status: 404,
    documented: true,
    ask: ({ arm }) => arm("GET", `${AUTH}/policyAssignments/none`, "2025-03-01"),
  },
  {
    code: "InvalidRequestContent",
    when: "an assignment of no policy",
    status: 400,
    ask: ({ arm }) => arm("PUT", `${AUTH}/policyAssignments/odd`, "2025-03-01", { properties: {} }),
  },
  {
    code: "RequestDisallowedByPolicy",
    status: 403,
    gateway: true,
    documented: true,
    target: "log-abroad",
    more: ["additionalInfo"],
    message: /^Resource 'log-abroad' was disallowed by policy\. Policy identifiers: '\[\{"policyAssignment":/,
    ask: ({ arm }) =>
      arm("PUT", WORKSPACE.replace(GROUP, `${LEAVING}-not`).concat("/log-abroad"), "2025-07-01", {
        location: "westeurope",
      }),
  },
  {
    code: "LockNotFound",
    status: 404,
    ask: ({ arm }) => arm("GET", `${AUTH}/locks/none`, LOCKS),
  },
  {
    code: "InvalidRequestContent",
    when: "a lock of no level",
    status: 400,
    ask: ({ arm }) => arm("PUT", `${AUTH}/locks/odd`, LOCKS, { properties: { level: "Perhaps" } }),
  },
  ...(["PATCH", "DELETE"] as const).map(
    (method): Refusal => ({
      code: "ScopeLocked",
      when: method,
      status: 409,
      gateway: true,
      documented: true,
      message:
        /cannot perform (write|delete) operation because following scope\(s\) are locked: '.*\/log-kept'\. Please remove the lock and try again\.$/,
      ask: ({ arm }) =>
        arm(method, `${WORKSPACE}/log-kept`, "2025-07-01", method === "PATCH" ? { tags: {} } : undefined),
    }),
  ),
  {
    code: "ScopeLocked",
    when: "the group around it",
    status: 409,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("DELETE", GROUP, "2025-04-01"),
  },
];
