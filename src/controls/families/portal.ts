import {
  type Case,
  type Control,
  type Finding,
  type Judgement,
  judgedBy,
  manual,
  notApplicable,
} from "../control.ts";
import { judgedByState } from "../derived.ts";
import type { ResourceFact } from "../facts.ts";
import { findingOn, isThere, judgedByFields, judgedEach, observed, together } from "../judging.ts";
import { portalWebsite } from "../probes/portal-website.ts";

const SETTING = "portal.setting";
const POLICY = "HTTP/Content-Security-Policy";
const REPORT_ONLY = `${POLICY}-Report-Only`;
/** Attributes by which the script of a chat widget knows its organization. */
const WIDGET_ATTRIBUTES = ["data-app-id", "data-org-id", "data-org-url"];
/** Sources of a policy that let a page load from everywhere. */
const EVERYWHERE = ["*", "https:", "http:"];

const NO_PORTAL = notApplicable("the spec has no portal");

function setting(settings: readonly ResourceFact[], name: string): ResourceFact | undefined {
  return settings.find(({ address }) => address === `${SETTING}[${JSON.stringify(name)}]`);
}

/** Of Power Pages administration, which takes tokens of people only. */
function judgedAsPerson(
  { facts }: Case,
  wanted: string,
  judge: (access: ResourceFact) => Judgement,
): Judgement {
  const [access] = facts.resources("portal.access");
  if (access === undefined) return NO_PORTAL;
  return access.state === "not-needed"
    ? manual(`${access.reason}; verify it signed in as a person, or keep as evidence: ${wanted}`)
    : judge(access);
}

/** Sources that a directive of a content security policy names; those of `default-src` where it is not there. */
function sourcesOf(policy: string, directive: string): readonly string[] {
  const directives = new Map(
    policy.split(";").map((part): [string, readonly string[]] => {
      const [name = "", ...sources] = part.trim().split(/\s+/);
      return [name.toLowerCase(), sources];
    }),
  );
  return directives.get(directive) ?? directives.get("default-src") ?? EVERYWHERE;
}

/** How patients get to the chat, and who else does. */
export const PORTAL_CONTROLS: readonly Control[] = [
  {
    id: "PSC-POR-01",
    title: "Sign-in of patients",
    statement:
      "Patients sign in to the portal with the provider of the spec, and nobody can register locally.",
    rationale: "A local account is whoever has an address; a provider proves who a patient is.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(d)"], nist: ["IA-8"], hitrust: ["01.q"] },
    remedy: {
      spec: "portal.signIn",
      steps: [
        "Name the provider in portal.signIn, leave localSignIn and openRegistration off, and run psc deploy",
      ],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: [SETTING] },
    judge({ facts, spec }) {
      if (spec.portal === undefined) return NO_PORTAL;
      const settings = facts.resources(SETTING);
      const signIn = settings.filter(({ address }) => address.startsWith(`${SETTING}["Authentication/`));
      const open = ["LocalLoginEnabled", "OpenRegistrationEnabled"].map((name) =>
        setting(settings, `Authentication/Registration/${name}`),
      );
      // Open registration with local accounts off is registration by the provider.
      const isOpen = open.every((fact) => fact !== undefined && observed(fact, "value") === "true");
      const provider = spec.portal.signIn;
      return together(
        [
          judgedByState(signIn, "as declared"),
          judgedEach(
            open.slice(-1).flatMap((fact) => fact ?? []),
            (fact) =>
              isOpen
                ? [
                    findingOn(fact, "value", "anybody can make a local account", {
                      expected: "false",
                      actual: "true",
                    }),
                  ]
                : [],
            "closed",
          ),
          ...(provider === undefined
            ? [
                manual(
                  "the spec names no provider; evidence wanted: the site's identity providers in Power Pages",
                ),
              ]
            : []),
        ],
        `by ${provider?.authority ?? ""}; local registration is off`,
      );
    },
  },
  {
    id: "PSC-POR-02",
    title: "Addresses that reach the portal",
    statement: "The portal answers only to the addresses of the spec.",
    rationale: "An empty list opens the site to everybody.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(a)(1)", "164.312(e)(1)"], nist: ["SC-7"], hitrust: ["09.m"] },
    remedy: {
      spec: "portal.allowedAddresses",
      steps: [
        "Name the addresses in portal.allowedAddresses and run psc deploy, signed in as a person",
        "Or open the site in the Power Platform admin center under Resources > Power Pages sites, Security > IP Restrictions",
      ],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: ["portal.access"] },
    judge: (given) =>
      judgedAsPerson(given, "the site's IP restrictions", (access) => {
        const addresses = observed(access, "allowedAddresses");
        if (isThere(access) && !Array.isArray(addresses))
          return manual(
            "the spec leaves the site's addresses as they are; evidence wanted: the site's IP restrictions, which are not empty",
          );
        const empty = Array.isArray(addresses) && addresses.length === 0;
        return together(
          [
            judgedByFields([access], ["allowedAddresses"], "as declared"),
            judgedBy(
              empty
                ? [
                    findingOn(
                      access,
                      "allowedAddresses",
                      "the list is empty, which opens the site to everybody",
                      {
                        actual: "empty",
                      },
                    ),
                  ]
                : [],
              "not empty",
            ),
          ],
          Array.isArray(addresses) ? addresses.join(", ") : "as declared",
        );
      }),
  },
  {
    id: "PSC-POR-03",
    title: "User flows of Azure AD B2C",
    statement: "The user flows for signing up, signing in and resetting a password exist in the B2C tenant.",
    rationale: "Without them patients cannot get in, or back in.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(d)", "164.312(a)(2)(i)"] },
    remedy: {
      spec: "portal.signIn",
      steps: [
        "Make the two user flows in the Azure portal, in the B2C tenant",
        "Name them in portal.signIn and run psc deploy",
      ],
    },
    persona: "Global Administrator",
    restsOn: { kinds: [SETTING] },
    judge({ facts, spec }) {
      if (spec.portal === undefined) return NO_PORTAL;
      const { signIn } = spec.portal;
      if (signIn?.provider !== "b2c") return notApplicable("patients do not sign in with Azure AD B2C");
      const flows = ["DefaultPolicyId", "PasswordResetPolicyId"].flatMap(
        (name) =>
          setting(facts.resources(SETTING), `Authentication/OpenIdConnect/${signIn.name}/${name}`) ?? [],
      );
      return together(
        [
          judgedByState(flows, "named"),
          manual(
            "the flows are in another tenant, which psc does not sign in to; evidence wanted: the list of user flows of the B2C tenant",
          ),
        ],
        "",
      );
    },
  },
  {
    id: "PSC-POR-04",
    title: "Chat on the portal",
    statement: "The portal shows the chat widget of this environment.",
    rationale: "A snippet that was copied from another stage sends patients there.",
    level: "SHALL",
    mappings: {},
    remedy: { spec: "portal.widget", steps: ["Run psc deploy, and restart the site"] },
    persona: "Power Platform Administrator",
    restsOn: { kinds: ["portal.chat"] },
    judge({ facts, spec }) {
      if (spec.portal === undefined) return NO_PORTAL;
      const chats = facts.resources("portal.chat");
      if (chats.length === 0) return notApplicable("the portal of the spec shows no chat");
      const whole = judgedEach(
        chats,
        (fact) => {
          const snippet = String(observed(fact, "value") ?? "");
          return WIDGET_ATTRIBUTES.filter((name) => !snippet.includes(`${name}=`)).map((name) =>
            findingOn(fact, "value", `the snippet has no ${name}`, { expected: name }),
          );
        },
        "whole",
      );
      return together([judgedByState(chats, "as declared"), whole], "its snippet is that of the widget");
    },
  },
  {
    id: "PSC-POR-05",
    title: "Content security policy",
    statement:
      "The portal has a content security policy that lets pages load scripts from named hosts only; in production it is enforced.",
    rationale: "A script from elsewhere reads what a patient types.",
    level: "SHOULD",
    mappings: { nist: ["SI-10"], scuba: ["MS.POWERPLATFORM.4.1"] },
    remedy: {
      spec: "portal.contentSecurityPolicy",
      steps: ["Set portal.contentSecurityPolicy, in mode enforce for production, and run psc deploy"],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: [SETTING] },
    judge({ facts, spec }) {
      if (spec.portal === undefined) return NO_PORTAL;
      const settings = facts.resources(SETTING);
      const [enforced, reported] = [setting(settings, POLICY), setting(settings, REPORT_ONLY)];
      const policy = enforced ?? reported;
      if (policy === undefined)
        return manual(
          `the spec leaves the policy as it is; evidence wanted: the site setting ${POLICY} of the site`,
        );
      const text = String(observed(policy, "value") ?? "");
      const loose = isThere(policy)
        ? ["script-src", "connect-src"].flatMap((directive) =>
            sourcesOf(text, directive)
              .filter((source) => EVERYWHERE.includes(source.toLowerCase()))
              .map((source) =>
                findingOn(policy, "value", `${directive} allows everything (${source})`, {
                  expected: "named hosts",
                  actual: source,
                }),
              ),
          )
        : [];
      const onlyReported =
        spec.stage === "prod" && enforced === undefined
          ? [
              findingOn(policy, "value", "it only reports, and keeps nothing from loading", {
                expected: POLICY,
                actual: REPORT_ONLY,
              }),
            ]
          : [];
      return together(
        [judgedByState([policy], "as declared"), judgedBy([...loose, ...onlyReported], "tight")],
        enforced === undefined ? "it is tried out, and reports only" : "it is enforced",
      );
    },
  },
  {
    id: "PSC-POR-06",
    title: "State of the site",
    statement: "The production site is no trial; a site of another stage is private.",
    rationale:
      "A trial ends, and takes the site along. A public site of a test stage is taken for the real one.",
    level: "SHOULD",
    mappings: {},
    remedy: {
      spec: "portal.visibility",
      steps: [
        "Convert the site to production in the Power Platform admin center, under Resources > Power Pages sites",
        "Set portal.visibility to private outside of production and run psc deploy",
      ],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: ["portal.site", "portal.access"], probes: [portalWebsite] },
    judge(given) {
      const { facts, spec } = given;
      return judgedAsPerson(given, "the site's details", () => {
        const site = facts.probe(portalWebsite);
        if (site === undefined) return judgedByState(facts.resources("portal.site"), "");
        const { type, visibility } = site;
        const production = spec.stage === "prod";
        const of = (field: string, expected: string, actual: string, message: string): Finding => ({
          subject: portalWebsite.id,
          field,
          expected,
          actual,
          message,
        });
        return judgedBy(
          [
            ...(production && type.toLowerCase() !== "production"
              ? [
                  of(
                    "type",
                    "Production",
                    type,
                    `the site is a ${type.toLowerCase() || "site of unknown type"}`,
                  ),
                ]
              : []),
            ...(!production && visibility !== "private"
              ? [of("visibility", "private", visibility, `the site of stage ${spec.stage} is ${visibility}`)]
              : []),
          ],
          `${type}, ${visibility}`,
        );
      });
    },
  },
  {
    id: "PSC-POR-07",
    title: "Web application firewall",
    statement: "The web application firewall of the portal is on.",
    rationale: "It stops known attacks on web pages before they reach the site.",
    level: "SHOULD",
    mappings: { nist: ["SC-7"], hitrust: ["10.j"] },
    remedy: {
      spec: "portal.firewall",
      steps: ["Set portal.firewall to true and run psc deploy, signed in as a person"],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: ["portal.access"] },
    judge: (given) =>
      judgedAsPerson(given, "the state of the site's web application firewall", (access) =>
        isThere(access)
          ? judgedBy(
              observed(access, "firewall") === true
                ? []
                : [findingOn(access, "firewall", "it is off", { expected: "on", actual: "off" })],
              "it is on",
            )
          : judgedByState([access], ""),
      ),
  },
];
