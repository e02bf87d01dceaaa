import type { JsonObject } from "../exchange.ts";
import { APPLICATION_RULES, GROUP_RULES, SERVICE_PRINCIPAL_RULES } from "./entity-rules.ts";
import type { DirectoryObject } from "./entra-state.ts";
import type { CollectionShape } from "./graph-query.ts";

/** Returned for a user unless `$select` names others ("user resource type", Microsoft Graph v1.0). */
export const USER_DEFAULTS: readonly string[] = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
];

export const USER_PROPERTIES: readonly string[] = [
  ...USER_DEFAULTS,
  "accountEnabled",
  "assignedLicenses",
  "createdDateTime",
  "deletedDateTime",
  "mailNickname",
  "usageLocation",
  "userType",
];

/** A directory object as members, owners and `/directoryObjects` show it, with its `@odata.type`. */
export function typedValue(object: DirectoryObject): JsonObject {
  const value: JsonObject = { "@odata.type": `#microsoft.graph.${object.kind}` };
  if (object.kind !== "user") return { ...value, ...object.value };
  for (const name of USER_PROPERTIES) value[name] = object.value[name] ?? null;
  return value;
}

/** A collection whose elements may be of any directory type. */
export const OBJECT_SHAPE: CollectionShape = {
  type: "directoryObject",
  context: "directoryObjects",
  properties: [
    ...new Set([
      ...USER_PROPERTIES,
      ...Object.keys(APPLICATION_RULES.properties),
      ...Object.keys(SERVICE_PRINCIPAL_RULES.properties),
      ...Object.keys(GROUP_RULES.properties),
    ]),
  ],
  filterable: ["id", "displayName"],
};
