import type { World } from "../world.ts";
import type { Feature } from "./metadata/model.ts";
import { addOmnichannelRows } from "./omnichannel-rows.ts";
import { insertRow } from "./rows.ts";
import { systemSession } from "./session.ts";
import { HEALTHCARE_ROLES, type ShippedRole } from "./shipped-roles.ts";
import { addAppModule, addRoles } from "./shipped-rows.ts";
import { addSolutions } from "./solutions.ts";
import type { OrganizationState } from "./state.ts";

/** What application packages bring into an organization. */
interface PackageContent {
  readonly feature?: Feature;
  readonly solutions?: readonly string[];
  readonly roles?: readonly ShippedRole[];
  readonly apps?: readonly (readonly [name: string, uniqueName: string])[];
}

/**
 * Solution names of the healthcare packages follow the Common Data Model modules (microsoft/CDM,
 * schemaDocuments/Healthcare); unique names of their apps are not public, so clients find them by display name.
 */
const CONTENT: Readonly<Record<string, PackageContent>> = {
  OmnichannelPrimeAnchor: {
    feature: "omnichannel",
    solutions: ["msdyn_OmnichannelPrime", "msdyn_OmnichannelPrimeAnchor", "msdyn_OmnichannelMessaging"],
  },
  HealthcareFoundationAnchor: {
    feature: "healthcare",
    solutions: ["HealthcareFoundation"],
    roles: HEALTHCARE_ROLES,
    apps: [["Healthcare Administration", "sandbox_HealthcareAdministration"]],
  },
  HealthcarePatientServiceCenterAnchor: {
    solutions: ["HealthcarePatientServiceCenter"],
    apps: [["Patient Service Center", "sandbox_PatientServiceCenter"]],
  },
  HealthcarePatientAccessAnchor: { feature: "portal", solutions: ["HealthcarePatientAccess"] },
};

const PATIENT_PORTAL = "Healthcare Patient Portal";

export function applyPackage(world: World, organization: OrganizationState, uniqueName: string): void {
  const content = CONTENT[uniqueName] ?? {};
  if (!organization.packages.includes(uniqueName)) organization.packages.push(uniqueName);
  const fresh = content.feature !== undefined && !organization.features.includes(content.feature);
  if (fresh && content.feature !== undefined) organization.features.push(content.feature);
  const session = systemSession(world, organization);
  addSolutions(session, [uniqueName, ...(content.solutions ?? [])]);
  if (content.roles !== undefined) addRoles(session, content.roles);
  for (const [name, appName] of content.apps ?? []) addAppModule(session, name, appName);
  if (fresh && content.feature === "omnichannel") addOmnichannelRows(session);
  // The website record the package brings is named by the training lab ("Update Portal Binding").
  if (fresh && content.feature === "portal")
    insertRow(session, "adx_website", { adx_name: PATIENT_PORTAL, adx_website_language: 1033 });
}
