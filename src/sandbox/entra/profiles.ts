import type { JsonObject } from "../exchange.ts";
import type { GraphCall } from "./graph-call.ts";
import { FULL_USER_READ, mayRead } from "./graph-permissions.ts";

/** What User.ReadBasic.All opens of a user ("Microsoft Graph permissions reference": User.ReadBasic.All). */
const BASIC_PROFILE = new Set([
  "@odata.type",
  "displayName",
  "givenName",
  "id",
  "mail",
  "securityIdentifier",
  "surname",
  "userPrincipalName",
]);

/**
 * A user as the caller may see it: with User.ReadBasic.All alone, everything outside the basic profile is null
 * (microsoftgraph/microsoft-graph-docs#2833). A person sees the whole of his own.
 */
export function profileSeenBy({ caller }: GraphCall, user: JsonObject): JsonObject {
  if (mayRead(caller, FULL_USER_READ) || user["id"] === caller.objectId) return user;
  return Object.fromEntries(
    Object.entries(user).map(([name, value]) => [name, BASIC_PROFILE.has(name) ? value : null]),
  );
}
