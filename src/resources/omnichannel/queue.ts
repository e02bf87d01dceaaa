import type { FieldChange, Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, QueueSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "./channels.ts";
import { operatingHours } from "./operating-hours.ts";

export interface QueueData {
  readonly id: string;
}

const MESSAGING = 192350000;
const PRIVATE = 1;
const ALWAYS = "always";

const STRATEGIES: Readonly<Record<QueueSpec["assignment"], number>> = {
  "highest-capacity": 192350000,
  "round-robin": 192350001,
  "longest-idle": 192350003,
};

function strategyName(value: number | undefined): string | null {
  const known = Object.entries(STRATEGIES).find(([, number]) => number === value)?.[0];
  return known ?? (value === undefined ? null : `other (${value})`);
}

async function hoursName(client: Dataverse, row: Row, props: QueueSpec, context: Context): Promise<string> {
  const id = textAt(row, "_msdyn_operatinghourid_value");
  if (id === "") return ALWAYS;
  const wanted = props.operatingHours;
  if (wanted !== undefined && operatingHours.data(context, wanted)?.id === id) return wanted;
  const other = await client.get(`msdyn_operatinghours(${id})`, { select: ["msdyn_name"] });
  return textAt(other, "msdyn_name") || id;
}

async function read(props: QueueSpec, context: Context): Promise<Observation<QueueData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list("queues", {
    select: [
      "queueid",
      "name",
      "msdyn_priority",
      "msdyn_assignmentstrategy",
      "msdyn_queuetype",
      "_msdyn_operatinghourid_value",
    ],
    filter: `name eq ${quoted(props.name)} and msdyn_isomnichannelqueue eq true and msdyn_queuetype eq ${MESSAGING}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows, "queueid", `messaging queue "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, "queueid");
  return {
    status: "present",
    id,
    fields: {
      priority: numberAt(row, "msdyn_priority") ?? null,
      assignment: strategyName(numberAt(row, "msdyn_assignmentstrategy")),
      operatingHours: await hoursName(client, row, props, context),
    },
    data: { id },
  };
}

async function columnsFor(
  client: Dataverse,
  props: QueueSpec,
  wanted: (field: string) => boolean,
  context: Context,
): Promise<Row> {
  const hours = props.operatingHours;
  const hoursId = hours === undefined ? null : operatingHours.data(context, hours)?.id;
  if (hoursId === undefined) throw missingDependency(`operating hours "${hours}"`);
  return {
    ...(wanted("priority") ? { msdyn_priority: props.priority } : {}),
    ...(wanted("assignment") ? { msdyn_assignmentstrategy: STRATEGIES[props.assignment] } : {}),
    ...(wanted("operatingHours")
      ? await client.lookup("queue", "msdyn_operatinghourid", "msdyn_operatinghour", hoursId)
      : {}),
  };
}

export const queue = defineKind<QueueSpec, QueueData>({
  kind: "omnichannel.queue",
  summary: "Messaging queue",
  step: 11,
  api: "Dataverse Web API: queues",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadQueue"],
    write: ["prvCreateQueue", "prvWriteQueue", "prvAppendQueue", "prvDeleteQueue"],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service (Create and manage queues)",
    "Dataverse table reference: queue",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `queue "${name}"`,
  detail: ({ priority, assignment }) => `priority ${priority}, ${assignment}`,
  declared: ({ priority, assignment, operatingHours: hours }): Fields => ({
    priority,
    assignment,
    operatingHours: hours ?? ALWAYS,
  }),
  read,
  async create(props, context) {
    const client = requireOrganization(context);
    await client.create("queues", {
      name: props.name,
      msdyn_isomnichannelqueue: true,
      msdyn_queuetype: MESSAGING,
      queueviewtype: PRIVATE,
      ...(await columnsFor(
        client,
        props,
        (field) => field !== "operatingHours" || props.operatingHours !== undefined,
        context,
      )),
    });
    return undefined;
  },
  async update(props, { id }, changes: readonly FieldChange[], context) {
    const client = requireOrganization(context);
    const wanted = (field: string): boolean => changes.some(({ path }) => path === field);
    await client.update("queues", id, await columnsFor(client, props, wanted, context));
    return undefined;
  },
  destroy: deletesRow("queues"),
});

export function queueResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.queues.map((declared) =>
    queue.resource({
      name: declared.name,
      props: declared,
      dependsOn: [
        ...omnichannelBase(spec, manifest),
        ...(declared.operatingHours === undefined ? [] : [operatingHours.address(declared.operatingHours)]),
      ],
    }),
  );
}
