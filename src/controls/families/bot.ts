import { HEALTH_BOT_ROLES } from "../../resources/azure/health-bot-roles.ts";
import { type Control, holds, inherited, type Judgement, judgedBy, manual } from "../control.ts";
import { judgedByState } from "../derived.ts";
import type { ResourceFact } from "../facts.ts";
import {
  byWord,
  findingOn,
  isThere,
  judgedByFields,
  judgedEach,
  judgedMissing,
  observed,
  together,
  withoutSubject,
} from "../judging.ts";
import { botLocks } from "../probes/bot-locks.ts";
import { botRoles } from "../probes/bot-roles.ts";

/** SKUs that are for trying out: F0 is free, C0 its successor. */
const NOT_FOR_PRODUCTION = ["F0", "C0"];
/** Locks that refuse a deletion. */
const PROTECTING = ["CanNotDelete", "ReadOnly"];
/** The one published value of `accessControlMethod`. */
const IN_AZURE = "AzureRBAC";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A field of the bot that must have one value, whatever else differs. */
function must(
  bots: readonly ResourceFact[],
  field: string,
  expected: string,
  message: (actual: string) => string,
): Judgement {
  return judgedEach(
    bots,
    (fact) => {
      const actual = observed(fact, field);
      if (actual === expected) return [];
      return [findingOn(fact, field, message(String(actual)), { expected, actual: String(actual) })];
    },
    `${field} is ${expected}`,
  );
}

/** What the bot is, who may do what with it, and what it keeps. */
export const BOT_CONTROLS: readonly Control[] = [
  {
    id: "PSC-BOT-01",
    title: "Existence of the bot",
    statement:
      "The bot exists in the subscription, resource group and region of the spec, and is provisioned.",
    rationale: "An inventory that says where patients' words are processed has to be true.",
    level: "SHALL",
    mappings: { nist: ["CM-8"] },
    remedy: {
      spec: "azure.location",
      steps: ["Run psc deploy; a bot in another region cannot be moved and has to be made anew"],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.account"] },
    judge({ facts, spec }) {
      const bots = facts.resources("health-bot.account");
      return together(
        [
          judgedMissing(bots),
          must(bots, "location", spec.azure.location, (actual) => `it is in ${actual}`),
          must(bots, "provisioning", "Succeeded", (actual) => `its provisioning is ${actual}`),
        ],
        `it is in ${spec.azure.location}, and provisioned`,
      );
    },
  },
  {
    id: "PSC-BOT-02",
    title: "SKU of the production bot",
    statement: "The production bot is not on a SKU for trying out.",
    rationale: "Free SKUs cap messages and come without a service level: patients would find the bot silent.",
    level: "SHALL",
    stages: ["prod"],
    mappings: { cis: ["Azure 6.1.5"] },
    remedy: { spec: "healthBot.sku", steps: ["Set healthBot.sku to C1 or PES and run psc deploy"] },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.account"] },
    judge({ facts }) {
      const bots = facts.resources("health-bot.account");
      const suited = judgedEach(
        bots,
        (fact) => {
          const sku = observed(fact, "sku");
          return typeof sku === "string" && !NOT_FOR_PRODUCTION.includes(sku)
            ? []
            : [
                findingOn(fact, "sku", `its SKU is ${String(sku)}`, {
                  expected: `none of ${NOT_FOR_PRODUCTION.join(", ")}`,
                  actual: String(sku),
                }),
              ];
        },
        "suited",
      );
      return together([judgedMissing(bots), suited], "its SKU is one for production");
    },
  },
  {
    id: "PSC-BOT-03",
    title: "Users of the bot's portal",
    statement: "The bot's management portal takes its users from Azure roles, not from a list of its own.",
    rationale:
      "Whoever is on a list of the portal's own keeps access after the group, the role and the account are gone.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)", "164.312(a)(1)"],
      nist: ["AC-3"],
      hitrust: ["01.c"],
    },
    remedy: {
      steps: [
        "Open the bot's management portal as a Healthcare Agent Admin and go to Users > Manage",
        "Switch Microsoft Entra Access Management on",
      ],
    },
    persona: "Health Bot Administrator",
    restsOn: { kinds: ["health-bot.account", "health-bot.access-mode"] },
    judge({ facts }) {
      const bots = facts.resources("health-bot.account");
      const method = bots[0] === undefined ? undefined : observed(bots[0], "accessControl");
      if (bots[0] !== undefined && !isThere(bots[0])) return judgedMissing(bots);
      // Older api-versions and bots do not show it: then somebody's word is all there is.
      if (typeof method !== "string")
        return byWord(
          facts.resources("health-bot.access-mode"),
          "the page Users > Manage of the bot's management portal",
          "Azure does not show who may enter the portal",
        );
      return method.toLowerCase() === IN_AZURE.toLowerCase()
        ? holds(`Azure shows ${IN_AZURE}`)
        : must(bots, "accessControl", IN_AZURE, (actual) => `Azure shows access by "${actual}"`);
    },
  },
  {
    id: "PSC-BOT-04",
    title: "Encryption at rest",
    statement: "What the bot keeps is encrypted, with the customer's own key where the spec asks for one.",
    rationale:
      "A key of the customer's own can be taken back, and its use is recorded in the customer's vault.",
    level: "SHOULD",
    mappings: { hipaa: ["164.312(a)(2)(iv)"], nist: ["SC-28"], hitrust: ["06.c"] },
    remedy: {
      spec: "healthBot.customerManagedKey",
      steps: ["Name vault, key and identity in healthBot.customerManagedKey and run psc deploy"],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.account"] },
    judge({ facts, spec }) {
      const bots = facts.resources("health-bot.account");
      if (spec.healthBot.customerManagedKey === undefined)
        return inherited(
          "Microsoft encrypts it with keys of its own, and the spec asks for no other: see the attestations of the healthcare agent service",
        );
      return judgedByFields(bots, ["encryption"], "it is encrypted with the key of the spec");
    },
  },
  {
    id: "PSC-BOT-05",
    title: "Encryption in transit",
    statement: "Everything between patient, bot, Azure and Dataverse travels over TLS.",
    rationale: "What patients write must not be read or changed on its way.",
    level: "INFO",
    mappings: { hipaa: ["164.312(e)(1)", "164.312(e)(2)(ii)"], nist: ["SC-8"] },
    remedy: { steps: ["Keep Microsoft's attestation for the services in scope as evidence"] },
    persona: "Subscription Contributor",
    restsOn: {},
    judge: () =>
      inherited(
        "the services answer over TLS only, which is Microsoft's to attest; psc refuses every other address in the spec",
      ),
  },
  {
    id: "PSC-BOT-06",
    title: "Handoff to people",
    statement: "Human handoff of the bot is on, and its messages are bridged to Dynamics 365 Omnichannel.",
    rationale:
      "A patient who asks for a person has to reach one; without the bridge the agent sees an empty chat.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "healthBot.handoff",
      steps: [
        "Run psc deploy, which enables human handoff",
        "Open the bot's management portal, go to Configuration > Conversation > Human Handoff, and enable Bridge Messages under Dynamics 365 Omnichannel",
      ],
    },
    persona: "Health Bot Administrator",
    restsOn: { kinds: ["health-bot.configuration", "health-bot.scenario", "health-bot.bridge"] },
    judge: ({ facts }) =>
      together(
        [
          // First, so that its word is the reason: the bridge is what nobody can see.
          byWord(
            facts.resources("health-bot.bridge"),
            'a screenshot of the page "Human Handoff", or a smoke test that reached an agent',
            "no API shows the bridge",
          ),
          judgedByFields(facts.resources("health-bot.configuration"), ["handoff"], "handoff is enabled"),
          judgedByFields(
            facts.resources("health-bot.scenario"),
            ["trigger", "sets", "value", "active"],
            "the scenario escalates",
          ),
        ],
        "handoff is on",
      ),
  },
  {
    id: "PSC-BOT-07",
    title: "Bot id",
    statement: "The bot id that Dataverse holds is the one that the bot's management portal shows.",
    rationale: "Omnichannel hands conversations to the bot of that id, and to no other.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(d)"], nist: ["IA-9"] },
    remedy: {
      steps: [
        "Open the bot's management portal, go to Integration > Channels and copy the bot id of the Teams channel",
        "Tell psc with psc gate confirm, and run psc deploy",
      ],
    },
    persona: "Health Bot Administrator",
    restsOn: { kinds: ["health-bot.channel", "dataverse.application-user"] },
    judge({ facts }) {
      const [channel] = facts.resources("health-bot.channel");
      const users = facts.resources("dataverse.application-user");
      const told = channel?.confirmation?.value?.trim().toLowerCase();
      const same = judgedEach(
        users,
        (fact) => {
          const actual = String(observed(fact, "botId") ?? "");
          if (!GUID.test(actual))
            return [findingOn(fact, "botId", "Dataverse holds no bot id", { actual, expected: "a GUID" })];
          return told === undefined || actual.toLowerCase() === told
            ? []
            : [
                findingOn(fact, "botId", `Dataverse holds ${actual}, and the bot's portal shows ${told}`, {
                  expected: told,
                  actual,
                }),
              ];
        },
        "the same",
      );
      const there = together(
        [judgedMissing(users), judgedMissing(channel === undefined ? [] : [channel]), same],
        "",
      );
      if (there.outcome !== "holds") return there;
      return told === undefined
        ? manual(
            "the bot id is known from Dataverse alone; evidence wanted: the page Integration > Channels of the bot's management portal",
          )
        : holds(
            `Dataverse holds ${told}, which ${channel?.confirmation?.by ?? "somebody"} read in the bot's portal`,
          );
    },
  },
  {
    id: "PSC-BOT-08",
    title: "Channels of the bot",
    statement: "The Teams and Omnichannel channels of the bot are on.",
    rationale: "Omnichannel speaks to the bot through them.",
    level: "SHALL",
    mappings: {},
    remedy: {
      steps: [
        "Open the bot's management portal and go to Integration > Channels",
        "Switch Microsoft Teams and Omnichannel on and choose Create",
      ],
    },
    persona: "Health Bot Administrator",
    restsOn: { kinds: ["health-bot.channel"] },
    judge: ({ facts }) =>
      byWord(
        facts.resources("health-bot.channel"),
        "the page Integration > Channels of the bot's management portal, or a smoke test that the bot answered",
        "no API shows the bot's channels",
      ),
  },
  {
    id: "PSC-BOT-09",
    title: "One tenant",
    statement: "Bot, Dataverse environment and Entra applications are of one tenant.",
    rationale:
      "The bot cannot be joined to a contact centre of another tenant, and data would leave the organisation.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "azure.subscription",
      steps: ["Put a subscription of the same tenant into azure.subscription and deploy the bot there"],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: ["entra.tenant", "power-platform.environment", "health-bot.account"] },
    judge: ({ facts, spec }) =>
      together(
        [
          judgedByState(facts.resources("entra.tenant"), "one tenant"),
          // Both are found with tokens of the tenant that the check has just compared: being there is enough.
          judgedMissing(facts.resources("power-platform.environment")),
          judgedMissing(facts.resources("health-bot.account")),
        ],
        `subscription, environment and sign-in are of ${spec.tenant}`,
      ),
  },
  {
    id: "PSC-BOT-10",
    title: "Holders of the bot's roles",
    statement:
      "The roles of the bot's management portal are held by the groups of the spec, and by nobody else.",
    rationale:
      "Whoever administers the bot can read what patients wrote, and change what it says to all of them.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)"],
      nist: ["AC-6", "AC-6(5)"],
      hitrust: ["01.c"],
      cis: ["Azure 5.3.4"],
    },
    remedy: {
      spec: "healthBot.access",
      steps: [
        "Open Access control (IAM) of the bot, and of the resource group and subscription it is in, in the Azure portal",
        "Take the role away from everybody whom the finding names, and put who needs it into the group of the spec",
      ],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: ["health-bot.account", "entra.group"], probes: [botRoles] },
    judge({ facts, spec }) {
      const holders = facts.probe(botRoles);
      if (holders === undefined) return withoutSubject(facts.resources("health-bot.account"), "the bot");
      const groups = facts.resources("entra.group");
      const { access } = spec.healthBot;
      const declared = new Map(
        HEALTH_BOT_ROLES.map(({ key }) => {
          const group = spec.identity.groups.find((one) => one.key === access[key]);
          const fact = groups.find(({ address }) => address.endsWith(`[${JSON.stringify(access[key])}]`));
          return [key as string, { name: group?.name, id: fact?.id?.toLowerCase() }];
        }),
      );
      const others = holders.filter(
        ({ role, principalId }) => declared.get(role)?.id !== principalId.toLowerCase(),
      );
      return judgedBy(
        others.map(({ role, roleName, principal, type, how }) => {
          const meant = declared.get(role)?.name;
          return {
            subject: botRoles.id,
            field: roleName,
            expected: meant ?? "nobody",
            actual: `${principal} (${type}, ${how})`,
            message: `${principal} holds ${roleName} (${how}), which the spec gives to ${meant === undefined ? "nobody" : `"${meant}"`}`,
          };
        }),
        holders.length === 0
          ? "nobody holds a role of the bot's portal"
          : holders.map(({ principal, roleName, how }) => `${roleName}: ${principal} (${how})`).join("; "),
      );
    },
  },
  {
    id: "PSC-BOT-11",
    title: "Lock on the production bot",
    statement: "A lock keeps the production bot from being deleted.",
    rationale:
      "A deleted bot takes its scenarios and its channels along, and comes back under another bot id.",
    level: "SHOULD",
    stages: ["prod"],
    mappings: { hipaa: ["164.308(a)(7)(i)"], nist: ["CM-5"], cis: ["Azure 6.2"] },
    remedy: {
      spec: "azure.lock",
      steps: ["Set azure.lock to true and run psc deploy, signed in as an Owner"],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: ["health-bot.account", "azure.resource-lock"], probes: [botLocks] },
    judge({ facts }) {
      const locks = facts.probe(botLocks);
      if (locks === undefined) return withoutSubject(facts.resources("health-bot.account"), "the bot");
      const protecting = locks.filter(({ level }) => PROTECTING.includes(level));
      return judgedBy(
        protecting.length > 0
          ? []
          : [
              {
                subject: botLocks.id,
                field: "level",
                expected: "CanNotDelete",
                actual: locks.map(({ name, level }) => `${name}: ${level}`).join(", ") || "no lock",
                message: "nothing keeps the bot from being deleted",
              },
            ],
        protecting.map(({ name, level }) => `${name}: ${level}`).join(", "),
      );
    },
  },
  {
    id: "PSC-BOT-12",
    title: "What the bot keeps of conversations",
    statement:
      "Message text stays out of telemetry unless the spec says otherwise, and the bot keeps conversations as long as the spec says.",
    rationale: "Telemetry is read by more people than patients' words are meant for, and is kept for longer.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(a)(1)", "164.308(a)(1)(ii)(B)"],
      nist: ["AU-11", "SI-12"],
    },
    remedy: {
      spec: "healthBot.keep",
      steps: [
        "Run psc deploy",
        "Or open Configuration > Conversation of the bot's management portal and set retention and telemetry there",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.configuration"] },
    judge: ({ facts, spec: { healthBot } }) =>
      judgedByFields(
        facts.resources("health-bot.configuration"),
        ["messageTextInTelemetry", "conversationsDays"],
        `message text is ${healthBot.keep.messageTextInTelemetry ? "in telemetry, as the spec says" : "not in telemetry"}; conversations are kept for ${healthBot.keep.conversationsDays} days`,
      ),
  },
];
