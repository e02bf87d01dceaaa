import type { EnvironmentSpec, WorkstreamSpec } from "../../spec/model.ts";
import {
  type Control,
  type Finding,
  holds,
  type Judgement,
  judgedBy,
  manual,
  notApplicable,
} from "../control.ts";
import { judgedByState } from "../derived.ts";
import type { ResourceFact } from "../facts.ts";
import {
  findingOn,
  isThere,
  judgedByFields,
  judgedEach,
  judgedMissing,
  observed,
  together,
  withoutSubject,
} from "../judging.ts";
import { chatWidgets } from "../probes/chat-widgets.ts";
import { omnichannelChannels } from "../probes/omnichannel-channels.ts";
import { omnichannelSettings } from "../probes/omnichannel-settings.ts";
import { type QueueMember, queueMembers } from "../probes/queue-members.ts";
import { secretColumns } from "../probes/secret-columns.ts";

const ENVIRONMENT = "power-platform.environment";

const named = (facts: readonly ResourceFact[], name: string): readonly ResourceFact[] =>
  facts.filter(({ address }) => address.endsWith(`[${JSON.stringify(name)}]`));

const withBot = ({ workstreams }: EnvironmentSpec): readonly WorkstreamSpec[] =>
  workstreams.filter(({ bot }) => bot);

/** Queues to which a workstream's rules lead when the bot has asked for a person. */
function escalationQueues({ route }: WorkstreamSpec, { healthBot }: EnvironmentSpec): readonly string[] {
  const { sets, value } = healthBot.handoff;
  return route.filter(({ when }) => when[sets] === value).map(({ to }) => to);
}

function finding(subject: string, field: string, message: string, expected: string, actual: string): Finding {
  return { subject, field, expected, actual, message };
}

const NO_BOT = notApplicable("no workstream of the spec has a bot");

function judgeBotsPlace(
  spec: EnvironmentSpec,
  queues: Readonly<Record<string, readonly QueueMember[]>>,
  botUser: string,
): Judgement {
  const its = Object.entries(queues).filter(([, members]) => members.some(({ id }) => id === botUser));
  if (its.length === 0)
    return manual(
      "the bot is in none of the spec's queues; evidence wanted: the members of the queue that its workstream made for it",
    );
  const findings = its.flatMap(([name, members]) =>
    members
      .filter(({ id, enabled, capacity }) => {
        const outranked = capacity !== null && capacity < spec.healthBot.capacity;
        return id !== botUser && enabled && !outranked;
      })
      .map((member) =>
        finding(
          queueMembers.id,
          name,
          `queue "${name}": ${member.name} has a capacity of ${member.capacity ?? "none"}, the bot of ${spec.healthBot.capacity}`,
          `less than ${spec.healthBot.capacity}`,
          String(member.capacity),
        ),
      ),
  );
  const alone = its.filter(([, members]) => members.length === 1).map(([name]) => `"${name}"`);
  return judgedBy(
    findings,
    alone.length === its.length
      ? `it is alone in ${alone.join(", ")}`
      : "it has more capacity than everybody else in its queues",
  );
}

/** How patients reach the bot and, behind it, a person. */
export const OMNICHANNEL_CONTROLS: readonly Control[] = [
  {
    id: "PSC-OC-01",
    title: "Channels",
    statement: "The channels of the spec are provisioned in Omnichannel.",
    rationale: "A channel that is off takes no conversations, and no error says so.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "omnichannel.channels",
      steps: [
        "Open the Customer Service admin center and choose Customer support > Channels > Manage channels",
        "Tick the channels and save",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: ["omnichannel.channels", ENVIRONMENT], probes: [omnichannelChannels] },
    judge({ facts, spec }) {
      if (spec.omnichannel.channels.length === 0) return notApplicable("the spec has no channels");
      const found = facts.probe(omnichannelChannels);
      const [gate] = facts.resources("omnichannel.channels");
      if (found === undefined) return withoutSubject(facts.resources(ENVIRONMENT), "the channels");
      if (found.missing.length === 0)
        return holds(`Dataverse shows ${spec.omnichannel.channels.join(", ")} to be on`);
      const word = gate?.state === "as-declared" ? gate.confirmation : null;
      return word === null
        ? judgedBy(
            found.missing.map((channel) =>
              finding(
                omnichannelChannels.id,
                channel,
                `Dataverse does not show ${channel} to be on`,
                "on",
                "off",
              ),
            ),
            "",
          )
        : manual(
            `Dataverse does not show ${found.missing.join(", ")} to be on; ${word.by} said on ${word.at.slice(0, 10)} that they are; evidence wanted: the page Manage channels of the admin center`,
          );
    },
  },
  {
    id: "PSC-OC-02",
    title: "User of the bot",
    statement:
      "The bot works as an enabled bot application user with the right bot id, capacity and role, and is a member of its queues.",
    rationale:
      "Omnichannel treats any other user as a person: it would wait for it to accept, and time it out.",
    level: "SHALL",
    mappings: { hipaa: ["164.312(a)(2)(i)", "164.312(d)"], nist: ["IA-9"] },
    remedy: { spec: "healthBot.capacity", steps: ["Run psc deploy"] },
    persona: "System Administrator",
    restsOn: {
      kinds: ["dataverse.application-user", "dataverse.role-assignment", "omnichannel.queue-members"],
    },
    judge({ facts, spec }) {
      if (withBot(spec).length === 0) return NO_BOT;
      const users = facts.resources("dataverse.application-user");
      const capacity = judgedEach(
        users,
        (fact) => {
          const units = observed(fact, "capacity");
          return typeof units === "number" && units > 0
            ? []
            : [findingOn(fact, "capacity", "it has no capacity", { expected: "more than 0" })];
        },
        "it has capacity",
      );
      const roles = facts
        .resources("dataverse.role-assignment")
        .filter(({ address }) => address.endsWith('→ bot"]'));
      const queues = facts.resources("omnichannel.queue-members");
      const its = spec.queues
        .filter(({ members }) => members.some(({ kind }) => kind === "bot"))
        .flatMap(({ name }) => named(queues, name));
      const inside = judgedEach(
        its,
        (fact) => {
          const members = observed(fact, "members");
          return Array.isArray(members) && members.includes("bot")
            ? []
            : [findingOn(fact, "members", "the bot is not in it", { expected: "bot" })];
        },
        "in its queues",
      );
      return together(
        [
          judgedByFields(users, ["enabled", "accessMode", "userType", "botId", "capacity"], "as declared"),
          capacity,
          roles.length === 0
            ? manual("the spec gives the bot no role; evidence wanted: the roles of its user")
            : judgedByState(roles, "it holds its role"),
          judgedMissing(its),
          inside,
        ],
        "it is a bot application user with its id, capacity, role and queues",
      );
    },
  },
  {
    id: "PSC-OC-03",
    title: "Queue of the bot",
    statement: "The bot is alone in its queue, or has more capacity than everybody else in it.",
    rationale:
      "Otherwise Omnichannel offers a patient who just began to write to a person, and not to the bot.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "queues",
      steps: [
        "Open the queue in the Customer Service admin center and remove everybody but the bot",
        "Give people queues of their own in the spec",
      ],
    },
    persona: "Omnichannel Administrator",
    restsOn: {
      kinds: ["dataverse.application-user", "omnichannel.queue", "omnichannel.queue-members"],
      probes: [queueMembers],
    },
    judge({ facts, spec }) {
      if (withBot(spec).length === 0) return NO_BOT;
      const [user] = facts.resources("dataverse.application-user");
      const queues = facts.probe(queueMembers);
      if (user?.id == null || queues === undefined)
        return withoutSubject(
          [...(user === undefined ? [] : [user]), ...facts.resources("omnichannel.queue")],
          "the bot's queue",
        );
      return judgeBotsPlace(spec, queues, user.id);
    },
  },
  {
    id: "PSC-OC-04",
    title: "Queue of people",
    statement: "The queue to which the bot escalates is a messaging queue with at least one person in it.",
    rationale: "A patient who asked for a person would wait for ever.",
    level: "SHALL",
    mappings: {},
    remedy: {
      spec: "queues",
      steps: ["Name members of the queue in the spec and run psc deploy"],
    },
    persona: "Omnichannel Administrator",
    restsOn: { kinds: ["omnichannel.queue", "omnichannel.queue-members"], probes: [queueMembers] },
    judge({ facts, spec }) {
      if (withBot(spec).length === 0) return NO_BOT;
      const wanted = [...new Set(withBot(spec).flatMap((stream) => escalationQueues(stream, spec)))];
      if (wanted.length === 0)
        return manual("no rule of the spec says where the bot escalates to; see PSC-OC-05");
      const queues = facts.resources("omnichannel.queue");
      const members = facts.probe(queueMembers);
      if (members === undefined) return withoutSubject(queues, "the queues");
      const unknown = wanted.every((name) => members[name] === undefined);
      const people = (name: string): readonly QueueMember[] =>
        (members[name] ?? []).filter(({ bot, enabled }) => enabled && !bot);
      const empty = wanted.filter((name) => members[name] !== undefined && people(name).length === 0);
      return together(
        [
          judgedMissing(wanted.flatMap((name) => named(queues, name))),
          ...(unknown ? [withoutSubject([], "the members of the queues")] : []),
          judgedBy(
            empty.map((name) =>
              finding(queueMembers.id, name, `queue "${name}" has no person in it`, "at least one", "none"),
            ),
            "people in it",
          ),
        ],
        wanted.map((name) => `"${name}": ${people(name).length} people`).join(", "),
      );
    },
  },
  {
    id: "PSC-OC-05",
    title: "Routing",
    statement:
      "Workstreams push conversations and have a fallback queue; where a bot serves them, what it sets when it escalates leads to people.",
    rationale: "Every conversation has to end up with somebody, also when no rule fits.",
    level: "SHALL",
    mappings: {},
    remedy: { spec: "workstreams", steps: ["Run psc deploy"] },
    persona: "Omnichannel Administrator",
    restsOn: {
      kinds: [
        "omnichannel.workstream",
        "omnichannel.workstream-bot",
        "omnichannel.context-variable",
        "omnichannel.routing",
      ],
    },
    judge({ facts, spec }) {
      if (spec.workstreams.length === 0) return notApplicable("the spec has no workstreams");
      const { sets, value } = spec.healthBot.handoff;
      const routings = facts.resources("omnichannel.routing");
      const unrouted = withBot(spec)
        .filter((stream) => escalationQueues(stream, spec).length === 0)
        .map(({ name }) =>
          finding(
            `omnichannel.workstream[${JSON.stringify(name)}]`,
            "route",
            `no rule of workstream "${name}" leads to people when the bot sets ${sets} to ${value}`,
            `${sets} = ${value}`,
            "no such rule",
          ),
        );
      return together(
        [
          judgedByFields(facts.resources("omnichannel.workstream"), ["distribution", "fallback"], "push"),
          judgedByFields(facts.resources("omnichannel.workstream-bot"), ["bot"], "the bot"),
          judgedByState(facts.resources("omnichannel.context-variable"), "the variable"),
          judgedByFields(routings, ["rules", "hitPolicy", "disabledRules", "variables"], "the rules"),
          judgedBy(unrouted, "routed"),
        ],
        "conversations are pushed, reach the bot first, and lead to people when it escalates",
      );
    },
  },
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
