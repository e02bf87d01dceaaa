import { copy, type KindCases, rows } from "../cases.ts";
import type { Row } from "../portal.ts";

const named = (name: string): Row => ({ msdyn_name: name });
const chat = named("Patient chat");
const METADATA = "the sandbox asks no right for changing metadata";
const LOOKUP = "the sandbox asks no right to append for a lookup in a body";
const SINGLE = { "ambiguous match": "the environment has one row of these settings" } as const;
const BY_WORKSTREAM = { "ambiguous match": "it is a column of its workstream" } as const;
const members = (what: string) =>
  ({ "ambiguous match": `it is who is in ${what}, not a thing with a name` }) as const;

const startsWith = (column: string, text: string) => (row: Row) => String(row[column]).startsWith(text);

export const DATAVERSE_ROWS: Readonly<Record<string, KindCases>> = {
  "dataverse.auditing": {
    objects: rows("organization", { isauditenabled: true }),
    not: SINGLE,
    unrefused: {
      prvWriteEntity: METADATA,
      prvPublishCustomization: METADATA,
    },
  },
  "dataverse.application-user": {
    objects: rows("systemuser", startsWith("fullname", "# psc contoso-full")),
    not: { "ambiguous match": "Dataverse keeps one user of an application" },
    unrefused: { prvDeleteUser: "only for a user that was deleted before: tests/resources/dataverse" },
  },
  "dataverse.group-team": {
    objects: rows("team", { name: "Contoso Health Users" }),
    not: { "ambiguous match": "Dataverse keeps one team of an Entra group" },
    unrefused: {
      prvWriteTeam: "the sandbox asks for prvAssignRole alone",
      prvReadBusinessUnit: "asked once a run, by who comes first",
    },
  },
  "dataverse.role-assignment": {
    objects: async (portal) => {
      const users = await portal.list("systemuser");
      const sofia = users.find(startsWith("domainname", "sofia"))?.["systemuserid"];
      return (await portal.list("systemuserroles")).filter((row) => row["systemuserid"] === sofia).length;
    },
    not: { "ambiguous match": "a user has a role once, and a business unit one role of a name" },
    unrefused: { prvAppendToRole: "the sandbox asks for prvAssignRole alone" },
  },
  "dataverse.solution": {
    objects: rows("solution", { uniquename: "ContosoVisits" }),
    not: { "ambiguous match": "a solution's unique name is unique" },
    missedAlone: {
      prvWriteEnvironmentVariableValue: "dataverse.solution.variables",
      prvReadmsdyn_solutionhistory: "dataverse.solution.version",
    },
  },
  "omnichannel.channels": {},
  "omnichannel.operating-hours": {
    objects: rows("msdyn_operatinghour"),
    twin: copy({ table: "msdyn_operatinghour", entitySet: "msdyn_operatinghours", columns: ["msdyn_name"] }),
    unrefused: {
      prvWriteCalendar: "the sandbox's msdyn_SaveCalendar asks no right",
      prvWritemsdyn_operatinghour: "only for hours whose calendar is gone",
      prvDeletemsdyn_operatinghour: "the runner makes them half-way where psc cannot look: they stay",
    },
  },
  "omnichannel.presence": {
    objects: rows("msdyn_presence", named("In surgery")),
    twin: copy({
      table: "msdyn_presence",
      entitySet: "msdyn_presences",
      columns: ["msdyn_name", "msdyn_presencestatustext", "msdyn_basepresencestatus"],
      match: named("In surgery"),
    }),
  },
  "omnichannel.bookable-resources": { objects: rows("bookableresource"), not: members("the contact centre") },
  "omnichannel.capacity-profile": {
    objects: rows("msdyn_capacityprofile"),
    twin: copy({
      table: "msdyn_capacityprofile",
      entitySet: "msdyn_capacityprofiles",
      columns: ["msdyn_name", "msdyn_defaultmaxunits"],
    }),
  },
  "omnichannel.capacity-profile-users": {
    objects: rows("msdyn_bookableresourcecapacityprofile"),
    not: members("the profile"),
  },
  "omnichannel.skill": {
    objects: rows("characteristic"),
    twin: copy({
      table: "characteristic",
      entitySet: "characteristics",
      columns: ["name", "characteristictype"],
    }),
  },
  "omnichannel.skill-users": { objects: rows("bookableresourcecharacteristic"), not: members("the skill") },
  "omnichannel.masking": {
    objects: rows("msdyn_omnichannelconfiguration", { msdyn_maskforcustomer: true }),
    not: SINGLE,
  },
  "omnichannel.masking-rule": {
    objects: rows("msdyn_maskingrule", named("Member id")),
    twin: copy({
      table: "msdyn_maskingrule",
      entitySet: "msdyn_maskingrules",
      columns: ["msdyn_name", "msdyn_regular_expression", "msdyn_masked_character"],
      match: named("Member id"),
    }),
  },
  "omnichannel.queue": {
    objects: rows("queue", { name: "Second line" }),
    twin: copy({
      table: "queue",
      entitySet: "queues",
      columns: ["name", "msdyn_isomnichannelqueue", "msdyn_queuetype", "queueviewtype"],
      match: { name: "Second line" },
    }),
    unrefused: { prvAppendQueue: LOOKUP },
  },
  "omnichannel.queue-members": { objects: rows("queuemembership"), not: members("the queue") },
  "omnichannel.overflow": {
    objects: rows("msdyn_overflowactionconfig", startsWith("msdyn_name", "psc_")),
    not: { "ambiguous match": "the queue points at its rules" },
  },
  "omnichannel.workstream": {
    objects: rows("msdyn_liveworkstream", chat),
    twin: copy({
      table: "msdyn_liveworkstream",
      entitySet: "msdyn_liveworkstreams",
      columns: ["msdyn_name", "msdyn_streamsource", "msdyn_mode", "msdyn_direction"],
      match: chat,
    }),
    unrefused: {
      prvAppendmsdyn_liveworkstream: LOOKUP,
    },
  },
  "omnichannel.workstream-capacity": {
    objects: rows("msdyn_liveworkstreamcapacityprofile"),
    not: members("the workstream"),
  },
  "omnichannel.context-variable": {
    objects: rows("msdyn_ocliveworkstreamcontextvariable", named("EscalateToAgent")),
    twin: copy({
      table: "msdyn_ocliveworkstreamcontextvariable",
      entitySet: "msdyn_ocliveworkstreamcontextvariables",
      columns: ["msdyn_name", "msdyn_displayname", "msdyn_datatype"],
      lookups: { msdyn_liveworkstreamid: "msdyn_liveworkstreams" },
      match: named("EscalateToAgent"),
    }),
    unrefused: { prvAppendmsdyn_ocliveworkstreamcontextvariable: LOOKUP },
  },
  "omnichannel.routing": {
    objects: rows("msdyn_routingconfiguration"),
    twin: copy({
      table: "msdyn_routingconfiguration",
      entitySet: "msdyn_routingconfigurations",
      columns: ["msdyn_name", "msdyn_isactiveconfiguration"],
      lookups: { msdyn_liveworkstreamid: "msdyn_liveworkstreams" },
    }),
    missedAlone: { prvWritemsdyn_decisionruleset: "omnichannel.routing.rules" },
  },
  "omnichannel.workstream-bot": {
    objects: rows(
      "msdyn_liveworkstream",
      (row) => row["msdyn_name"] === "Patient chat" && typeof row["_msdyn_bot_user_value"] === "string",
    ),
    not: BY_WORKSTREAM,
    unrefused: { prvAppendToUser: LOOKUP },
  },
  "omnichannel.widget": {
    objects: rows("msdyn_livechatconfig"),
    twin: copy({
      table: "msdyn_livechatconfig",
      entitySet: "msdyn_livechatconfigs",
      columns: ["msdyn_name"],
      lookups: { msdyn_liveworkstreamid: "msdyn_liveworkstreams" },
    }),
  },
  "omnichannel.sign-in": {
    objects: rows("msdyn_authenticationsettings"),
    twin: copy({
      table: "msdyn_authenticationsettings",
      entitySet: "msdyn_authenticationsettingses",
      columns: ["msdyn_name"],
    }),
  },
  "omnichannel.pre-chat-survey": {
    objects: rows("msdyn_surveyquestion"),
    not: { "ambiguous match": "the widget points at its questions" },
  },
  "omnichannel.sms-number": {},
  "omnichannel.sms-channel": {
    objects: rows("msdyn_ocsmschannelsetting"),
    not: { "ambiguous match": "a number belongs to one workstream" },
    unrefused: { prvAppendmsdyn_ocsmschannelsetting: LOOKUP },
  },
  "omnichannel.teams-account": {},
};
