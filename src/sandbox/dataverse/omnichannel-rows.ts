import { findServicePrincipal } from "../entra/directory.ts";
import { findRowBy, insertRow, stableId, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import { OMNICHANNEL_ROLES } from "./shipped-roles.ts";
import { addAppModule, addRoles } from "./shipped-rows.ts";
import { giveRole, insertApplicationUser } from "./users.ts";

/**
 * Rows that come with Omnichannel for Customer Service. Fixed ids are those printed in Microsoft's documentation or
 * in shipped web resources; where no id is public, every organization gets its own.
 */

/** First-party identity that reads and writes Dataverse for routing ("Apps to allow", administration guide). */
const OMNICHANNEL_SERVICE_APP = "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935";

const PRESENCES: readonly (readonly [name: string, base: number, userSet: boolean, id?: string])[] = [
  ["Available", 192360000, true],
  ["Busy", 192360001, true],
  ["Busy - DND", 192360002, true],
  ["Away", 192360003, true],
  ["Offline", 192360004, true],
  ["Inactive", 192360003, false, "a89ee9cf-453a-4b52-8d7a-ad647feecd5d"],
];

const LANGUAGES: readonly (readonly [localeId: number, code: string, name: string])[] = [
  [1033, "en-US", "English - United States"],
  [2057, "en-GB", "English - United Kingdom"],
  [1031, "de-DE", "German - Germany"],
  [3082, "es-ES", "Spanish - Spain"],
  [2058, "es-MX", "Spanish - Mexico"],
  [1036, "fr-FR", "French - France"],
  [1040, "it-IT", "Italian - Italy"],
  [1043, "nl-NL", "Dutch - Netherlands"],
  [1046, "pt-BR", "Portuguese - Brazil"],
];

const SYSTEM_CONTRACTS = [
  "msdyn_demandqueueidentificationoutput",
  "msdyn_assignmentoutput",
  "msdyn_selectionruleoutput",
  "msdyn_queueoverflowrulesetinput",
  "msdyn_queueoverflowrulesetoutput",
  "msdyn_baseoutputcontractmasterentityroutingconfiguration",
  "msdyn_baseoutputcontractmasterentityroutingconfigurationunifiedrouting",
] as const;

/** Unique names are public for three of the session templates only. */
const SESSION_TEMPLATES: readonly (readonly [name: string, uniqueName?: string])[] = [
  ["Chat session - default", "msdyn_chat_session"],
  ["Entity records session - default", "msdyn_entityrouting_session"],
  ["Custom messaging session - default", "msdyn_custommessaging_session"],
  ["SMS session - default"],
  ["Teams session - default"],
];

const NOTIFICATION_TEMPLATES: readonly (readonly [name: string, uniqueName?: string])[] = [
  ["Chat - incoming unauthenticated - default", "msdyn_chat_incoming_unauthenticated"],
  ["Chat - incoming authenticated - default"],
  ["Chat - consult - default"],
  ["Chat - transfer - default"],
  ["Entity records - incoming - default", "msdyn_entityrouting_assigned"],
];

/** Names are documented, the shipped expressions are not: these are the sandbox's own. */
const MASKING_RULES: readonly (readonly [name: string, expression: string])[] = [
  ["Credit Card", "\\b(?:\\d[ -]?){13,16}\\b"],
  ["Email", "\\b[\\w.+-]+@[\\w-]+\\.[\\w.]+\\b"],
  ["SSN", "\\b\\d{3}-\\d{2}-\\d{4}\\b"],
];

const PERSONAS: readonly (readonly [type: number, role: string])[] = [
  [1, "CSR Manager"],
  [1, "Omnichannel administrator"],
  [2, "CSR Manager"],
  [2, "Omnichannel supervisor"],
  [3, "Customer Service Representative"],
  [3, "Omnichannel agent"],
];

const APP_PROFILES = [
  "Omnichannel for Customer Service - default profile",
  "Customer Service workspace - default profile",
  "Customer Service workspace + channels - default profile",
] as const;

const MESSAGES = ["msdyn_SaveCalendar", "msdyn_DeleteCalendar"] as const;

function addQueues(session: Session): void {
  const shared = {
    msdyn_isomnichannelqueue: true,
    msdyn_isdefaultqueue: true,
    msdyn_priority: 2147483647,
    msdyn_assignmentstrategy: 192350000,
    queueviewtype: 1,
  };
  insertRow(session, "queue", {
    ...shared,
    queueid: "5a4b76b0-dab5-4717-9743-9490f2f822c6",
    name: "Default entity queue",
    msdyn_queuetype: 192350001,
  });
  insertRow(session, "queue", { ...shared, name: "Default messaging queue", msdyn_queuetype: 192350000 });
  insertRow(session, "queue", { ...shared, name: "Default voice queue", msdyn_queuetype: 192350002 });
}

function addTemplates(session: Session): void {
  for (const [name, uniqueName] of SESSION_TEMPLATES)
    insertRow(session, "msdyn_sessiontemplate", {
      msdyn_name: name,
      ...(uniqueName === undefined ? {} : { msdyn_uniquename: uniqueName }),
      msdyn_sessiontype: 0,
      ismanaged: true,
    });
  for (const [name, uniqueName] of NOTIFICATION_TEMPLATES)
    insertRow(session, "msdyn_notificationtemplate", {
      msdyn_name: name,
      ...(uniqueName === undefined ? {} : { msdyn_uniquename: uniqueName }),
      msdyn_title: name,
      ismanaged: true,
    });
  insertRow(session, "msdyn_applicationtabtemplate", {
    msdyn_name: "Omnichannel search",
    msdyn_uniquename: "msdyn_omnichannel_search",
    ismanaged: true,
  });
  for (const name of APP_PROFILES)
    insertRow(session, "msdyn_appconfiguration", { msdyn_name: name, ismanaged: true });
}

function addPersonas(session: Session): void {
  const root = findRowBy(session.organization, "businessunit", { name: session.organization.domainName });
  for (const [type, role] of PERSONAS) {
    const row = findRowBy(session.organization, "role", {
      name: role,
      _businessunitid_value: textOf(root, "businessunitid"),
    });
    insertRow(session, "msdyn_personasecurityrolemapping", {
      msdyn_name: role,
      msdyn_personatype: type,
      _msdyn_securityroleid_value: row === undefined ? null : textOf(row, "roleid"),
    });
  }
}

function addServiceUser(session: Session): void {
  const principal = findServicePrincipal(session.world, OMNICHANNEL_SERVICE_APP);
  if (principal === undefined) return;
  const user = insertApplicationUser(session, OMNICHANNEL_SERVICE_APP, principal);
  giveRole(session, user, "Omnichannel API access");
}

export function addOmnichannelRows(session: Session): void {
  addRoles(session, OMNICHANNEL_ROLES);
  insertRow(session, "msdyn_omnichannelconfiguration", {
    msdyn_omnichannelconfigurationid: "d4d91600-6f21-467b-81fe-6757a2791fa1",
    msdyn_name: "Omnichannel configuration",
  });
  for (const [name, base, userSet, id] of PRESENCES)
    insertRow(session, "msdyn_presence", {
      ...(id === undefined ? {} : { msdyn_presenceid: id }),
      msdyn_name: name,
      msdyn_presencestatustext: name,
      msdyn_basepresencestatus: base,
      msdyn_canuserset: userSet,
    });
  addQueues(session);
  for (const [localeId, code, name] of LANGUAGES)
    insertRow(session, "msdyn_oclanguage", {
      msdyn_languagename: name,
      msdyn_localeid: localeId,
      msdyn_localecode: code,
    });
  for (const uniqueName of SYSTEM_CONTRACTS)
    insertRow(session, "msdyn_decisioncontract", {
      msdyn_name: uniqueName,
      msdyn_uniquename: uniqueName,
      ismanaged: true,
    });
  addTemplates(session);
  addPersonas(session);
  for (const [name, expression] of MASKING_RULES)
    insertRow(session, "msdyn_maskingrule", {
      msdyn_name: name,
      msdyn_regular_expression: expression,
      msdyn_masked_character: "#",
    });
  insertRow(session, "msdyn_sentimentanalysis", { msdyn_name: "Sentiment analysis", msdyn_enabled: true });
  // The product's own id of its one row.
  insertRow(session, "msdyn_suggestionssetting", {
    msdyn_suggestionssettingid: "719e8cd8-e0aa-ea11-a81c-000d3a6ce6ca",
    msdyn_name: "Suggestions settings",
    msdyn_casetitlemapping: "title",
    msdyn_casedetailmapping: "description",
    msdyn_casetitlemodelmapping: "title",
    msdyn_casedetailmodelmapping: "description",
    msdyn_kbtitlemapping: "title",
    msdyn_kbcontentmapping: "content",
    msdyn_kbtitlemodelmapping: "title",
    msdyn_kbcontentmodelmapping: "content",
  });
  insertRow(session, "msdyn_channelprovider", {
    msdyn_channelproviderid: "7e74c210-f8ff-4c16-84af-5ae454a5514a",
    msdyn_name: "omnichannel",
  });
  insertRow(session, "msdyn_unifiedroutingsetuptracker", {
    msdyn_name: "Unified routing",
    msdyn_executionstatus: 3,
    msdyn_enableunifiedrouting: true,
  });
  addAppModule(session, "Omnichannel for Customer Service", "OmniChannelEngagementHub");
  for (const name of MESSAGES)
    insertRow(session, "sdkmessage", { sdkmessageid: stableId("sdkmessage", name), name });
  addServiceUser(session);
}
