import { permissionText } from "../../resources/entra/graph-permissions.ts";
import { about, type Control, differs, judgedBy, notApplicable } from "../control.ts";
import { botCredentials, botGrants, botRegistration, type Credential } from "../probes/bot-application.ts";
import { roleHolders } from "../probes/dataverse-roles.ts";

const DAY_MS = 86_400_000;
/** Longest lives, in days, by kind. */
const LONGEST: Readonly<Record<Credential["kind"], number>> = { secret: 180, certificate: 365 };
/** Services round, and clocks differ. */
const GRACE_MS = DAY_MS;

/** Part of signing in as such; they open nothing. */
const OPENID = new Set(["openid", "profile", "email", "offline_access"].map((name) => `delegated ${name}`));

/** By the names that Microsoft Graph gives permissions to change something. */
const CHANGES = /ReadWrite|\.Write\b|FullControl|\.Manage\b/i;

const NO_APPLICATION = "the bot's application does not exist";

function daysOf({ start, end }: Credential): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / DAY_MS);
}

/** The application behind the bot's user: whose it is, what it may, and how it signs in. */
export const APPLICATION_CONTROLS: readonly Control[] = [
  {
    id: "PSC-IAM-05",
    title: "One application for each stage",
    statement:
      "The bot works through an application registration that belongs to this environment alone and to this tenant only.",
    rationale:
      "One application for several stages would let whoever holds the secret of a test reach the patients of production.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(a)(2)(i)", "164.312(d)"],
      nist: ["IA-4", "IA-5"],
      hitrust: ["01.q"],
    },
    remedy: {
      spec: "identity.application",
      steps: [
        "Give each environment's `identity.application` a name of its own, and run psc deploy",
        "Under Authentication of the application in the Microsoft Entra admin center, choose accounts in this organizational directory only",
      ],
    },
    persona: "Cloud Application Administrator",
    restsOn: { kinds: ["entra.application"], probes: [botRegistration] },
    judge({ spec, facts }) {
      const found = facts.probe(botRegistration);
      if (found === undefined) return judgedBy([about(botRegistration.id, NO_APPLICATION)], "");
      const others = found.environments.filter((name) => name !== spec.name);
      return judgedBy(
        [
          ...others.map((name) =>
            differs(
              botRegistration.id,
              "tags",
              spec.name,
              name,
              `the application "${found.displayName}" serves the environment ${name} as well`,
            ),
          ),
          ...(found.signInAudience === "AzureADMyOrg"
            ? []
            : [
                differs(
                  botRegistration.id,
                  "signInAudience",
                  "AzureADMyOrg",
                  found.signInAudience,
                  `the application "${found.displayName}" is open to other tenants`,
                ),
              ]),
        ],
        `the application ${found.appId} belongs to this environment alone`,
      );
    },
  },
  {
    id: "PSC-IAM-06",
    title: "Permissions of the application",
    statement:
      "The application has been granted exactly the permissions that the spec lists, and none that changes anything.",
    rationale:
      "The bot needs none to work; whatever else was granted is open to whoever signs in as the application.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(4)(ii)(B)"], nist: ["AC-6"], hitrust: ["01.c"] },
    remedy: {
      spec: "identity.application.permissions",
      steps: [
        "List what the application needs in the spec, by names of permissions that only read",
        "Open Permissions of the enterprise application in the Microsoft Entra admin center and choose Review permissions to take others away",
      ],
    },
    persona: "Privileged Role Administrator",
    restsOn: { kinds: ["entra.admin-consent", "entra.permission-grant"], probes: [botGrants] },
    judge({ spec, facts }) {
      const found = facts.probe(botGrants);
      if (found === undefined) return judgedBy([about(botGrants.id, NO_APPLICATION)], "");
      const { permissions } = spec.identity.application;
      const declared = (["application", "delegated"] as const).flatMap((type) =>
        (permissions?.[type] ?? []).map((name) => permissionText({ type, name })),
      );
      const has = (list: readonly string[], one: string): boolean =>
        list.some((other) => other.toLowerCase() === one.toLowerCase());
      const granted = found.permissions.filter((one) => !OPENID.has(one.toLowerCase()));
      const extra = granted.filter((one) => !has(declared, one));
      const changing = granted.filter((one) => has(declared, one) && CHANGES.test(one));
      return judgedBy(
        [
          ...extra.map((one) => about(botGrants.id, `${one} was granted and is not in the spec`)),
          ...changing.map((one) => about(botGrants.id, `${one} lets the application change things`)),
          ...declared
            .filter((one) => !has(granted, one))
            .map((one) => about(botGrants.id, `${one} is in the spec and was not granted`)),
        ],
        granted.length === 0 ? "nothing was granted" : `granted as listed: ${granted.join(", ")}`,
      );
    },
  },
  {
    id: "PSC-IAM-07",
    title: "Credentials of the application",
    statement: `Every credential of the application ends: a secret within ${LONGEST.secret} days of its making, a certificate within ${LONGEST.certificate}.`,
    rationale:
      "What leaks unnoticed is good for as long as it lives; what has ended cannot be used by anybody, the bot's operator included.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(5)(ii)(D)", "164.312(d)"],
      nist: ["IA-5", "SC-12"],
      hitrust: ["01.q"],
      cis: ["M365 5.1.5.4", "M365 5.1.5.6"],
      scuba: ["MS.AAD.5.6", "MS.AAD.5.7"],
    },
    remedy: {
      spec: "identity.application.secret",
      steps: [
        "Let psc make the secret and keep it in a vault (`identity.application.secret`), or sign in without any (`federated`)",
        "Delete credentials that nobody needs under Certificates & secrets of the application in the Microsoft Entra admin center",
      ],
    },
    persona: "Cloud Application Administrator",
    restsOn: {
      kinds: ["entra.application", "entra.client-secret", "entra.certificate"],
      probes: [botCredentials],
    },
    judge({ facts, now }) {
      const seen = facts.probe(botCredentials);
      if (seen === undefined) return judgedBy([about(botCredentials.id, NO_APPLICATION)], "");
      const found = seen.credentials;
      if (found.length === 0) return notApplicable("the application has no secret and no certificate");
      // Ended ones stay listed until somebody deletes them; a successor makes them harmless.
      const live = found.filter(({ end }) => end === "" || Date.parse(end) > now);
      const tooLong = live.filter(
        (one) => !(Date.parse(one.end) - Date.parse(one.start) <= LONGEST[one.kind] * DAY_MS + GRACE_MS),
      );
      return judgedBy(
        [
          ...(live.length === 0
            ? [about(botCredentials.id, `every credential has ended, the last on ${lastDay(found)}`)]
            : []),
          ...tooLong.map((one) =>
            differs(
              botCredentials.id,
              one.name,
              `${LONGEST[one.kind]} days`,
              one.end === "" || one.start === "" ? "no end" : `${daysOf(one)} days`,
              `the ${one.kind} "${one.name}" ${one.end === "" || one.start === "" ? "does not end" : `is good for ${daysOf(one)} days`}`,
            ),
          ),
        ],
        `${live.length} in force, all short-lived`,
      );
    },
  },
  {
    id: "PSC-IAM-08",
    title: "The application as a user",
    statement:
      'The application is an enabled application user of the environment and holds the role "Omnichannel agent".',
    rationale: "Without either no conversation reaches the bot, and none can be handed to a person.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(a)(2)(i)", "164.312(d)"],
      nist: ["IA-9", "AC-6"],
      hitrust: ["01.c"],
    },
    remedy: {
      spec: "roles",
      steps: [
        "Give the role with `{ role: Omnichannel agent, to: bot }`, and run psc deploy",
        "Or open Application users of the environment in the Power Platform admin center",
      ],
    },
    persona: "System Administrator",
    restsOn: {
      kinds: ["entra.application", "dataverse.application-user", "dataverse.role-assignment"],
      probes: [roleHolders, botRegistration],
    },
    judge({ facts }) {
      const appId = facts.probe(botRegistration)?.appId.toLowerCase();
      if (appId === undefined) return judgedBy([about(botRegistration.id, NO_APPLICATION)], "");
      const users = (facts.probe(roleHolders)?.users ?? []).filter(
        ({ applicationId }) => applicationId === appId,
      );
      const [user] = users;
      if (user === undefined)
        return judgedBy(
          [about(roleHolders.id, `the application ${appId} is no user of the environment with a role`)],
          "",
        );
      const isAgent = users.some(({ roles }) =>
        roles.some((role) => role.toLowerCase() === "omnichannel agent"),
      );
      return judgedBy(
        [
          ...(users.length === 1
            ? []
            : [about(roleHolders.id, `${users.length} users stand for the application ${appId}`)]),
          ...(user.enabled ? [] : [about(roleHolders.id, `the application user ${user.name} is disabled`)]),
          ...(isAgent
            ? []
            : [about(roleHolders.id, `the application user ${user.name} does not hold Omnichannel agent`)]),
        ],
        `${user.name} is enabled and holds Omnichannel agent`,
      );
    },
  },
];

function lastDay(credentials: readonly Credential[]): string {
  return (
    credentials
      .map(({ end }) => end)
      .toSorted()
      .at(-1)
      ?.slice(0, 10) ?? ""
  );
}
