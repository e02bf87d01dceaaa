import { createHash } from "node:crypto";
import type { CatalogueRow } from "./power-platform-state.ts";

const DYNAMICS_365 = { name: "Microsoft Dynamics 365", id: "7ea093b9-252b-4557-a8ae-ad4c1932a412" };
const DYNAMICS_SMB = { name: "Microsoft Dynamics SMB", id: "46374049-cf21-44bb-a264-85f2b3cbd47e" };
const POWER_PAGES = { name: "Microsoft Power Pages", id: "c9db2fb0-16d4-4e9d-a4da-de574e1156db" };

const HEALTHCARE_HELP = "https://docs.microsoft.com/industry/healthcare/overview";
const ANCHOR_HELP = "http://go.microsoft.com/fwlink/?LinkID=773454";
const PAGES_HELP = "http://go.microsoft.com/fwlink/p/?LinkID=785007";

/** Rows whose help page is not their publisher's usual one. */
const OTHER_HELP: Readonly<Record<string, string>> = {
  msdynce_CRMHub: "https://go.microsoft.com/fwlink/?linkid=846978",
  msdynce_ServiceAnchor: "http://go.microsoft.com/fwlink/p/?LinkId=829988",
  msdynce_ServiceLevelAgreementAnchor: "http://go.microsoft.com/fwlink/p/?LinkId=829988",
  msdynce_CustomerServiceTeamMemberAnchor: "https://go.microsoft.com/fwlink/p/?linkid=847067",
  msdynce_KnowledgeManagementAnchor: "https://go.microsoft.com/fwlink/p/?linkid=847067",
  ProductivityToolsAnchor: "https://go.microsoft.com/fwlink/p/?linkid=2116625",
  msdyn_ServiceCopilotBaseAnchor: "https://go.microsoft.com/fwlink/?linkid=2047605",
  MicrosoftFormsPro: "https://go.microsoft.com/fwlink/?linkid=866263",
  UnifiedCustomerProfileAnchor: "https://go.microsoft.com/fwlink/?linkid=2171703",
};

/** Countries a package is sold in; the sandbox's tenant is in the United States. */
const COUNTRIES = [
  ..."AE AR AT AU BE BG BR CA CH CL CO CR CY CZ DE DK DO EC EE EG ES FI FR GB GR GT HK HR HU ID".split(" "),
  ..."IE IL IN IS IT JP KE KR KW LT LU LV MA MX MY NG NL NO NZ OM PA PE PH PK PL PT QA RO RS SA".split(" "),
  ..."SE SG SI SK TH TR TT TW UA US UY VN ZA".split(" "),
];

/** A stable id for a row; the recorded rows have one that differs from the application id. */
function stableId(uniqueName: string): string {
  const hex = createHash("sha256").update(`package:${uniqueName}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function row(
  publisher: { readonly name: string; readonly id: string },
  learnMoreUrl: string,
  uniqueName: string,
  applicationName: string,
  localizedName: string,
  applicationId: string,
): CatalogueRow {
  return {
    uniqueName,
    id: stableId(uniqueName),
    version: "1.0.0.0",
    localizedName,
    localizedDescription: null,
    applicationId,
    applicationName,
    applicationDescription: null,
    publisherName: publisher.name,
    publisherId: publisher.id,
    learnMoreUrl: OTHER_HELP[uniqueName] ?? learnMoreUrl,
    catalogVisibility: "None",
    applicationVisibility: "All",
    errorDetails: null,
    startDateUtc: "2018-07-23T00:00:00Z",
    endDateUtc: "2050-01-01T00:00:00Z",
    supportedCountries: [...COUNTRIES],
  };
}

type Facts = readonly [
  uniqueName: string,
  applicationName: string,
  localizedName: string,
  applicationId: string,
];

const DYNAMICS_ROWS: readonly Facts[] = [
  ["msdynce_CRMHub", "Microsoft Dynamics 365 CRM Hub", "Crm Hub", "d462f359-b477-4ff2-9de1-7baab4488e75"],
  [
    "msdynce_ServiceAnchor",
    "Dynamics 365 Core Service",
    "Service Anchor Solution",
    "ce49bcdf-c36f-4ced-90fc-2d70f0b8f269",
  ],
  [
    "OmnichannelPrimeAnchor",
    "Omnichannel for Customer Service - Base",
    "Omnichannel – Base for Dynamics 365 Applications",
    "a35d0d05-76f9-4861-9489-3af8a557199a",
  ],
  [
    "OmnichannelPrimePVAExtensionAnchor",
    "Omnichannel Power Virtual Agent Extension",
    "Omnichannel Power Virtual Agent Extension Anchor",
    "b3dcfe3f-1720-4cdf-b843-06d1741c18f9",
  ],
  [
    "msdyn_OmnichannelPrimeCCaaSApi",
    "Omnichannel for Customer Service - CCaaS APIs",
    "Omnichannel – CCaaS Api for Dynamics 365 Applications",
    "debce440-e50c-47b9-9d8a-cf75325cf312",
  ],
  [
    "UnifiedRoutingPrimeAnchor",
    "Unified Routing - Base",
    "Anchor solution for UnifiedRoutingPrime in Dynamics 365 solutions",
    "12553f59-6d0a-43f3-8394-fba49afdc60c",
  ],
  [
    "msdyn_URAdvancedRecordRouting",
    "Unified Routing for Records",
    "The solution provides advanced record routing functionality",
    "c8b4eca2-0a89-4259-8947-350053bb831b",
  ],
  [
    "ProductivityToolsAnchor",
    "Dynamics 365 Productivity Tools",
    "ProductivityTools",
    "8402880e-96ab-47ff-9dd5-ff9531fe33a3",
  ],
  [
    "AgentProductivityToolsAnchor",
    "Agent Productivity Tools",
    "ProductivityTools",
    "101bd49d-e418-4a70-bc18-ff75ba7ea7aa",
  ],
  [
    "msdyn_AppProfileManagerAnchor",
    "appprofilemanager",
    "App profile manager anchor",
    "f6a41e0e-f68b-41e4-92ca-1b0eff2c72da",
  ],
  [
    "msdyn_ChannelExperienceAppsAnchor",
    "Dynamics 365 ChannelExperienceApps",
    "ChannelExperienceApps Anchor Solution",
    "fabf78c3-a4c3-4bf5-947b-efcaebb84168",
  ],
  [
    "msdyn_ServiceCopilotBaseAnchor",
    "Microsoft Service Copilot Base Solutions",
    "Base components to enable Service Copilot",
    "3366e4c7-ccab-4fa9-9f44-1b3746a36bc7",
  ],
  [
    "msdynce_CustomerServiceTeamMemberAnchor",
    "Customer Service Team Member",
    "Customer Service Team Member Anchor",
    "93c9ebaf-a99c-4863-a227-ad745694d429",
  ],
  [
    "msdynce_KnowledgeManagementAnchor",
    "Dynamics 365 Knowledge Management",
    "Knowledge Management Anchor Solution",
    "51ef2a5e-7e71-4d95-aaba-1808e752cadd",
  ],
  [
    "msdynce_ServiceLevelAgreementAnchor",
    "Service Management - SLA",
    "Service Level Agreement (SLA) Anchor",
    "764de627-d165-423a-945a-1c11e35af87c",
  ],
  [
    "msdynce_AnyEntityRoutingRuleAnchor",
    "Dynamics 365 - Any Entity Routing Rule",
    "Entity records routing",
    "ca52e35b-a8cf-4ec3-a2a7-2651d26e728a",
  ],
  [
    "msdyn_CustomerServiceAnalyticsAnchor",
    "Dynamics 365 Customer Service Analytics",
    "CustomerServiceAnalytics Anchor Solution",
    "707f3a18-67e3-49ec-abf2-97b7109f0743",
  ],
  [
    "msdyn_CustomerServiceTrialAnchor",
    "Dynamics365 Customer Service Enterprise Trial",
    "CustomerServiceTrial Anchor Solution",
    "f269699f-4e69-49ca-9831-2b2107536a87",
  ],
  [
    "msdyn_CustomerServiceDemoDataAnchor",
    "Dynamics365 Customer Service Demo Data",
    "CustomerServiceDemoData Anchor Solution",
    "966241bc-275a-497a-a046-17c6f2a5b02d",
  ],
  [
    "msdyn_OmnichannelDemoDataAnchor",
    "Dynamics365 Omnichannel Demo Data",
    "OmnichannelDemoData Anchor Solution",
    "975f1495-276d-49cf-ab69-5b804fc9ac67",
  ],
  [
    "MicrosoftFormsPro",
    "Dynamics 365 Customer Voice",
    "Dynamics 365 Customer Voice",
    "4bbd5362-21f6-47a8-bcd9-e2a75e8242ef",
  ],
];

const HEALTHCARE_ROWS: readonly Facts[] = [
  [
    "HealthcareFoundationAnchor",
    "Healthcare Foundation",
    "Healthcare - Foundation Anchor",
    "f1b4f130-2f14-4e74-9b8c-06cf3b6c8f7d",
  ],
  [
    "HealthcarePatientServiceCenterAnchor",
    "Healthcare Patient Service Center",
    "Healthcare - Patient Service Center Anchor",
    "d4b98c1d-440f-4b9e-bc7b-e721577fd6c0",
  ],
  [
    "HealthcarePatientAccessAnchor",
    "Healthcare Patient Access Portal",
    "Healthcare - Patient Access Anchor",
    "a661c7ba-b006-48cb-b199-333136cea139",
  ],
  [
    "HealthcarePatientAccessPortalSampleData",
    "Patient Access Portal Sample Data",
    "Healthcare - Patient Access Portal Sample Data",
    "b998a066-8558-4bbe-be86-98f13243ecf0",
  ],
  [
    "HealthcarePatientOutreachAnchor",
    "Healthcare Patient Outreach",
    "Healthcare - Patient Outreach Anchor",
    "0a95f50f-3099-4303-ba90-44d7e337ce56",
  ],
  [
    "HealthcarePatientOutreachSampleData",
    "Healthcare Patient Outreach Sample Data",
    "Healthcare - Patient Outreach Sample Data",
    "6b63573b-d2bc-4eb8-95fa-4ea6bbffd829",
  ],
  [
    "HealthcareHealthAssistantAnchor",
    "Healthcare Health Assistant",
    "Healthcare - Health Assistant Anchor",
    "0e5f198e-b37b-421f-914f-d5d973fa699c",
  ],
  [
    "HealthcareCareManagementAnchor",
    "Healthcare Care Management",
    "Healthcare - Care Management Anchor",
    "cac05d36-66f3-45e2-9433-a85730cb0c12",
  ],
  [
    "HealthcareHomeHealthAnchor",
    "Healthcare Home Health",
    "Healthcare - Home Health Anchor",
    "e71a08d3-97d4-47c0-8568-5c2600295483",
  ],
  [
    "HealthcareHomeHealthSampleData",
    "Healthcare Home Health Sample Data",
    "Healthcare - Home Health Sample Data",
    "b8d07421-f90e-4a68-a9c1-5c123bdafa9d",
  ],
  [
    "HealthcareDeviceManagementAnchor",
    "Healthcare Device Management",
    "Healthcare - Device Management Anchor",
    "54f5faa9-0fbf-4f35-8873-1e955aa4c53c",
  ],
  [
    "HealthcareDeviceManagementSampleData",
    "Healthcare Device Management Sample Data",
    "Healthcare - Device Management Sample Data",
    "e6ffcc70-3cba-4033-9fc6-a609a349e6f2",
  ],
  [
    "HealthcareFoundationSampleData",
    "Healthcare Sample Data",
    "Healthcare - Foundation Sample Data",
    "54234f69-cdc4-4ac8-b548-e55ef58aef79",
  ],
  [
    "HealthcareCodeableConceptsSampleData",
    "Healthcare Codeable Concepts - Sample Data",
    "Healthcare - Codeable Concepts Sample Data",
    "501fa90f-430f-4f0d-9eaf-c3a4a27654dd",
  ],
  [
    "HealthcareTeamCollaboration",
    "Healthcare Teams Collaboration",
    "Healthcare - Team Collaboration",
    "20d9b236-fef8-4ab7-b0b2-8e18ae2ee68f",
  ],
  [
    "HealthcareTrialAnchor",
    "Healthcare Trial",
    "Healthcare - Trial Anchor",
    "3fbcaad3-69bd-4064-baf8-2df610b9fd5a",
  ],
  ["FHIRAnchor", "Healthcare FHIR Common Data Model", "FHIR Anchor", "9001e25e-6b33-4434-9d35-39d5a4e5ca29"],
  [
    "FHIRSyncAgentAnchor",
    "Healthcare FHIR Sync Agent Administration",
    "Sync admin for FHIR Anchor",
    "aacc35e6-3962-44c1-8634-58379523eb7f",
  ],
  [
    "UnifiedCustomerProfileAnchor",
    "Unified customer profile",
    "Unified Customer Profile Anchor",
    "f4b45ea9-e4bf-46ff-8df7-d5ea58f901eb",
  ],
];

const PAGES_ROWS: readonly Facts[] = [
  ["PowerPages_Core", "Power Pages Core", "Power Pages Core", "9595806d-e483-4650-b3ff-7dbc076119cd"],
  [
    "PowerPages_CRMCore",
    "Power Pages CRM Core",
    "Power Pages CRM Core",
    "7c95770e-6a01-45f1-97a0-f8463e1e2520",
  ],
  [
    "PowerPages_CoreHelper",
    "Power Pages Core Helper",
    "Power Pages Core Helper",
    "76088054-2e8f-4c0a-95ef-a086ceac64c1",
  ],
  [
    "DefaultPortalTemplate_V2",
    "Power Pages Starter Layout 001 V2",
    "Default Portal Template V2",
    "3e865f61-99c2-4641-a0d1-499c7cffffce",
  ],
];

/**
 * The packages the sandbox's tenant is offered, by unique name: those of the recorded tenant catalogue that belong to
 * the patient service center and its surroundings (services/application/tests/datasource/tenant_application_packages
 * of microsoft/terraform-provider-power-platform). The recording has no packages for the chat, SMS and Teams
 * channels. Assumption: it has no versions either; every row says 1.0.0.0.
 */
export function initialCatalogue(): Record<string, CatalogueRow> {
  const rows = [
    ...DYNAMICS_ROWS.map((facts) => row(DYNAMICS_365, ANCHOR_HELP, ...facts)),
    ...HEALTHCARE_ROWS.map((facts) => row(DYNAMICS_SMB, HEALTHCARE_HELP, ...facts)),
    ...PAGES_ROWS.map((facts) => row(POWER_PAGES, PAGES_HELP, ...facts)),
  ];
  return Object.fromEntries(rows.map((entry) => [entry.uniqueName, entry]));
}

/** Minutes of sandbox time that an installation takes; the hours the guides speak of, where they do. */
const MINUTES: Readonly<Record<string, number>> = {
  msdynce_CRMHub: 15,
  OmnichannelPrimeAnchor: 100,
  HealthcareFoundationAnchor: 60,
  HealthcarePatientServiceCenterAnchor: 50,
  HealthcarePatientAccessAnchor: 65,
};

export function installationMinutes(uniqueName: string): number {
  return MINUTES[uniqueName] ?? 20;
}

const ON_FOUNDATION = HEALTHCARE_ROWS.map(([uniqueName]) => uniqueName).filter(
  (uniqueName) => uniqueName.startsWith("Healthcare") && uniqueName !== "HealthcareFoundationAnchor",
);

const PREREQUISITES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(ON_FOUNDATION.map((uniqueName) => [uniqueName, ["HealthcareFoundationAnchor"]])),
  OmnichannelPrimeAnchor: ["msdynce_CRMHub"],
  HealthcarePatientServiceCenterAnchor: ["OmnichannelPrimeAnchor", "HealthcareFoundationAnchor"],
};

/**
 * Packages that have to be installed before this one. Assumption: the order is that of the deployment guides
 * ("Prerequisites for Microsoft Cloud for Healthcare", Microsoft Learn); how the service treats a missing one is not
 * published.
 */
export function prerequisitesOf(uniqueName: string): readonly string[] {
  return PREREQUISITES[uniqueName] ?? [];
}
