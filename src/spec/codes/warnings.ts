import type { CodeEntry } from "../codes.ts";

/** PSC-W1xx: shown and passed over. */
export const SPEC_WARNINGS = {
  "PSC-W101": {
    title: "environment open to everybody",
    explanation:
      "Without a security group every licensed user of the tenant can be added to the environment. The guide asks for a group of the users of the healthcare apps.",
  },
  "PSC-W102": {
    title: "Omnichannel role through a team",
    explanation:
      "Omnichannel's persona mapping counts only roles held directly. Members who hold the role through a group team get no presence and no conversations.",
  },
  "PSC-W103": {
    title: "role the solution does not bring",
    explanation:
      "The role is neither one of Dataverse's own that psc knows nor one the manifest's packages bring. If it is your own role, it must exist before step 12.",
  },
  "PSC-W104": {
    title: "retired solution",
    explanation:
      "Microsoft retired the Patient service center on 30 January 2025. psc deploys it where a tenant still offers its packages; the manifest patient-contact-center builds the same scenario on parts that are still supported.",
  },
  "PSC-W105": {
    title: "free bot in production",
    explanation:
      "F0 has a monthly message limit and no service level. Changing from a paid tier back to F0 is refused by Azure, changing up is not.",
  },
  "PSC-W106": {
    title: "not in the United States",
    explanation:
      "The guide asks for an environment in the United States; the healthcare packages are not offered in every other region.",
  },
  "PSC-W107": {
    title: "region psc does not know",
    explanation:
      "Microsoft opens regions from time to time. deploy checks the name against the live list before it creates anything.",
  },
  "PSC-W108": {
    title: "location without known Health Bot",
    explanation:
      "No public list of Health Bot regions exists; psc knows those its management hosts were seen in. deploy checks the provider's live list.",
  },
  "PSC-W109": {
    title: "cloud without known Health Bot",
    explanation:
      "Nothing public says that the Health Bot is offered outside the public cloud. deploy checks the provider's live list.",
  },
  "PSC-W110": {
    title: "bot without a queue",
    explanation:
      "The bot answers first on this workstream but is a member of no queue it routes to. Older organisations find the bot only through a queue.",
  },
  "PSC-W111": {
    title: "queue without members",
    explanation: "Conversations routed to this queue wait until somebody adds a member by hand.",
  },
  "PSC-W112": {
    title: "message text in telemetry",
    explanation:
      "What patients write would be stored in Application Insights. The compliant default keeps it out.",
  },
  "PSC-W113": {
    title: "standing access to the bot",
    explanation:
      "The guide asks for Privileged Identity Management, so that nobody has standing access to the Health Bot service.",
  },
  "PSC-W114": {
    title: "production in a sandbox environment",
    explanation:
      "Sandbox environments can be reset and copied over and have shorter backups. Production belongs into an environment of type Production.",
  },
  "PSC-W115": {
    title: "shared resource group",
    explanation:
      "Owners of the resource group reach the bots of both stages, and deleting one stage's group deletes the other's bot.",
  },
  "PSC-W116": {
    title: "member cannot enter the environment",
    explanation:
      "Only members of the environment's security group are added to it. This person is in another group of the spec but not in that one.",
  },
  "PSC-W117": {
    title: "declared but unused",
    explanation: "Nothing in the spec refers to it. A misspelt reference elsewhere may be the cause.",
  },
  "PSC-W118": {
    title: "handoff reaches nobody",
    explanation:
      "No rule of the workstream takes the value the bot sets at handoff, so the conversation falls through to the next unconditional rule or the fallback.",
  },
  "PSC-W119": {
    title: "bot shares a queue with people",
    explanation:
      "Microsoft advises a queue of its own for the bot, or a capacity above that of every other member. psc sets the bot's capacity but does not lower people's.",
  },
  "PSC-W120": {
    title: "auditing off",
    explanation:
      "Without Dataverse auditing nobody can tell who read or changed a patient's record (45 CFR 164.312(b)).",
  },
  "PSC-W121": {
    title: "never closed",
    explanation:
      "A queue without operating hours is always open, so what it does when it is closed never happens.",
  },
  "PSC-W122": {
    title: "public portal without firewall",
    explanation:
      "A public patient portal is attacked from the day it is public. Power Pages brings a web application firewall; psc switches it on for production unless the spec says otherwise.",
  },
  "PSC-W123": {
    title: "open registration without identity provider",
    explanation:
      "With open registration and without an identity provider, nobody vouches for who registers as a patient.",
  },
  "PSC-W124": {
    title: "unmanaged solution in production",
    explanation:
      "An unmanaged solution can be edited where it is, so that production and its source drift apart. Export it as managed for every stage but the one it is made in.",
  },
} as const satisfies Record<string, CodeEntry>;
