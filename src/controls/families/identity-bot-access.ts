import { about, type Control, differs, type Finding, judgedBy, notApplicable } from "../control.ts";
import { findingsOf } from "../derived.ts";
import type { FactBook } from "../fact-book.ts";
import { botAccess, type HeldRole } from "../probes/bot-access.ts";
import { type EmergencyAccount, emergencyAccounts } from "../probes/directory-policies.ts";

const NO_BOT = "the bot does not exist";
const GRANTS = ["azure.eligible-role-assignment", "azure.role-assignment"];

function forEmergencies(facts: FactBook): ReadonlySet<string> {
  const accounts: readonly EmergencyAccount[] = facts.probe(emergencyAccounts)?.accounts ?? [];
  return new Set(accounts.flatMap(({ id }) => id ?? []));
}

const isPerson = ({ principalType }: HeldRole): boolean => principalType.toLowerCase() === "user";

const isGroup = ({ principalType }: HeldRole): boolean => principalType.toLowerCase() === "group";

const shown = ({ who, role, scope }: HeldRole): string => `${who} (${role} of ${scope})`;

/** Who reaches the bot's portal, its secrets and its settings. */
export const BOT_ACCESS_CONTROLS: readonly Control[] = [
  {
    id: "PSC-IAM-09",
    title: "A group for the bot",
    statement: "Access to the Health Bot is held by a dedicated Entra group, and by no person alone.",
    rationale: "Who leaves the group loses the bot at once, and one look at the group tells who has it.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)", "164.312(a)(1)"],
      nist: ["AC-2(7)", "AC-6"],
      hitrust: ["01.c"],
      cis: ["Azure 5.3.4", "Azure 5.3.7"],
    },
    remedy: {
      spec: "healthBot.access",
      steps: [
        "Name groups under `healthBot.access`, and run psc deploy",
        "Open Access control (IAM) of the bot in the Azure portal, and remove people under Role assignments and Eligible assignments",
      ],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: GRANTS, probes: [botAccess, emergencyAccounts] },
    judge({ facts }) {
      const access = facts.probe(botAccess);
      if (access === undefined) return judgedBy([about(botAccess.id, NO_BOT)], "");
      const spared = forEmergencies(facts);
      const held = [...access.standing, ...access.eligible].filter(({ botRole }) => botRole);
      const people = held.filter((one) => isPerson(one) && !spared.has(one.principalId));
      const grants = GRANTS.flatMap((kind) => facts.resources(kind));
      return judgedBy(
        [
          ...(held.some(isGroup) ? [] : [about(botAccess.id, "no group holds a role of the bot")]),
          ...grants.filter(({ state }) => state !== "differs").flatMap(findingsOf),
          ...people.map((one) => about(botAccess.id, `a role of the bot is held by a person: ${shown(one)}`)),
        ],
        `held by ${[...new Set(held.filter(isGroup).map(({ who }) => who))].join(", ")}`,
      );
    },
  },
  {
    id: "PSC-IAM-10",
    title: "No standing access to the bot",
    statement:
      "Nobody has standing access to the Health Bot, owners and contributors of the subscription included; accounts for emergencies are the exception.",
    rationale:
      "Access that is activated when it is needed leaves a trace and ends by itself; standing access waits to be stolen.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)"],
      nist: ["AC-2", "AC-6(5)"],
      hitrust: ["01.c"],
    },
    remedy: {
      spec: "healthBot.access.activation",
      steps: [
        "Make the assignment eligible: Privileged Identity Management, Azure resources, the scope named in the finding, Assignments",
        "Name the accounts that a hospital keeps for emergencies under `verify.breakGlass`",
      ],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: ["azure.standing-access", ...GRANTS], probes: [botAccess, emergencyAccounts] },
    judge({ facts }) {
      const access = facts.probe(botAccess);
      if (access === undefined) return judgedBy([about(botAccess.id, NO_BOT)], "");
      const spared = forEmergencies(facts);
      const standing = access.standing.filter(({ principalId }) => !spared.has(principalId));
      const kept = access.standing.filter(({ principalId }) => spared.has(principalId));
      return judgedBy(
        standing.map((one) => about(botAccess.id, `standing access to the bot: ${shown(one)}`)),
        kept.length === 0
          ? "nobody has any"
          : `nobody has any but ${[...new Set(kept.map(({ who }) => who))].join(", ")}, kept for emergencies`,
      );
    },
  },
  {
    id: "PSC-IAM-11",
    title: "Activation is guarded",
    statement:
      "Activating access to the bot takes multifactor authentication or somebody's approval, and ends within a day.",
    rationale: "An eligibility that anybody at an open screen can activate for weeks is standing access.",
    level: "SHOULD",
    mappings: {
      hipaa: ["164.312(d)"],
      nist: ["AC-6(1)", "AC-6(9)", "IA-2(1)"],
      hitrust: ["01.q"],
    },
    remedy: {
      spec: "healthBot.access.activation",
      steps: [
        "Set `maxHours` and `require: [mfa]` or `[approval]` under `healthBot.access.activation`, and run psc deploy",
        "Or open Privileged Identity Management, Azure resources, the bot, Settings, the role, Edit",
      ],
    },
    persona: "Subscription Owner",
    restsOn: { kinds: ["azure.eligible-role-assignment"] },
    judge({ spec, facts }) {
      if (spec.healthBot.access.activation === undefined)
        return notApplicable("access to the bot is not activated: PSC-IAM-10 tells of standing access");
      const grants = facts
        .resources("azure.eligible-role-assignment")
        .filter(({ state }) => state === "as-declared" || state === "differs");
      if (grants.length === 0) return notApplicable("nobody is eligible yet: PSC-IAM-09 tells");
      const findings = grants.flatMap(({ address, label, observed }): Finding[] => {
        const { require, maxHours } = observed;
        const demands = Array.isArray(require) ? require : [];
        const hours = typeof maxHours === "number" ? maxHours : null;
        return [
          ...(demands.includes("mfa") || demands.includes("approval")
            ? []
            : [
                differs(
                  address,
                  "require",
                  "mfa or approval",
                  demands.join(", ") || "nothing",
                  `${label}: activating takes neither multifactor authentication nor approval`,
                ),
              ]),
          ...(hours !== null && hours <= 24
            ? []
            : [
                differs(
                  address,
                  "maxHours",
                  "at most 24",
                  hours === null ? "no end" : String(hours),
                  `${label}: an activation lasts ${hours === null ? "for ever" : `${hours} hours`}`,
                ),
              ]),
        ];
      });
      return judgedBy(findings, `${grants.length} guarded`);
    },
  },
];
