import { copy, type KindCases, rows } from "../cases.ts";
import type { Row } from "../portal.ts";

/** The kind says why: `staysBecause`. */
const STAYS = "nothing deletes it";

const named = (name: string): Row => ({ msdyn_name: name });
const SINGLE = { "ambiguous match": "the environment has one row of these settings" } as const;
const BY_UNIQUE_NAME = {
  adoption: "known by the unique name psc gives; one made by hand stays beside it",
} as const;
const BY_WORKSTREAM = {
  delete: STAYS,
  "ambiguous match": "it is a column of its workstream",
} as const;
const ofTemplate = (column: string) =>
  rows("msdyn_liveworkstream", (row) => String(row[column]).startsWith("psc_"));

export const AGENT_EXPERIENCE_ROWS: Readonly<Record<string, KindCases>> = {
  "agent-experience.tag": {
    objects: rows("msdyn_octag", named("greeting")),
    twin: copy({
      table: "msdyn_octag",
      entitySet: "msdyn_octags",
      columns: ["msdyn_name"],
      match: named("greeting"),
    }),
  },
  "agent-experience.quick-reply": {
    objects: rows("msdyn_cannedmessage"),
    twin: copy({
      table: "msdyn_cannedmessage",
      entitySet: "msdyn_cannedmessages",
      columns: ["msdyn_title", "msdyn_message", "msdyn_locale_field"],
      match: { msdyn_title: "Ask a nurse" },
    }),
  },
  "agent-experience.session-template": {
    unrefused: { prvWritemsdyn_liveworkstream: "the notification template misses it first" },
    objects: rows("msdyn_sessiontemplate", named("Patient session")),
    twin: copy({
      table: "msdyn_sessiontemplate",
      entitySet: "msdyn_sessiontemplates",
      columns: ["msdyn_name", "msdyn_uniquename", "msdyn_title"],
      match: named("Patient session"),
    }),
    not: BY_UNIQUE_NAME,
  },
  "agent-experience.workstream-session": {
    objects: ofTemplate("msdyn_sessiontemplate_default"),
    not: BY_WORKSTREAM,
  },
  "agent-experience.notification-template": {
    objects: rows("msdyn_notificationtemplate", named("Patient waits")),
    twin: copy({
      table: "msdyn_notificationtemplate",
      entitySet: "msdyn_notificationtemplates",
      columns: ["msdyn_name", "msdyn_uniquename", "msdyn_title"],
      match: named("Patient waits"),
    }),
    not: BY_UNIQUE_NAME,
  },
  "agent-experience.workstream-notification": {
    objects: ofTemplate("msdyn_notificationtemplate_incoming_auth"),
    not: BY_WORKSTREAM,
  },
  "agent-experience.script": {
    objects: rows("msdyn_productivityagentscript"),
    twin: copy({
      table: "msdyn_productivityagentscript",
      entitySet: "msdyn_productivityagentscripts",
      columns: ["msdyn_name", "msdyn_uniquename", "msdyn_language"],
    }),
    not: BY_UNIQUE_NAME,
  },
  "agent-experience.script-steps": {
    objects: rows("msdyn_productivityagentscriptstep"),
    not: { "ambiguous match": "a script's steps are told by their place" },
    unrefused: {
      prvAppendmsdyn_productivityagentscriptstep:
        "the sandbox asks no right to append for a lookup in a body",
      prvDeletemsdyn_productivityagentscriptstep:
        "only for a script with fewer steps: tests/acceptance/agent-experience.test.ts",
    },
  },
  "agent-experience.profile": {
    missedAlone: { prvAppendToUser: "agent-experience.profile.users" },
    objects: rows("msdyn_appconfiguration", named("Contoso nurses")),
    twin: copy({
      table: "msdyn_appconfiguration",
      entitySet: "msdyn_appconfigurations",
      columns: ["msdyn_name", "msdyn_uniquename"],
      match: named("Contoso nurses"),
    }),
    not: BY_UNIQUE_NAME,
  },
  "agent-experience.knowledge-article": {
    objects: rows("knowledgearticle", (row) => row["islatestversion"] === true && row["statecode"] !== 5),
    twin: copy({
      table: "knowledgearticle",
      entitySet: "knowledgearticles",
      columns: ["title", "content"],
      match: { islatestversion: true },
    }),
    unrefused: {
      "prvPublishArticle (role Knowledge Manager)": "the sandbox asks for prvWriteKnowledgeArticle alone",
    },
  },
  "agent-experience.macro": {},
  "agent-experience.smart-assist": {
    objects: rows("msdyn_suggestionssetting", { msdyn_kbisenabled: true }),
    not: SINGLE,
  },
  "agent-experience.smart-assist-bot": {
    objects: rows("msdyn_msdyn_liveworkstream_systemuser"),
    not: { "ambiguous match": "Dataverse keeps one user of an application" },
    missedAlone: {
      prvWriteUser: "agent-experience.smart-assist-bot.userType",
      prvAssignRole: "agent-experience.smart-assist-bot.role",
    },
    unrefused: { prvCreateUser: "the user of the bot's application misses it first" },
  },
  "agent-experience.sentiment": {
    objects: rows("msdyn_sentimentanalysis", { msdyn_enabled: true }),
    not: SINGLE,
  },
  "agent-experience.supervision": {
    objects: rows("msdyn_omnichannelconfiguration", { msdyn_enable_supervisor_assign: true }),
    not: SINGLE,
  },
  "agent-experience.real-time-analytics": {},
};
