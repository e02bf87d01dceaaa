import type { Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, OverflowAction, OverflowSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { type OverflowMoment, type OverflowRule, readOverflow, writeOverflow } from "./overflow-xml.ts";
import { queue } from "./queue.ts";

export interface OverflowProps {
  readonly queue: string;
  readonly overflow: OverflowSpec;
}

interface OverflowData {
  readonly queueId: string;
  /** A rule leads to an action that bears the name only psc gives. */
  readonly isOurs: boolean;
}

const ACTIONS = "msdyn_overflowactionconfig";
const RULESETS = "msdyn_decisionruleset";
const CONTRACTS = "msdyn_decisioncontract";
const ASSIGN_ANYWAY = 192350000;
const END = 192350001;
const TRANSFER = 192350005;
const DECLARATIVE = 192350000;
const DECISION_LIST = 192350000;

/** The two rulesets of a queue: what is asked before a conversation enters it, and while it waits. */
const STAGES = [
  { column: "msdyn_prequeueoverflowrulesetid", prefix: "queue_prequeue", moments: ["closed", "full"] },
  { column: "msdyn_inqueueoverflowrulesetid", prefix: "queue_inqueue", moments: ["waiting"] },
] as const satisfies readonly { column: string; prefix: string; moments: readonly OverflowMoment[] }[];

interface Wanted {
  readonly moment: OverflowMoment;
  readonly limit: number;
  readonly action: OverflowAction;
}

function wantedOf({ closed, full, waiting }: OverflowSpec): Wanted[] {
  return [
    ...(closed === undefined ? [] : [{ moment: "closed" as const, limit: 0, action: closed }]),
    ...(full === undefined
      ? []
      : [{ moment: "full" as const, limit: full.conversations, action: full.action }]),
    ...(waiting === undefined
      ? []
      : [{ moment: "waiting" as const, limit: waiting.minutes, action: waiting.action }]),
  ];
}

function shownAction(action: OverflowAction): string {
  return action.do === "transfer" ? `transfer to ${action.to}` : action.do;
}

function shown(limit: number, moment: OverflowMoment, action: string): string {
  if (moment === "closed") return action;
  return moment === "full" ? `from ${limit} conversations: ${action}` : `after ${limit} minutes: ${action}`;
}

interface QueueRulesets {
  /** By column of the queue. */
  readonly rulesets: ReadonlyMap<string, { readonly id: string; readonly definition: string }>;
}

const rulesetName = (prefix: string, queueId: string): string => `${prefix}_${queueId}`;

/** A queue's rulesets have the names the service gives them, so they are asked for beside the queue; others one by one. */
async function rulesetsOf(client: Dataverse, queueId: string): Promise<QueueRulesets | undefined> {
  const select = [`${RULESETS}id`, "msdyn_rulesetdefinition"];
  const [row, usual] = await Promise.all([
    client.get(`queues(${queueId})`, { select: STAGES.map(({ column }) => `_${column}_value`) }),
    client.list(`${RULESETS}s`, {
      select,
      filter: STAGES.map(({ prefix }) => `msdyn_uniquename eq ${quoted(rulesetName(prefix, queueId))}`).join(
        " or ",
      ),
    }),
  ]);
  if (row === undefined) return undefined;
  const found = await Promise.all(
    STAGES.map(async ({ column }) => {
      const id = textAt(row, `_${column}_value`);
      const ruleset =
        id === ""
          ? undefined
          : (usual?.find((one) => textAt(one, `${RULESETS}id`) === id) ??
            (await client.get(`${RULESETS}s(${id})`, { select })));
      return [column, { id, definition: textAt(ruleset, "msdyn_rulesetdefinition") }] as const;
    }),
  );
  return { rulesets: new Map(found.filter(([, { id }]) => id !== "")) };
}

async function queueName(client: Dataverse, id: string, context: Context): Promise<string> {
  const ours = context.spec.queues.find(({ name }) => queue.data(context, name)?.id === id);
  if (ours !== undefined) return ours.name;
  const row = await client.get(`queues(${id})`, { select: ["name"] });
  return textAt(row, "name") || `deleted queue ${id}`;
}

async function readAction(client: Dataverse, row: Row | undefined, context: Context): Promise<string> {
  const type = numberAt(row, "msdyn_overflowactiontype");
  switch (type) {
    case ASSIGN_ANYWAY:
      return "assign-anyway";
    case END:
      return "end";
    case TRANSFER: {
      const target = textAt(row, "msdyn_overflowactiondata")
        .replace(/[{}\s]/g, "")
        .toLowerCase();
      return `transfer to ${await queueName(client, target, context)}`;
    }
    default:
      return type === undefined ? "nothing" : `other (${type})`;
  }
}

async function read(props: OverflowProps, context: Context): Promise<Observation<OverflowData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const queueId = queue.data(context, props.queue)?.id;
  if (queueId === undefined) return { status: "absent", reason: "the queue does not exist yet" };
  const [present, actions] = await Promise.all([
    rulesetsOf(client, queueId),
    client.list(`${ACTIONS}s`, {
      select: [`${ACTIONS}id`, "msdyn_name", "msdyn_overflowactiontype", "msdyn_overflowactiondata"],
    }),
  ]);
  if (present === undefined || actions === undefined) return ABSENT_TABLE;
  const rules = [...present.rulesets.values()].flatMap(({ definition }) => readOverflow(definition));
  const fields: Record<string, string> = {};
  let isOurs = false;
  for (const { moment } of wantedOf(props.overflow)) {
    const rule = rules.find((candidate) => candidate.moment === moment);
    if (rule === undefined) {
      fields[moment] = "nothing";
      continue;
    }
    const action = actions.find((row) => textAt(row, `${ACTIONS}id`) === rule.actionId.toLowerCase());
    isOurs ||= textAt(action, "msdyn_name") === actionName(queueId, moment);
    fields[moment] = shown(rule.limit, moment, await readAction(client, action, context));
  }
  if (Object.values(fields).every((value) => value === "nothing")) return { status: "absent" };
  return { status: "present", id: queueId, fields, data: { queueId, isOurs } };
}

/** Name of psc's own action of a queue for a moment: found again after a lost answer. */
function actionName(queueId: string, moment: OverflowMoment): string {
  return `psc_${moment}_${queueId}`;
}

async function ownAction(client: Dataverse, queueId: string, moment: OverflowMoment): Promise<string> {
  const rows = await client.list(`${ACTIONS}s`, {
    select: [`${ACTIONS}id`],
    filter: `msdyn_name eq ${quoted(actionName(queueId, moment))}`,
  });
  return textAt(rows?.[0], `${ACTIONS}id`);
}

async function ensureAction(
  client: Dataverse,
  queueId: string,
  { moment, action }: Wanted,
  context: Context,
): Promise<string> {
  const target = action.do === "transfer" ? queue.data(context, action.to)?.id : "";
  if (target === undefined) throw missingDependency(`queue "${shownAction(action)}"`);
  const columns: Row = {
    msdyn_overflowactiontype: { "assign-anyway": ASSIGN_ANYWAY, end: END, transfer: TRANSFER }[action.do],
    msdyn_overflowactiondata: target === "" ? "{}" : target,
  };
  const present = await ownAction(client, queueId, moment);
  if (present === "")
    return client.create(`${ACTIONS}s`, { msdyn_name: actionName(queueId, moment), ...columns });
  await client.update(`${ACTIONS}s`, present, columns);
  return present;
}

async function contractId(client: Dataverse, uniqueName: string): Promise<string> {
  const rows = await client.list(`${CONTRACTS}s`, {
    select: [`${CONTRACTS}id`],
    filter: `msdyn_uniquename eq ${quoted(uniqueName)}`,
  });
  const id = textAt(rows?.[0], `${CONTRACTS}id`);
  if (id === "") throw missingDependency(`the system's decision contract ${uniqueName}`);
  return id;
}

async function makeRuleset(client: Dataverse, name: string, definition: string): Promise<string> {
  const rows = await client.list(`${RULESETS}s`, {
    select: [`${RULESETS}id`],
    filter: `msdyn_uniquename eq ${quoted(name)}`,
  });
  const present = textAt(rows?.[0], `${RULESETS}id`);
  if (present !== "") {
    await client.update(`${RULESETS}s`, present, { msdyn_rulesetdefinition: definition });
    return present;
  }
  const [input, output] = await Promise.all([
    contractId(client, "msdyn_queueoverflowrulesetinput"),
    contractId(client, "msdyn_queueoverflowrulesetoutput"),
  ]);
  return client.create(`${RULESETS}s`, {
    msdyn_name: name,
    msdyn_uniquename: name,
    msdyn_rulesettype: DECLARATIVE,
    msdyn_authoringmode: DECISION_LIST,
    msdyn_rulesetdefinition: definition,
    ...(await client.lookup(RULESETS, "msdyn_inputcontractid", CONTRACTS, input)),
    ...(await client.lookup(RULESETS, "msdyn_outputcontractid", CONTRACTS, output)),
  });
}

async function write(props: OverflowProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const queueId = queue.data(context, props.queue)?.id;
  if (queueId === undefined) throw missingDependency(`queue "${props.queue}"`);
  const present = await rulesetsOf(client, queueId);
  const wanted = wantedOf(props.overflow);
  for (const { column, prefix, moments } of STAGES) {
    const rules: OverflowRule[] = [];
    for (const one of wanted.filter(({ moment }) => (moments as readonly string[]).includes(moment)))
      rules.push({ ...one, actionId: await ensureAction(client, queueId, one, context) });
    if (rules.length === 0) continue;
    const ruleset = present?.rulesets.get(column);
    const definition = writeOverflow(ruleset?.definition ?? "", queueId, rules);
    if (ruleset !== undefined)
      await client.update(`${RULESETS}s`, ruleset.id, { msdyn_rulesetdefinition: definition });
    else {
      const id = await makeRuleset(client, rulesetName(prefix, queueId), definition);
      await client.update("queues", queueId, await client.lookup("queue", column, RULESETS, id));
    }
  }
  return undefined;
}

/** Takes the rules away. Without one for closed hours the queue takes conversations, as the service's own rule has it. */
async function takeBack(
  props: OverflowProps,
  { queueId }: OverflowData,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  const present = await rulesetsOf(client, queueId);
  const moments = wantedOf(props.overflow).map(({ moment }) => moment);
  for (const { column } of STAGES) {
    const ruleset = present?.rulesets.get(column);
    if (ruleset === undefined) continue;
    const kept = writeOverflow(ruleset.definition, queueId, [], moments);
    await client.update(`${RULESETS}s`, ruleset.id, { msdyn_rulesetdefinition: kept });
  }
  for (const moment of moments) {
    const action = await ownAction(client, queueId, moment);
    if (action !== "") await client.delete(`${ACTIONS}s`, action);
  }
  return undefined;
}

export const overflow = defineKind<OverflowProps, OverflowData>({
  kind: "omnichannel.overflow",
  summary: "What a queue does with conversations when it is closed, full, or has let them wait for too long",
  step: 11,
  api: `Dataverse Web API: ${RULESETS}s, ${ACTIONS}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadQueue", `prvRead${RULESETS}`, `prvRead${ACTIONS}`],
    write: [
      `prvCreate${RULESETS}`,
      `prvWrite${RULESETS}`,
      `prvCreate${ACTIONS}`,
      `prvWrite${ACTIONS}`,
      `prvDelete${ACTIONS}`,
      "prvWriteQueue",
    ],
  },
  sources: [
    "Customer Service: Manage overflow of work items in queues",
    "ameijers/PrometheanCCaaSToolbox:tools/visual-routing-tester",
  ],
  nature: "managed",
  // Not of its queue: the service keeps the actions of a queue that is deleted.
  partOf: "power-platform.environment",
  label: (props) => `overflow of queue "${props.queue}"`,
  detail: (props) =>
    wantedOf(props.overflow)
      .map(({ moment, limit, action }) => `${moment}: ${shown(limit, moment, shownAction(action))}`)
      .join("; "),
  declared: (props): Fields =>
    Object.fromEntries(
      wantedOf(props.overflow).map(({ moment, limit, action }) => [
        moment,
        shown(limit, moment, shownAction(action)),
      ]),
    ),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
  destroy: (props, { data }, context) => takeBack(props, data, context),
  isMarked: (_props, { data }) => data.isOurs,
});

function targets(props: OverflowSpec): string[] {
  return wantedOf(props).flatMap(({ action }) =>
    action.do === "transfer" ? [queue.address(action.to)] : [],
  );
}

export function overflowResources(spec: EnvironmentSpec): Resource[] {
  return spec.queues.flatMap(({ name, overflow: declared }) =>
    declared === undefined
      ? []
      : [
          overflow.resource({
            name,
            props: { queue: name, overflow: declared },
            dependsOn: [...new Set([queue.address(name), ...targets(declared)])],
          }),
        ],
  );
}
