import type { Table } from "./metadata/model.ts";

/**
 * A compact form of the privilege matrices of shipped roles. Full matrices exist as role exports of live
 * organizations (delegateas/XrmBedrock, test/Tests/MetadataGenerated/SecurityRoles); kept here is what a deployment
 * and its refusals depend on.
 */

export const ACCESSES = [
  "Create",
  "Read",
  "Write",
  "Delete",
  "Append",
  "AppendTo",
  "Assign",
  "Share",
] as const;

export type Access = (typeof ACCESSES)[number];

/** Own rows, those of the own business unit, of it and the units below, of the organization. */
export const DEPTHS = ["Basic", "Local", "Deep", "Global"] as const;
export type Depth = (typeof DEPTHS)[number];

export interface Grant {
  readonly access: readonly Access[];
  /** Global when absent. */
  readonly depth?: Depth;
  covers(table: Table): boolean;
}

const READ: readonly Access[] = ["Read"];
const CONFIGURE: readonly Access[] = ["Create", "Read", "Write", "Delete", "Append", "AppendTo"];

const named = (...names: readonly string[]): ((table: Table) => boolean) => {
  const set = new Set(names);
  return (table) => set.has(table.logicalName);
};

/** Rows of a conversation belong to the runtime: administrators see only their own. */
const CONVERSATIONS = named(
  "msdyn_ocliveworkitem",
  "msdyn_ocsession",
  "msdyn_sessionparticipant",
  "msdyn_transcript",
);
const SINGLE_ROWS = named(
  "msdyn_omnichannelconfiguration",
  "msdyn_sentimentanalysis",
  "msdyn_suggestionssetting",
);
const READ_ONLY_CONFIGURATION = named("msdyn_oclanguage");

const omnichannelConfiguration = (table: Table): boolean =>
  ["omnichannel", "chat", "sms", "teams"].includes(table.needs ?? "") &&
  !CONVERSATIONS(table) &&
  !SINGLE_ROWS(table) &&
  !READ_ONLY_CONFIGURATION(table);

const BASIC: readonly Grant[] = [
  {
    access: READ,
    covers: named(
      "organization",
      "businessunit",
      "systemuser",
      "team",
      "role",
      "queue",
      "solution",
      "publisher",
      "appmodule",
      "timezonedefinition",
      "transactioncurrency",
      "languagelocale",
      "sdkmessage",
      "settingdefinition",
      "organizationsetting",
      "appsetting",
      "calendar",
      "calendarrule",
      "msdyn_oclanguage",
      "msdyn_presence",
      "systemuserroles",
      "teamroles",
      "teammembership",
      "queuemembership",
    ),
  },
  { access: CONFIGURE, covers: named("contact", "account", "annotation") },
];

const OMNICHANNEL_READER: readonly Grant[] = [
  ...BASIC,
  { access: READ, covers: omnichannelConfiguration },
  { access: READ, covers: SINGLE_ROWS },
  { access: ["Create", "Read", "Write", "Append", "AppendTo"], covers: CONVERSATIONS },
];

const OMNICHANNEL_ADMINISTRATOR: readonly Grant[] = [
  ...BASIC,
  { access: CONFIGURE, covers: omnichannelConfiguration },
  { access: ["Read", "Write", "Append", "AppendTo"], covers: SINGLE_ROWS },
  { access: [...CONFIGURE, "Assign", "Share"], covers: named("queue") },
  { access: CONFIGURE, covers: named("calendar", "characteristic", "ratingmodel", "ratingvalue") },
  { access: CONFIGURE, covers: named("bookableresource", "bookableresourcecharacteristic") },
  { access: ["Create", "Read", "Write", "Append", "AppendTo"], covers: named("systemuser") },
  { access: ["Create", "Read", "Write", "Append", "AppendTo"], depth: "Local", covers: named("team") },
  { access: ["Read", "Assign", "AppendTo"], covers: named("role") },
  { access: ["Read", "Write", "Append", "AppendTo"], covers: named("appmodule") },
  { access: READ, depth: "Basic", covers: CONVERSATIONS },
];

const HEALTHCARE: readonly Grant[] = [
  ...BASIC,
  { access: CONFIGURE, covers: (table) => table.needs === "healthcare" },
  { access: CONFIGURE, covers: named("incident", "knowledgearticle") },
];

const SERVICE: readonly Grant[] = [
  ...BASIC,
  { access: CONFIGURE, covers: named("incident", "queueitem") },
  { access: READ, covers: named("knowledgearticle") },
];

const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  "omnichannel administrator": OMNICHANNEL_ADMINISTRATOR,
  "omnichannel supervisor": OMNICHANNEL_READER,
  "omnichannel agent": OMNICHANNEL_READER,
  "healthcare user": HEALTHCARE,
  "customer service representative": SERVICE,
  "csr manager": SERVICE,
  "knowledge manager": [...BASIC, { access: CONFIGURE, covers: named("knowledgearticle") }],
};

export function grantsOf(roleName: string): readonly Grant[] {
  return GRANTS[roleName.toLowerCase()] ?? BASIC;
}

export const SYSTEM_ADMINISTRATOR = "System Administrator";
