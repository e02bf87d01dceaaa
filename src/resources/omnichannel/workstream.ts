import type { FieldChange, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { Channel, EnvironmentSpec, Manifest, WorkstreamSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase, STREAM_SOURCES } from "./channels.ts";
import { EMPTY_CONTRACT } from "./contract-xml.ts";
import { queue } from "./queue.ts";
import { stableUniqueName } from "./stable-ids.ts";

export interface WorkstreamData {
  readonly id: string;
  /** Decision contract that names the inputs of its rules; empty while it has none. */
  readonly contractId: string;
  readonly botUserId: string;
  readonly botQueueId: string;
}

const TABLE = "msdyn_liveworkstream";
const UNIFIED_ROUTING = 717210001;
const INBOUND = 0;
const PUSH = 192350000;
const UNITS = 192350000;
const SCREEN_POP_WITH_TIMEOUT = 100000001;
const LIVE_CHAT_MODE = 192350000;
/** Available and busy. */
const PRESENCES = "192360000,192360001";
/** Defaults of the admin center, minutes. */
const CLOSE_AFTER_INACTIVITY: Readonly<Record<Channel, number>> = { chat: 5, sms: 2880, teams: 2880 };

/**
 * Navigation property of the fallback queue; undefined while the table is missing. A plain select has been seen to drop
 * the queue silently; expanding it has not.
 */
async function fallbackNavigation(client: Dataverse): Promise<string | undefined> {
  try {
    return await client.navigationProperty(TABLE, "msdyn_defaultqueue");
  } catch (error) {
    if (error instanceof PscError && error.code === "PSC-E423") return undefined;
    throw error;
  }
}

async function read(props: WorkstreamSpec, context: Context): Promise<Observation<WorkstreamData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const natural = `msdyn_name eq ${quoted(props.name)} and msdyn_streamsource eq ${STREAM_SOURCES[props.channel]} and msdyn_mode eq ${UNIFIED_ROUTING}`;
  const [found, fallback] = await Promise.all([
    client.list("msdyn_liveworkstreams", { select: ["msdyn_liveworkstreamid"], filter: natural }),
    fallbackNavigation(client),
  ]);
  if (found === undefined || fallback === undefined) return ABSENT_TABLE;
  const id = textAt(
    onlyRow(found, "msdyn_liveworkstreamid", `${props.channel} workstream "${props.name}"`),
    "msdyn_liveworkstreamid",
  );
  if (id === "") return { status: "absent" };
  const row = await client.get(`msdyn_liveworkstreams(${id})`, {
    select: [
      "msdyn_capacityrequired",
      "msdyn_workdistributionmode",
      "_msdyn_routingcontractid_value",
      "_msdyn_bot_user_value",
      "_msdyn_bot_queue_value",
    ],
    expand: `${fallback}($select=queueid,name)`,
  });
  if (row === undefined) return { status: "absent" };
  return {
    status: "present",
    id,
    fields: {
      capacity: numberAt(row, "msdyn_capacityrequired") ?? null,
      distribution: numberAt(row, "msdyn_workdistributionmode") === PUSH ? "push" : "pick",
      fallback: textAt(valueAt(row, fallback), "name") || null,
      contract: textAt(row, "_msdyn_routingcontractid_value") !== "",
    },
    data: {
      id,
      contractId: textAt(row, "_msdyn_routingcontractid_value"),
      botUserId: textAt(row, "_msdyn_bot_user_value"),
      botQueueId: textAt(row, "_msdyn_bot_queue_value"),
    },
  };
}

async function fallbackColumn(client: Dataverse, props: WorkstreamSpec, context: Context): Promise<Row> {
  const id = queue.data(context, props.fallback)?.id;
  if (id === undefined) throw missingDependency(`queue "${props.fallback}"`);
  return client.lookup(TABLE, "msdyn_defaultqueue", "queue", id);
}

/** A plug-in gives a new workstream its contract; where it does not, psc makes one. */
async function ensureContract(client: Dataverse, id: string, name: string, context: Context): Promise<void> {
  const started = context.clock.now();
  const given = await context.wait("the contract of the workstream", { everyMs: 3_000 }, async () => {
    const row = await client.get(`msdyn_liveworkstreams(${id})`, {
      select: ["_msdyn_routingcontractid_value"],
    });
    const contractId = textAt(row, "_msdyn_routingcontractid_value");
    const late = context.clock.now() - started > 15_000;
    return contractId !== "" || late ? { done: true, value: contractId } : { done: false };
  });
  if (given !== "") return;
  const uniqueName = stableUniqueName("contract", id);
  const contractId = await client.create("msdyn_decisioncontracts", {
    msdyn_name: `${name} (psc)`,
    msdyn_uniquename: uniqueName,
    msdyn_contractdefinition: EMPTY_CONTRACT,
  });
  await client.update(
    "msdyn_liveworkstreams",
    id,
    await client.lookup(TABLE, "msdyn_routingcontractid", "msdyn_decisioncontract", contractId),
  );
}

async function create(props: WorkstreamSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const id = await client.create("msdyn_liveworkstreams", {
    msdyn_name: props.name,
    msdyn_streamsource: STREAM_SOURCES[props.channel],
    msdyn_mode: UNIFIED_ROUTING,
    msdyn_direction: INBOUND,
    msdyn_workdistributionmode: PUSH,
    msdyn_capacityformat: UNITS,
    msdyn_capacityrequired: props.capacity,
    msdyn_allowedpresences: PRESENCES,
    msdyn_autocloseafterinactivity: CLOSE_AFTER_INACTIVITY[props.channel],
    msdyn_notification: SCREEN_POP_WITH_TIMEOUT,
    msdyn_enableselectingfrompushbasedworkstreams: true,
    ...(props.channel === "chat" ? { msdyn_conversationmode: LIVE_CHAT_MODE } : {}),
    ...(await fallbackColumn(client, props, context)),
  });
  await ensureContract(client, id, props.name, context);
  return undefined;
}

export const workstream = defineKind<WorkstreamSpec, WorkstreamData>({
  kind: "omnichannel.workstream",
  summary: "Workstream of a channel: distribution, capacity, fallback queue",
  step: 11,
  api: "Dataverse Web API: msdyn_liveworkstreams",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_liveworkstream", "prvReadQueue", "prvReadEntity", "prvReadRelationship"],
    write: [
      "prvCreatemsdyn_liveworkstream",
      "prvWritemsdyn_liveworkstream",
      "prvAppendmsdyn_liveworkstream",
      "prvDeletemsdyn_liveworkstream",
      "prvCreatemsdyn_decisioncontract",
    ],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement: table reference msdyn_liveworkstream",
    "ameijers/PrometheanCCaaSToolbox:tools",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `workstream "${name}"`,
  detail: ({ channel, capacity, fallback }) => `${channel}, capacity ${capacity}, else ${fallback}`,
  declared: ({ capacity, fallback }) => ({ capacity, distribution: "push", fallback, contract: true }),
  replaceOn: ["distribution"],
  read,
  create,
  async update(props, { id }, changes: readonly FieldChange[], context) {
    const client = requireOrganization(context);
    const changed = (field: string): boolean => changes.some(({ path }) => path === field);
    if (changed("contract")) await ensureContract(client, id, props.name, context);
    if (!changed("capacity") && !changed("fallback")) return undefined;
    await client.update("msdyn_liveworkstreams", id, {
      ...(changed("capacity") ? { msdyn_capacityrequired: props.capacity } : {}),
      ...(changed("fallback") ? await fallbackColumn(client, props, context) : {}),
    });
    return undefined;
  },
  destroy: deletesRow("msdyn_liveworkstreams"),
});

export function workstreamResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.workstreams.map((declared) =>
    workstream.resource({
      name: declared.name,
      props: declared,
      dependsOn: [...omnichannelBase(spec, manifest), queue.address(declared.fallback)],
    }),
  );
}
