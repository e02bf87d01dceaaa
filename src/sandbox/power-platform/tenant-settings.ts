import type { JsonObject } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import type { World } from "../world.ts";
import { requireBapAdministrator } from "./administrators.ts";
import { bapBody, bapRefusal } from "./power-platform-errors.ts";
import { bapState } from "./power-platform-state.ts";

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";

const off = (names: string): JsonObject => Object.fromEntries(names.split(" ").map((name) => [name, false]));

/**
 * The settings a tenant starts with; names and types as microsoft/terraform-provider-power-platform records them
 * (services/tenant_settings). Assumption: everything starts switched off, and the numbers are the recorded ones of
 * a tenant in use.
 */
export function initialTenantSettings(): JsonObject {
  return {
    ...off(
      "walkMeOptOut disableNPSCommentsReachout disableNewsletterSendout disableEnvironmentCreationByNonAdminUsers " +
        "disablePortalsCreationByNonAdminUsers disableSurveyFeedback disableTrialEnvironmentCreationByNonAdminUsers " +
        "disableCapacityAllocationByEnvironmentAdmins disableSupportTicketsVisibleByAllUsers",
    ),
    powerPlatform: {
      search: off("disableDocsSearch disableCommunitySearch disableBingVideoSearch"),
      teamsIntegration: { shareWithColleaguesUserLimit: 10_000 },
      powerApps: off(
        "disableShareWithEveryone enableGuestsToMake disableMakerMatch disableUnusedLicenseAssignment " +
          "disableCreateFromImage disableCreateFromFigma disableConnectionSharingWithEveryone",
      ),
      powerAutomate: off("disableCopilot disableCopilotWithBing"),
      environments: off("disablePreferredDataLocationForTeamsEnvironment"),
      governance: {
        ...off(
          "disableAdminDigest disableDeveloperEnvironmentCreationByNonAdminUsers enableDefaultEnvironmentRouting",
        ),
        policy: off("enableDesktopFlowDataPolicyManagement"),
      },
      licensing: {
        ...off(
          "disableBillingPolicyCreationByNonAdminUsers enableTenantCapacityReportForEnvironmentAdmins " +
            "enableTenantLicensingReportForEnvironmentAdmins disableUseOfUnassignedAIBuilderCredits " +
            "applyAutoClaimToOnlyManagedEnvironments",
        ),
        storageCapacityConsumptionWarningThreshold: 85,
      },
      powerPages: {},
      champions: off("disableChampionsInvitationReachout disableSkillsMatchInvitationReachout"),
      intelligence: off(
        "disableCopilot enableOpenAiBotPublishing disableCopilotFeedback disableCopilotFeedbackMetadata",
      ),
      modelExperimentation: off("enableModelDataSharing disableDataLogging"),
      catalogSettings: { powerCatalogAudienceSetting: "All" },
      userManagementSettings: off("enableDeleteDisabledUserinAllEnvironments"),
    },
  };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Puts the named settings over the known ones; what the request leaves out stays. Assumption: an unknown setting and
 * a value of another type are refused in BAP's usual way.
 */
function merged(known: JsonObject, wanted: JsonObject, path = ""): JsonObject {
  const result: JsonObject = { ...known };
  for (const [name, value] of Object.entries(wanted)) {
    const at = path === "" ? name : `${path}.${name}`;
    const present = known[name];
    if (present === undefined)
      throw bapRefusal(400, "InvalidRequestContent", `Could not find member '${at}' on the request.`);
    if (isObject(present) && isObject(value)) result[name] = merged(present, value, at);
    else if (typeof present === typeof value && !isObject(present)) result[name] = value;
    else throw bapRefusal(400, "InvalidRequestContent", `The value of '${at}' is not valid.`);
  }
  return result;
}

/** What a person does under Manage > Tenant settings: switches these on. */
export function switchTenantSettingsOn(world: World, paths: readonly string[]): void {
  const state = bapState(world);
  for (const path of paths) {
    const change = path
      .split(".")
      .reduceRight<unknown>((inner, name) => ({ [name]: inner }), true) as JsonObject;
    state.tenantSettings = merged(state.tenantSettings, change);
  }
}

/**
 * Tenant settings: read by POST, written by POST with the members to change, both answered with the whole set
 * (services/tenant_settings of microsoft/terraform-provider-power-platform).
 */
export const TENANT_SETTINGS_ROUTES: readonly Route[] = [
  route("POST", `${PROVIDER}/listTenantSettings`, (request, world) => {
    requireBapAdministrator(request, world);
    return { status: 200, body: bapState(world).tenantSettings };
  }),
  route("POST", `${PROVIDER}/scopes/admin/updateTenantSettings`, (request, world) => {
    requireBapAdministrator(request, world);
    const state = bapState(world);
    state.tenantSettings = merged(state.tenantSettings, bapBody(request));
    return { status: 200, body: state.tenantSettings };
  }),
];
