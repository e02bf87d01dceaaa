import { addApplicationUser, addUser } from "../dataverse/organizations.ts";
import { findPrincipal, findServicePrincipal, licencesOf } from "../entra/directory.ts";
import type { JsonObject } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { requireBapAdministrator } from "./administrators.ts";
import { environmentOf } from "./environments.ts";
import { bapBody, bapRefusal, objectMember, textMember } from "./power-platform-errors.ts";
import { bapState, type EnvironmentRecord, type EnvironmentRoleAssignment } from "./power-platform-state.ts";

const ADMIN = "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments";

function organizationIdOf(environment: EnvironmentRecord): string {
  if (environment.database === null)
    throw bapRefusal(400, "BadRequest", `The environment ${environment.id} has no linked instance.`);
  return environment.database.organizationId;
}

/** @param mail the answer to a new assignment leaves the mail address out, the list has it (services/authorization) */
function assignmentBody(assignment: EnvironmentRoleAssignment, mail: "with mail" | "without mail"): object {
  const scope = `${ADMIN}/${assignment.environmentId}`;
  return {
    id: `${scope}/roleAssignments/${assignment.id}`,
    type: "Microsoft.BusinessAppPlatform/scopes/environments/roleAssignments",
    name: assignment.id,
    properties: {
      scope: `/providers/Microsoft.BusinessAppPlatform/environments/${assignment.environmentId}`,
      roleDefinition: {
        id: `${scope}/roleDefinitions/${assignment.roleName}`,
        type: "Microsoft.BusinessAppPlatform/scopes/environments/roleDefinitions",
        name: assignment.roleName,
      },
      principal: {
        id: assignment.principalId,
        displayName: assignment.displayName,
        ...(assignment.email === null || mail === "without mail" ? {} : { email: assignment.email }),
        type: "User",
        tenantId: TENANT.id,
      },
    },
  };
}

function addAssignment(world: World, environment: EnvironmentRecord, wanted: JsonObject): object {
  const properties = objectMember(wanted, "properties") ?? {};
  const role = textMember(objectMember(properties, "roleDefinition") ?? {}, "id") ?? "";
  const roleName = (["EnvironmentAdmin", "EnvironmentMaker"] as const).find((name) =>
    role.toLowerCase().endsWith(`/${name.toLowerCase()}`),
  );
  const principalId = textMember(objectMember(properties, "principal") ?? {}, "id");
  if (roleName === undefined || principalId === undefined)
    throw bapRefusal(400, "BadRequest", "A role assignment needs a role definition and a principal.");
  const person = findPrincipal(world, principalId);
  const assignment: EnvironmentRoleAssignment = {
    id: world.newId(),
    environmentId: environment.id,
    roleName,
    principalId,
    displayName: person?.displayName ?? principalId,
    email: person?.userPrincipalName ?? null,
  };
  bapState(world).environmentRoleAssignments.push(assignment);
  return { roleAssignment: assignmentBody(assignment, "without mail"), httpStatus: "Created" };
}

const objectsOf = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((row) => typeof row === "object" && row !== null) : [];

/** Giving principals access to one environment (services/authorization of microsoft/terraform-provider-power-platform). */
export const ENVIRONMENT_ACCESS_ROUTES: readonly Route[] = [
  // Adds the application user with System Administrator; asking again is no error
  // (microsoft/terraform-provider-power-platform issue 782).
  route("POST", `${ADMIN}/{environment}/addAppUser`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    const organizationId = organizationIdOf(environment);
    const appId = textMember(bapBody(request), "servicePrincipalAppId");
    // Assumption: the answers to a missing or unknown application are not published.
    if (appId === undefined) throw bapRefusal(400, "BadRequest", "The request does not name an application.");
    if (findServicePrincipal(world, appId) === undefined)
      throw bapRefusal(404, "ApplicationNotFound", `The application '${appId}' is not in the tenant.`);
    addApplicationUser(world, organizationId, appId);
    return { status: 200, body: {} };
  }),
  // A person without a licence is refused for good: `userNotLicensed`
  // (microsoft/terraform-provider-power-platform issue 859). Assumption: the message is not published.
  route("POST", `${ADMIN}/{environment}/addUser`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    const organizationId = organizationIdOf(environment);
    const objectId = textMember(bapBody(request), "objectId") ?? "";
    if (findPrincipal(world, objectId)?.kind !== "user")
      throw bapRefusal(404, "UserNotFound", `The user '${objectId}' could not be found in the tenant.`);
    if (licencesOf(world, objectId).length === 0)
      throw bapRefusal(403, "userNotLicensed", `The user '${objectId}' does not have a license.`);
    addUser(world, organizationId, objectId);
    return { status: 200, body: {} };
  }),
  route("GET", `${ADMIN}/{environment}/roleAssignments`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    const rows = bapState(world).environmentRoleAssignments.filter(
      (assignment) => assignment.environmentId === environment.id,
    );
    return { status: 200, body: { value: rows.map((row) => assignmentBody(row, "with mail")) } };
  }),
  route("POST", `${ADMIN}/{environment}/modifyRoleAssignments`, (request, world) => {
    requireBapAdministrator(request, world);
    const environment = environmentOf(request, world);
    const body = bapBody(request);
    const state = bapState(world);
    const gone = objectsOf(body["remove"]).map((row) => textMember(row, "id") ?? "");
    state.environmentRoleAssignments = state.environmentRoleAssignments.filter(
      (assignment) =>
        assignment.environmentId !== environment.id || !gone.some((id) => id.endsWith(assignment.id)),
    );
    const add = objectsOf(body["add"]).map((row) => addAssignment(world, environment, row));
    return { status: 200, body: { add } };
  }),
];
