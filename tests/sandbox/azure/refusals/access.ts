import { ADMIN_USER, PIPELINE_APP } from "../../../../src/sandbox/seed.ts";
import type { Answer } from "../../../harness/sandbox.ts";
import type { ArmSession } from "../arm-session.ts";
import { AUTH, assignment, BOT, guid, NOBODY, PERSON, READER, type Refusal, ROLES } from "./refusal.ts";

const assign = ({ arm }: ArmSession, name: string, body: object): Promise<Answer> =>
  arm("PUT", `${AUTH}/roleAssignments/${name}`, ROLES, body);

/** Role definitions and role assignments. */
export const ACCESS: readonly Refusal[] = [
  {
    code: "RoleDefinitionDoesNotExist",
    status: 404,
    documented: true,
    message: /^The specified role definition with ID '0{12}40008[0]{13}ff' does not exist\.$/,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleDefinitions/${NOBODY}`, ROLES),
  },
  {
    code: "RoleDefinitionDoesNotExist",
    when: "an assignment of the role",
    status: 400,
    ask: (session) =>
      assign(session, guid(3), {
        properties: { principalId: PERSON, roleDefinitionId: READER.replace(/[^/]+$/, NOBODY) },
      }),
  },
  {
    code: "RoleAssignmentNotFound",
    status: 404,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleAssignments/${NOBODY}`, ROLES),
  },
  {
    code: "ResourceNotFound",
    when: "the scope of an assignment",
    status: 404,
    gateway: true,
    ask: ({ arm }) =>
      arm(
        "PUT",
        `${BOT}/none/providers/Microsoft.Authorization/roleAssignments/${guid(3)}`,
        ROLES,
        assignment(PERSON),
      ),
  },
  {
    code: "InvalidRoleAssignmentId",
    status: 400,
    ask: (session) => assign(session, "one", assignment(PERSON)),
  },
  {
    code: "PrincipalNotFound",
    status: 400,
    documented: true,
    ask: (session) => assign(session, guid(3), assignment(NOBODY)),
  },
  {
    code: "UnmatchedPrincipalType",
    status: 400,
    documented: true,
    ask: (session) => assign(session, guid(3), assignment(ADMIN_USER.id, "Group")),
  },
  {
    code: "RoleAssignmentExists",
    status: 409,
    documented: true,
    message:
      /^The role assignment already exists\. The ID of the existing role assignment is [0-9a-f]{32}\.$/,
    ask: (session) => assign(session, guid(3), assignment(PERSON, "User")),
  },
  {
    code: "RoleAssignmentUpdateNotPermitted",
    status: 400,
    documented: true,
    message: /^Tenant ID, application ID, principal ID, and scope are not allowed to be updated\.$/,
    ask: (session) => assign(session, guid(1), assignment(PIPELINE_APP.servicePrincipalId)),
  },
  {
    code: "InvalidFilter",
    status: 400,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleAssignments?$filter=weather eq 'fine'`, ROLES),
  },
];
