import { about, type Control, differs, type Finding, judgedBy, manual } from "../control.ts";
import type { FactBook } from "../fact-book.ts";
import {
  type AccessPolicy,
  conditionalAccess,
  type EmergencyAccount,
  emergencyAccounts,
  memberRights,
} from "../probes/directory-policies.ts";
import { MUST_IN_PRODUCTION } from "./levels.ts";

/** Directory roles that administer what psc builds, by template id ("Microsoft Entra built-in roles"). */
const ADMINISTRATORS: Readonly<Record<string, string>> = {
  "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
  "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
  "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
  "44367163-eba1-44c3-98af-f5787879f96a": "Dynamics 365 Administrator",
  "11648597-926c-4cf3-9c36-bcebb0ba8dcc": "Power Platform Administrator",
};

/** Accounts of Microsoft Entra Connect, which Microsoft's own templates leave out: no person signs in with them. */
const SYNCHRONIZATION_ROLE = "d29b2b05-8046-44ba-8758-1e26182fcf32";

function accountsOf(facts: FactBook): readonly EmergencyAccount[] {
  return facts.probe(emergencyAccounts)?.accounts ?? [];
}

/** Why a policy does not protect those it is for; empty when it does. */
function weaknesses(policy: AccessPolicy, spared: ReadonlySet<string>): readonly string[] {
  const others = policy.excludeUsers.filter((id) => !spared.has(id.toLowerCase()) && !/^guests/i.test(id));
  const roles = policy.excludeRoles.filter((id) => id.toLowerCase() !== SYNCHRONIZATION_ROLE);
  return [
    ...(policy.state === "enabled" ? [] : ["it is not enforced"]),
    ...policy.narrowedBy,
    ...(others.length === 0 ? [] : [`it leaves out ${others.length} accounts that the spec does not name`]),
    ...(policy.excludeGroups.length === 0 ? [] : [`it leaves out ${policy.excludeGroups.length} groups`]),
    ...(roles.length === 0 ? [] : [`it leaves out ${roles.length} roles`]),
  ];
}

const isForAll = ({ includeUsers }: AccessPolicy): boolean => includeUsers.includes("All");

const isForAdministrators = (policy: AccessPolicy): boolean =>
  isForAll(policy) ||
  Object.keys(ADMINISTRATORS).every((id) => policy.includeRoles.some((one) => one.toLowerCase() === id));

/** Nothing when one of the policies protects them all; else why none does. */
function unprotected(
  whom: string,
  policies: readonly AccessPolicy[],
  spared: ReadonlySet<string>,
): Finding[] {
  const weak = policies.map((policy) => ({ policy, why: weaknesses(policy, spared) }));
  if (weak.some(({ why }) => why.length === 0)) return [];
  const why = weak.map(({ policy, why: reasons }) => `"${policy.name}": ${reasons.join(", ")}`).join("; ");
  return [
    about(
      conditionalAccess.id,
      `no policy demands multifactor authentication of ${whom}${why === "" ? "" : ` (${why})`}`,
    ),
  ];
}

/** What the directory demands of everybody. */
export const TENANT_ACCESS_CONTROLS: readonly Control[] = [
  {
    id: "PSC-IAM-12",
    title: "Multifactor authentication",
    statement:
      "Administrators and makers sign in with multifactor authentication: conditional access or security defaults demand it of everybody but the accounts for emergencies.",
    rationale: "A password alone is what most attacks begin with, and an administrator's opens everything.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.312(d)"],
      nist: ["IA-2(1)", "IA-2(2)"],
      hitrust: ["01.q"],
      cis: ["M365 5.2.2.1", "M365 5.2.2.2"],
      scuba: ["MS.AAD.3.1", "MS.AAD.3.2", "MS.AAD.3.6"],
    },
    remedy: {
      steps: [
        "Open Protection, Conditional Access, Policies in the Microsoft Entra admin center",
        "Make policies from the templates for administrators and for all users, leave out the accounts of `verify.breakGlass`, and switch them on",
      ],
    },
    persona: "Global Administrator",
    restsOn: { probes: [conditionalAccess, emergencyAccounts] },
    judge({ facts }) {
      const { policies = [], securityDefaults = false } = facts.probe(conditionalAccess) ?? {};
      const spared = new Set(accountsOf(facts).flatMap(({ id }) => id ?? []));
      const demanding = policies.filter(({ demandsMfa }) => demandsMfa);
      return judgedBy(
        securityDefaults
          ? []
          : [
              ...unprotected("administrators", demanding.filter(isForAdministrators), spared),
              ...unprotected("everybody", demanding.filter(isForAll), spared),
            ],
        securityDefaults ? "security defaults demand it" : "conditional access demands it",
      );
    },
  },
  {
    id: "PSC-IAM-13",
    title: "Accounts for emergencies",
    statement:
      "Two accounts for emergencies exist, are enabled, and are left out of every conditional access policy.",
    rationale:
      "A policy with a mistake in it shuts everybody out, and so does a provider of second factors that fails.",
    ...MUST_IN_PRODUCTION,
    mappings: { hipaa: ["164.312(a)(2)(ii)"], nist: ["AC-2"], cis: ["M365 1.1.2"] },
    remedy: {
      spec: "verify.breakGlass",
      steps: [
        "Make two cloud-only accounts with the role Global Administrator, and keep their credentials in two places under lock",
        "Exclude both under Users of every conditional access policy, and name them under `verify.breakGlass`",
        "See to it that every sign-in with them raises an alarm, and try them every quarter",
      ],
    },
    persona: "Global Administrator",
    restsOn: { probes: [conditionalAccess, emergencyAccounts] },
    judge({ facts }) {
      const accounts = accountsOf(facts);
      const { policies = [], securityDefaults = false } = facts.probe(conditionalAccess) ?? {};
      const reaching = policies.filter(
        (policy) => policy.state === "enabled" && (isForAll(policy) || policy.includeRoles.length > 0),
      );
      const left = (policy: AccessPolicy, { id }: EmergencyAccount): boolean =>
        policy.excludeUsers.some((one) => one.toLowerCase() === id);
      const caught = accounts.flatMap((account) =>
        reaching.filter((policy) => !left(policy, account)).map((policy) => ({ account, policy })),
      );
      // Who is in a group that a policy leaves out is not read: a person has to look.
      const unseen = caught.filter(({ policy }) => policy.excludeGroups.length > 0);
      const findings = [
        ...(accounts.length >= 2
          ? []
          : [
              differs(
                "verify",
                "breakGlass",
                "2",
                String(accounts.length),
                `the spec names ${accounts.length === 0 ? "no account" : "one account"} for emergencies`,
              ),
            ]),
        ...accounts.flatMap(({ name, id, enabled }) =>
          id === null
            ? [about(emergencyAccounts.id, `the tenant has no account ${name}`)]
            : enabled
              ? []
              : [about(emergencyAccounts.id, `the account ${name} is disabled`)],
        ),
        ...caught
          .filter((one) => one.account.id !== null && !unseen.includes(one))
          .map(({ account, policy }) =>
            about(conditionalAccess.id, `the policy "${policy.name}" holds for ${account.name} as well`),
          ),
        ...(securityDefaults ? [about(conditionalAccess.id, "security defaults spare no account")] : []),
      ];
      if (findings.length === 0 && unseen.length > 0)
        return manual(
          `see whether the groups left out of ${[...new Set(unseen.map(({ policy }) => `"${policy.name}"`))].join(", ")} hold the accounts for emergencies`,
        );
      return judgedBy(
        findings,
        `${accounts.map(({ name }) => name).join(" and ")} exist and no policy holds for them; how they are guarded and tried is for a person to keep evidence of`,
      );
    },
  },
  {
    id: "PSC-IAM-14",
    title: "Applications are the administrators' affair",
    statement: "Only administrators register applications, and nobody consents to one for himself.",
    rationale:
      "An application that somebody was talked into consenting to reads mail and files without a password ever being stolen.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)"],
      nist: ["CM-5", "AC-6(10)"],
      cis: ["M365 5.1.2.2", "M365 5.1.5.1"],
      scuba: ["MS.AAD.5.1", "MS.AAD.5.2"],
    },
    remedy: {
      steps: [
        "Open Users, User settings in the Microsoft Entra admin center, and set “Users can register applications” to No",
        "Open Enterprise applications, Consent and permissions, and choose “Do not allow user consent”",
      ],
    },
    persona: "Global Administrator",
    restsOn: { probes: [memberRights] },
    judge({ facts }) {
      const rights = facts.probe(memberRights);
      if (rights === undefined) return manual("the tenant does not say what its members may do");
      return judgedBy(
        [
          ...(rights.registerApplications
            ? [
                differs(
                  memberRights.id,
                  "allowedToCreateApps",
                  "false",
                  "true",
                  "every member may register applications",
                ),
              ]
            : []),
          ...rights.consentBy.map((policy) =>
            differs(
              memberRights.id,
              "permissionGrantPoliciesAssigned",
              "none",
              policy,
              `members consent for themselves by ${policy}`,
            ),
          ),
        ],
        "members register no applications and consent to none",
      );
    },
  },
];
