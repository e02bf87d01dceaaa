import type { EnvironmentSpec } from "../../spec/model.ts";
import { type Control, holds, type Judgement, judgedBy, manual, notApplicable } from "../control.ts";
import { judgedByState } from "../derived.ts";
import {
  findingOn,
  judgedByFields,
  judgedEach,
  judgedMissing,
  observed,
  together,
  withoutSubject,
} from "../judging.ts";
import { omnichannelChannels } from "../probes/omnichannel-channels.ts";
import { type QueueMember, queueMembers } from "../probes/queue-members.ts";
import { escalationQueues, finding, named, withBot } from "./omnichannel-terms.ts";

const ENVIRONMENT = "power-platform.environment";

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

/** The bot, the people behind it, and the way between them. */
export const ROUTING_CONTROLS: readonly Control[] = [
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
      const word = gate?.state === "on-word" ? gate.confirmation : null;
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
      const unknown = wanted.some((name) => members[name] === undefined);
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
];
