import { type Control, type Finding, holds, judgedBy, manual, notApplicable } from "../control.ts";
import { judgedByState } from "../derived.ts";
import type { ResourceFact } from "../facts.ts";
import { isThere, judgedByFields, observed, together, withoutSubject } from "../judging.ts";
import { chatWidgets } from "../probes/chat-widgets.ts";
import { omnichannelSettings } from "../probes/omnichannel-settings.ts";
import { secretColumns } from "../probes/secret-columns.ts";
import { escalationQueues, finding, named } from "./omnichannel-terms.ts";

const ENVIRONMENT = "power-platform.environment";

/** What a patient sees and may do, and what is kept from whom. */
export const CHAT_CONTROLS: readonly Control[] = [
  {
    id: "PSC-OC-06",
    title: "Chat widget",
    statement:
      "The chat widgets of the spec exist on their workstreams, and people are offered in operating hours.",
    rationale: "Outside of hours a patient has to be told so, and not to wait.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "operatingHours",
      steps: [
        "Name operating hours in the spec, give them to the queue of people or to the widget, and run psc deploy",
      ],
    },
    persona: "Omnichannel Administrator",
    restsOn: { kinds: ["omnichannel.widget", "omnichannel.queue", "omnichannel.operating-hours"] },
    judge({ facts, spec }) {
      const widgets = facts.resources("omnichannel.widget");
      if (widgets.length === 0) return notApplicable("the spec has no chat widget");
      const queues = facts.resources("omnichannel.queue");
      const isOpenAlways = (fact: ResourceFact): boolean => observed(fact, "operatingHours") === "always";
      const always = spec.workstreams.flatMap((stream): string[] => {
        if (stream.widget === undefined) return [];
        const chat = named(widgets, stream.widget.name).filter(isThere);
        const people = [...new Set([...escalationQueues(stream, spec), stream.fallback])]
          .flatMap((name) => named(queues, name))
          .filter(isThere);
        return chat.length > 0 && people.length > 0 && [...chat, ...people].every(isOpenAlways)
          ? [stream.widget.name]
          : [];
      });
      return together(
        [
          judgedByFields(widgets, ["operatingHours"], "there"),
          judgedByFields(queues, ["operatingHours"], "as declared"),
          judgedByState(facts.resources("omnichannel.operating-hours"), "as declared"),
          // It may be meant so: only a person knows whether somebody answers at night.
          ...always.map((name) =>
            manual(
              `neither chat widget "${name}" nor the queues of people behind it have operating hours, as the spec says; evidence wanted: a duty roster of people around the clock`,
            ),
          ),
        ],
        "they are there, and people have operating hours",
      );
    },
  },
  {
    id: "PSC-OC-07",
    title: "Sign-in of patients in the chat",
    statement: "The chat of the portal knows which patient is signed in.",
    rationale: "Otherwise anybody can claim to be a patient, and an agent opens that patient's record.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(d)"], nist: ["IA-8"], hitrust: ["01.q"] },
    remedy: {
      spec: "workstreams[].widget.signIn",
      steps: ["Name the portal's public key in the widget's signIn and run psc deploy"],
    },
    persona: "Omnichannel Administrator",
    restsOn: { kinds: ["omnichannel.sign-in", ENVIRONMENT], probes: [chatWidgets] },
    judge({ facts, spec }) {
      const declared = facts.resources("omnichannel.sign-in");
      const shown = spec.portal?.widget;
      if (shown === undefined && declared.length === 0)
        return notApplicable("no portal of the spec shows a chat, and no widget asks who is signed in");
      const widgets = facts.probe(chatWidgets);
      if (widgets === undefined) return withoutSubject(facts.resources(ENVIRONMENT), "the chat widgets");
      const unknown = widgets
        .filter(({ name, asksWhoIsSignedIn }) => name === shown && !asksWhoIsSignedIn)
        .map(({ name }) =>
          finding(
            chatWidgets.id,
            name,
            `chat widget "${name}" is on the portal and does not ask who is signed in`,
            "authentication settings",
            "none",
          ),
        );
      const gone =
        shown === undefined || widgets.some(({ name }) => name === shown)
          ? []
          : [finding(chatWidgets.id, shown, `chat widget "${shown}" does not exist`, "a widget", "none")];
      const optional = widgets.find(({ name }) => name === shown)?.optional === true;
      return together(
        [
          judgedByFields(declared, ["publicKeyUrl", "tokenFunction", "flow", "used"], "as declared"),
          judgedBy([...unknown, ...gone], "it asks"),
        ],
        `it asks who is signed in${optional ? "; who is not may chat as well, as the spec says" : ""}`,
      );
    },
  },
  {
    id: "PSC-OC-08",
    title: "Data masking",
    statement: "Masking rules are active, and hide private data in what patients and agents write.",
    rationale: "Numbers that identify a patient end up in transcripts, which many read.",
    level: "SHOULD",
    mappings: { hipaa: ["164.312(a)(1)"], nist: ["AC-3", "SC-28"] },
    remedy: {
      spec: "omnichannel.masking",
      steps: [
        "Name rules in omnichannel.masking, switch masking on for customers and agents, and run psc deploy",
      ],
    },
    persona: "Omnichannel Administrator",
    restsOn: {
      kinds: ["omnichannel.masking", "omnichannel.masking-rule", ENVIRONMENT],
      probes: [omnichannelSettings],
    },
    judge({ facts }) {
      const found = facts.probe(omnichannelSettings);
      if (found === undefined) return withoutSubject(facts.resources(ENVIRONMENT), "Omnichannel's settings");
      const { maskForCustomers, maskForAgents, maskingRules } = found;
      const off = (field: string, who: string): Finding =>
        finding(
          omnichannelSettings.id,
          field,
          `private data is not hidden in what ${who} write`,
          "on",
          "off",
        );
      return together(
        [
          judgedByFields(
            facts.resources("omnichannel.masking-rule"),
            ["pattern", "character", "active"],
            "as declared",
          ),
          judgedBy(
            [
              ...(maskForCustomers ? [] : [off("customers", "patients")]),
              ...(maskForAgents ? [] : [off("agents", "agents")]),
              ...(maskingRules.length > 0
                ? []
                : [finding(omnichannelSettings.id, "rules", "no masking rule is active", "a rule", "none")]),
            ],
            "on",
          ),
        ],
        `${maskingRules.join(", ")} for customers and agents`,
      );
    },
  },
  {
    id: "PSC-OC-09",
    title: "File attachments",
    statement: "Patients and agents can attach files only where the spec says so.",
    rationale: "A file carries whatever its sender wants, and is kept with the conversation.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(a)(1)"], nist: ["AC-3", "SC-28"] },
    remedy: {
      spec: "workstreams[].widget.attachments",
      steps: ["Run psc deploy, or change attachments in the spec"],
    },
    persona: "Omnichannel Administrator",
    restsOn: { kinds: ["omnichannel.widget"] },
    judge({ facts }) {
      const widgets = facts.resources("omnichannel.widget");
      return judgedByFields(
        widgets,
        ["attachments"],
        widgets.map((fact) => `${fact.label}: ${String(observed(fact, "attachments"))}`).join(", "),
      );
    },
  },
  {
    id: "PSC-OC-10",
    title: "Columns with secrets",
    statement: "Omnichannel's columns that hold secrets are secured by column security.",
    rationale: "Without it everybody who may read the row reads the secret.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(5)(ii)(D)"], nist: ["IA-5"] },
    remedy: {
      steps: [
        "Open the column in Power Apps, under Tables, and enable column security",
        "Give the column to those who need it in a column security profile of the Power Platform admin center",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: [ENVIRONMENT], probes: [secretColumns] },
    judge({ facts }) {
      const columns = facts.probe(secretColumns);
      if (columns === undefined || Object.keys(columns).length === 0)
        return withoutSubject(facts.resources(ENVIRONMENT), "Omnichannel's columns with secrets");
      return judgedBy(
        Object.entries(columns)
          .filter(([, secured]) => !secured)
          .map(([column]) =>
            finding(secretColumns.id, column, `${column} is not secured`, "secured", "not secured"),
          ),
        `${Object.keys(columns).length} columns are secured`,
      );
    },
  },
  {
    id: "PSC-OC-11",
    title: "Mapping of roles to personas",
    statement: "It is known whether roles that come by a team make somebody an agent of Omnichannel.",
    rationale:
      "While the mapping is on, only roles that are held directly count, and agents by a team get no conversations: PSC-IAM-04 is judged by it.",
    level: "SHOULD",
    mappings: {},
    remedy: {
      steps: [
        "Open the Customer Service admin center, choose User management > Role persona mapping, and see that it is configured",
      ],
    },
    persona: "Omnichannel Administrator",
    restsOn: { kinds: [ENVIRONMENT], probes: [omnichannelSettings] },
    judge({ facts }) {
      const found = facts.probe(omnichannelSettings);
      if (found === undefined) return withoutSubject(facts.resources(ENVIRONMENT), "Omnichannel's settings");
      if (found.personaMapping === null)
        return manual(
          "the organization does not say; evidence wanted: the page Role persona mapping of the admin center",
        );
      return holds(
        found.personaMapping
          ? "it is on: only roles that are held directly count"
          : "it is off: roles by a team count too",
      );
    },
  },
];
