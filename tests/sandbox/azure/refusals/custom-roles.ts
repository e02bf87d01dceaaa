import type { Answer } from "../../../harness/sandbox.ts";
import type { ArmSession } from "../arm-session.ts";
import { AUTH, GROUP, guid, PERSON, READER, type Refusal, ROLES, ROOT } from "./refusal.ts";

const LOOKS = {
  roleName: "Auditor",
  permissions: [
    { actions: ["*/read"], dataActions: ["Microsoft.KeyVault/vaults/secrets/readMetadata/action"] },
  ],
  assignableScopes: [GROUP],
};

const put = ({ arm }: ArmSession, change: object, name = guid(5)): Promise<Answer> =>
  arm("PUT", `${AUTH}/roleDefinitions/${name}`, ROLES, { properties: { ...LOOKS, ...change } });

/** Roles that somebody makes. */
export const CUSTOM_ROLES: readonly Refusal[] = [
  { code: "InvalidRoleDefinitionId", status: 400, ask: (session) => put(session, {}, "auditor") },
  {
    code: "InvalidRoleDefinitionType",
    status: 400,
    documented: true,
    ask: (session) => put(session, { type: "BuiltInRole" }),
  },
  {
    code: "InvalidRoleDefinitionType",
    when: "deleting a built-in role",
    status: 400,
    ask: ({ arm }) => arm("DELETE", READER, ROLES),
  },
  {
    code: "RoleDefinitionExists",
    status: 409,
    documented: true,
    ask: (session) => put(session, {}, READER.split("/").at(-1)),
  },
  {
    code: "RoleDefinitionNameNullOrEmpty",
    status: 400,
    documented: true,
    ask: (session) => put(session, { roleName: " " }),
  },
  {
    code: "RoleDefinitionWithSameNameExists",
    status: 409,
    documented: true,
    ask: (session) => put(session, { roleName: "reader" }),
  },
  {
    code: "MissingAssignableScopes",
    status: 400,
    documented: true,
    ask: (session) => put(session, { assignableScopes: [] }),
  },
  {
    code: "LinkedInvalidPropertyId",
    status: 400,
    gateway: true,
    documented: true,
    ask: (session) => put(session, { assignableScopes: ["rg-psc"] }),
  },
  {
    code: "LinkedAuthorizationFailed",
    status: 403,
    gateway: true,
    documented: true,
    message: /on the linked scope\(s\) '\/subscriptions\/99999999-/,
    ask: (session) =>
      put(session, { assignableScopes: [ROOT, "/subscriptions/99999999-9999-4999-8999-999999999999"] }),
  },
  {
    code: "InvalidActionOrNotAction",
    status: 400,
    documented: true,
    message: /^'Microsoft\.HealthBot\/healthBots\/look' does not match any of the actions/,
    ask: (session) => put(session, { permissions: [{ actions: ["Microsoft.HealthBot/healthBots/look"] }] }),
  },
  {
    code: "InvalidDataActionOrNotDataAction",
    status: 400,
    documented: true,
    ask: (session) => put(session, { permissions: [{ dataActions: ["secrets/readMetadata"] }] }),
  },
  {
    code: "RoleDefinitionHasAssignments",
    status: 400,
    documented: true,
    ask: async (session) => {
      const made = await put(session, {});
      await session.arm("PUT", `${AUTH}/roleAssignments/${guid(6)}`, ROLES, {
        properties: { roleDefinitionId: made.body.id, principalId: PERSON, principalType: "User" },
      });
      return session.arm("DELETE", made.body.id, ROLES);
    },
  },
];
