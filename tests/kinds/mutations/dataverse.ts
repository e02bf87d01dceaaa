import type { Portal, Row } from "../portal.ts";
import type { Mutations } from "./azure-and-entra.ts";

const SOMEBODY_ELSES = "99999999-9999-4999-8999-999999999999";

/** Sets columns of the rows of a table that `of` tells; without it, of every row. */
const rows =
  (table: string, set: Row | "gone", of: (row: Row) => boolean = () => true) =>
  (portal: Portal): Promise<void> =>
    portal.rows(table, (row) => (of(row) ? set : undefined));

const named =
  (name: string, column = "msdyn_name") =>
  (row: Row): boolean =>
    row[column] === name;

/** A rule set's XML, edited as text. */
const rules =
  (name: RegExp, from: string | RegExp, to: string) =>
  (portal: Portal): Promise<void> =>
    portal.rows("msdyn_decisionruleset", (row) =>
      name.test(String(row["msdyn_name"]))
        ? { msdyn_rulesetdefinition: String(row["msdyn_rulesetdefinition"]).replace(from, to) }
        : undefined,
    );

const bot = (row: Row): boolean => String(row["fullname"]).startsWith("# psc contoso-full");
const humans = named("Escalate to Human", "name");
const chat = named("Patient chat");
const session = named("Patient session");
const waits = named("Patient waits");

/** Takes one person's direct roles away. */
async function takeRoles(portal: Portal): Promise<void> {
  const users = await portal.list("systemuser");
  const sofia = users.find((row) => String(row["domainname"]).startsWith("sofia"))?.["systemuserid"];
  await portal.rows("systemuserroles", (row) => (row["systemuserid"] === sofia ? "gone" : undefined));
}

const assistant = (row: Row): boolean => row["fullname"] === "# Contoso nurse assistant";

async function takeAssistantsRoles(portal: Portal): Promise<void> {
  const user = (await portal.list("systemuser")).find(assistant)?.["systemuserid"];
  await portal.rows("systemuserroles", (row) => (row["systemuserid"] === user ? "gone" : undefined));
}

export const DATAVERSE: Mutations = {
  "dataverse.auditing.enabled": rows("organization", { isauditenabled: false }),
  "dataverse.auditing.retentionDays": rows("organization", { auditretentionperiodv2: 30 }),
  "dataverse.auditing.tables": (portal) =>
    portal.edit("dataverse/organizations", () => ({ audit: { contact: { table: true } } })),
  "dataverse.application-user.enabled": rows("systemuser", { isdisabled: true }, bot),
  "dataverse.application-user.accessMode": rows("systemuser", { accessmode: 0 }, bot),
  "dataverse.application-user.businessUnit": rows(
    "systemuser",
    { _businessunitid_value: SOMEBODY_ELSES },
    bot,
  ),
  "dataverse.application-user.userType": rows("systemuser", { msdyn_agentType: 192350000 }, bot),
  "dataverse.application-user.botId": rows("systemuser", { msdyn_botapplicationid: SOMEBODY_ELSES }, bot),
  "dataverse.application-user.capacity": rows("systemuser", { msdyn_capacity: 100 }, bot),
  "dataverse.group-team.roles": rows("teamroles", "gone"),
  "dataverse.role-assignment.holders": takeRoles,
  "dataverse.solution.version": rows(
    "solution",
    { version: "0.9.0.0" },
    named("ContosoVisits", "uniquename"),
  ),
  "dataverse.solution.variables": rows("environmentvariablevalue", { value: "elsewhere" }),
  "omnichannel.operating-hours.timeZone": rows(
    "calendarrule",
    { timezonecode: 4 },
    (row) => row["description"] === "Weekly Single Rule",
  ),
  "omnichannel.operating-hours.open": rows(
    "calendarrule",
    { duration: 60 },
    (row) => row["duration"] === 600,
  ),
  "omnichannel.presence.text": rows(
    "msdyn_presence",
    { msdyn_presencestatustext: "Away" },
    named("In surgery"),
  ),
  "omnichannel.presence.status": rows(
    "msdyn_presence",
    { msdyn_basepresencestatus: 192360000 },
    named("In surgery"),
  ),
  "omnichannel.presence.selectable": rows("msdyn_presence", { msdyn_canuserset: false }, named("In surgery")),
  "omnichannel.capacity-profile.units": rows("msdyn_capacityprofile", { msdyn_defaultmaxunits: 9 }),
  "omnichannel.capacity-profile.block": rows("msdyn_capacityprofile", { msdyn_blockassignment: false }),
  "omnichannel.capacity-profile.reset": rows("msdyn_capacityprofile", { msdyn_resetduration: 192350001 }),
  "omnichannel.capacity-profile-users.users": rows("msdyn_bookableresourcecapacityprofile", "gone"),
  "omnichannel.bookable-resources.users": rows("bookableresource", "gone"),
  "omnichannel.skill.description": rows("characteristic", { description: "Hablan" }),
  "omnichannel.skill-users.users": rows("bookableresourcecharacteristic", "gone"),
  "omnichannel.masking.customers": rows("msdyn_omnichannelconfiguration", { msdyn_maskforcustomer: false }),
  "omnichannel.masking.agents": rows("msdyn_omnichannelconfiguration", { msdyn_maskforagent: false }),
  "omnichannel.masking-rule.pattern": rows(
    "msdyn_maskingrule",
    { msdyn_regular_expression: "x" },
    named("Member id"),
  ),
  "omnichannel.masking-rule.character": rows(
    "msdyn_maskingrule",
    { msdyn_masked_character: "*" },
    named("Member id"),
  ),
  "omnichannel.masking-rule.description": rows(
    "msdyn_maskingrule",
    { msdyn_description: "" },
    named("Member id"),
  ),
  "omnichannel.masking-rule.active": rows("msdyn_maskingrule", { statecode: 1 }, named("Member id")),
  "omnichannel.queue.priority": rows("queue", { msdyn_priority: 7 }, humans),
  "omnichannel.queue.assignment": rows("queue", { msdyn_assignmentstrategy: 192350001 }, humans),
  "omnichannel.queue.operatingHours": rows("queue", { _msdyn_operatinghourid_value: null }, humans),
  "omnichannel.queue-members.members": rows("queuemembership", "gone"),
  "omnichannel.overflow.closed": rows(
    "msdyn_overflowactionconfig",
    { msdyn_overflowactiontype: 192350006 },
    (row) => String(row["msdyn_name"]).startsWith("psc_closed"),
  ),
  "omnichannel.overflow.full": rules(/^queue_prequeue/, ">25<", ">99<"),
  "omnichannel.overflow.waiting": rules(/^queue_inqueue/, ">20<", ">99<"),
  "omnichannel.workstream.capacity": rows("msdyn_liveworkstream", { msdyn_capacityrequired: 99 }, chat),
  "omnichannel.workstream.fallback": rows("msdyn_liveworkstream", { _msdyn_defaultqueue_value: null }, chat),
  "omnichannel.workstream.contract": rows(
    "msdyn_liveworkstream",
    { _msdyn_routingcontractid_value: null },
    named("Patient texts"),
  ),
  "omnichannel.workstream-capacity.counts": rows(
    "msdyn_liveworkstream",
    { msdyn_capacityformat: 192350000 },
    chat,
  ),
  "omnichannel.workstream-capacity.profiles": rows("msdyn_liveworkstreamcapacityprofile", "gone"),
  "omnichannel.routing.rules": rules(/^Patient chat/, 'name="Bot first"', 'name="Bot last"'),
  "omnichannel.routing.hitPolicy": rules(/^Patient chat/, 'hit-policy="first"', 'hit-policy="all"'),
  "omnichannel.routing.disabledRules": (portal) =>
    portal.rows("msdyn_decisionruleset", (row) =>
      String(row["msdyn_name"]).startsWith("Patient chat")
        ? {
            msdyn_disabledrules:
              /<rule id="([^"]+)"/.exec(String(row["msdyn_rulesetdefinition"]))?.[1] ?? "none",
          }
        : undefined,
    ),
  "omnichannel.routing.variables": (portal) =>
    portal.rows("msdyn_decisioncontract", (row) =>
      String(row["msdyn_contractdefinition"]).includes('name="EscalateToAgent"')
        ? { msdyn_contractdefinition: String(row["msdyn_contractdefinition"]).replace(/<variable[^>]*>/, "") }
        : undefined,
    ),
  "omnichannel.workstream-bot.bot": rows("msdyn_liveworkstream", { _msdyn_bot_user_value: null }, chat),
  "omnichannel.widget.title": rows("msdyn_livechatconfig", { msdyn_widgettitle: "Hello" }),
  "omnichannel.widget.subtitle": rows("msdyn_livechatconfig", { msdyn_widgetsubtitle: "Hello" }),
  "omnichannel.widget.language": rows("msdyn_livechatconfig", { _msdyn_ocwidgetlanguage_value: null }),
  "omnichannel.widget.attachments": rows("msdyn_livechatconfig", {
    msdyn_enablefileattachmentsforcustomers: true,
  }),
  "omnichannel.widget.position": rows("msdyn_livechatconfig", { msdyn_widgetposition: 192236011 }),
  "omnichannel.widget.operatingHours": rows("msdyn_livechatconfig", {
    _msdyn_operatinghourid_value: SOMEBODY_ELSES,
  }),
  "omnichannel.sign-in.publicKeyUrl": rows("msdyn_authenticationsettings", {
    msdyn_publickeyurl: "https://elsewhere.com/key",
  }),
  "omnichannel.sign-in.tokenFunction": rows("msdyn_authenticationsettings", {
    msdyn_javascriptclientfunction: "token",
  }),
  "omnichannel.sign-in.flow": rows("msdyn_authenticationsettings", { msdyn_authenticationtype: 192350001 }),
  "omnichannel.sign-in.optional": rows("msdyn_livechatconfig", { msdyn_authenticatedsigninoptional: false }),
  "omnichannel.sign-in.used": rows("msdyn_livechatconfig", { _msdyn_authsettingsid_value: null }),
  "omnichannel.pre-chat-survey.enabled": rows("msdyn_livechatconfig", { msdyn_prechatenabled: false }),
  "omnichannel.pre-chat-survey.questions": rows(
    "msdyn_surveyquestion",
    { msdyn_questiontext: "What now?" },
    named("ReasonForContact"),
  ),
  "omnichannel.sms-channel": rows("msdyn_ocsmschannelsetting", "gone"),
  "agent-experience.tag": rows("msdyn_octag", "gone", named("greeting")),
  "agent-experience.quick-reply.text": rows(
    "msdyn_cannedmessage",
    { msdyn_message: "Hi" },
    named("Greeting", "msdyn_title"),
  ),
  "agent-experience.quick-reply.tags": rows("msdyn_msdyn_cannedmessage_msdyn_octag", "gone"),
  "agent-experience.quick-reply.workstreams": rows("msdyn_msdyn_cannedmessage_liveworkstream", "gone"),
  "agent-experience.session-template.name": rows("msdyn_sessiontemplate", { msdyn_name: "Renamed" }, session),
  "agent-experience.session-template.title": rows(
    "msdyn_sessiontemplate",
    { msdyn_title: "Title" },
    named("psc_Patientsession", "msdyn_uniquename"),
  ),
  "agent-experience.session-template.panel": rows(
    "msdyn_sessiontemplate",
    { msdyn_panelstate: 162450000 },
    named("psc_Patientsession", "msdyn_uniquename"),
  ),
  "agent-experience.session-template.tabs": rows("msdyn_sessiontemplate_applicationtab", "gone"),
  "agent-experience.workstream-session.template": rows(
    "msdyn_liveworkstream",
    { msdyn_sessiontemplate_default: "other" },
    chat,
  ),
  "agent-experience.notification-template.name": rows(
    "msdyn_notificationtemplate",
    { msdyn_name: "Renamed" },
    waits,
  ),
  "agent-experience.notification-template.title": rows(
    "msdyn_notificationtemplate",
    { msdyn_title: "Title" },
    named("psc_Patientwaits", "msdyn_uniquename"),
  ),
  "agent-experience.notification-template.timeoutSeconds": rows(
    "msdyn_notificationtemplate",
    { msdyn_timeout: 5 },
    named("psc_Patientwaits", "msdyn_uniquename"),
  ),
  "agent-experience.notification-template.desktop": rows(
    "msdyn_notificationtemplate",
    { msdyn_desktopnotificationmode: 509180000 },
    named("psc_Patientwaits", "msdyn_uniquename"),
  ),
  "agent-experience.notification-template.rejectable": rows(
    "msdyn_notificationtemplate",
    { msdyn_showrejectbutton: false },
    named("psc_Patientwaits", "msdyn_uniquename"),
  ),
  "agent-experience.notification-template.fields": rows("msdyn_notificationfield", { msdyn_value: "?" }),
  "agent-experience.workstream-notification.signedIn": rows(
    "msdyn_liveworkstream",
    { msdyn_notificationtemplate_incoming_auth: "other" },
    chat,
  ),
  "agent-experience.workstream-notification.notSignedIn": rows(
    "msdyn_liveworkstream",
    { msdyn_notificationtemplate_incoming_unauth: "other" },
    chat,
  ),
  "agent-experience.script.name": rows("msdyn_productivityagentscript", { msdyn_name: "Renamed" }),
  "agent-experience.script.description": rows("msdyn_productivityagentscript", { msdyn_description: "" }),
  "agent-experience.script.language": rows("msdyn_productivityagentscript", { msdyn_language: 1036 }),
  "agent-experience.script.sessionTemplates": rows("msdyn_msdyn_prod_agentscript_msdyn_sessiontempl", "gone"),
  "agent-experience.script-steps.steps": rows("msdyn_productivityagentscriptstep", {
    msdyn_textinstruction: "Do nothing.",
  }),
  "agent-experience.profile.name": rows(
    "msdyn_appconfiguration",
    { msdyn_name: "Renamed" },
    named("Contoso nurses"),
  ),
  "agent-experience.profile.description": rows(
    "msdyn_appconfiguration",
    { msdyn_description: "Of others" },
    named("psc_Contosonurses", "msdyn_uniquename"),
  ),
  "agent-experience.profile.sessionTemplates": rows("msdyn_appconfiguration_sessiontemplate", "gone"),
  "agent-experience.profile.users": rows("msdyn_appconfiguration_systemuser", "gone"),
  "agent-experience.knowledge-article.content": rows(
    "knowledgearticle",
    { content: "<p>Ask somebody.</p>" },
    (row) => row["islatestversion"] === true,
  ),
  "agent-experience.knowledge-article.keywords": rows(
    "knowledgearticle",
    { keywords: "" },
    (row) => row["islatestversion"] === true,
  ),
  "agent-experience.knowledge-article.description": rows(
    "knowledgearticle",
    { description: "" },
    (row) => row["islatestversion"] === true,
  ),
  "agent-experience.knowledge-article.internal": rows(
    "knowledgearticle",
    { isinternal: true },
    (row) => row["islatestversion"] === true,
  ),
  "agent-experience.knowledge-article.state": rows(
    "knowledgearticle",
    { statecode: 0, statuscode: 2 },
    (row) => row["islatestversion"] === true,
  ),
  "agent-experience.smart-assist.knowledge": rows("msdyn_suggestionssetting", { msdyn_kbisenabled: false }),
  "agent-experience.smart-assist.similarCases": rows("msdyn_suggestionssetting", {
    msdyn_caseisenabled: true,
  }),
  "agent-experience.smart-assist-bot.userType": rows("systemuser", { msdyn_agentType: 192350000 }, assistant),
  "agent-experience.smart-assist-bot.botId": rows(
    "systemuser",
    { msdyn_botapplicationid: SOMEBODY_ELSES },
    assistant,
  ),
  "agent-experience.smart-assist-bot.role": takeAssistantsRoles,
  "agent-experience.smart-assist-bot.workstreams": rows("msdyn_msdyn_liveworkstream_systemuser", "gone"),
  "agent-experience.sentiment.enabled": rows("msdyn_sentimentanalysis", { msdyn_enabled: false }),
  "agent-experience.sentiment.agentAlert": rows("msdyn_sentimentanalysis", { msdyn_agentthreshold: 9 }),
  "agent-experience.sentiment.supervisorAlert": rows("msdyn_sentimentanalysis", {
    msdyn_supervisorthreshold: 9,
  }),
  "agent-experience.supervision.monitor": rows("msdyn_omnichannelconfiguration", {
    msdyn_enable_supervisor_monitor: false,
  }),
  "agent-experience.supervision.assign": rows("msdyn_omnichannelconfiguration", {
    msdyn_enable_supervisor_assign: false,
  }),
  "agent-experience.supervision.transfer": rows("msdyn_omnichannelconfiguration", {
    msdyn_enable_supervisor_transfer: false,
  }),
  "agent-experience.supervision.forceClose": rows("msdyn_omnichannelconfiguration", {
    msdyn_enable_supervisor_forceclose: true,
  }),
};

/** What cannot be changed once it exists. One at a time. */
export const DATAVERSE_ONE_BY_ONE: Mutations = {
  "dataverse.solution.managed": rows("solution", { ismanaged: false }, named("ContosoVisits", "uniquename")),
  "omnichannel.workstream.distribution": rows(
    "msdyn_liveworkstream",
    { msdyn_workdistributionmode: 192350001 },
    chat,
  ),
  "omnichannel.context-variable.type": rows("msdyn_ocliveworkstreamcontextvariable", {
    msdyn_datatype: 192350000,
  }),
};
