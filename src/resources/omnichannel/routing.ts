import type { FieldChange, Fields, FieldValue, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, WorkstreamSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { contextVariable } from "./context-variable.ts";
import { exposedVariables, shownVariable, withVariables } from "./contract-xml.ts";
import { queue } from "./queue.ts";
import { readRuleset, shownCondition, writeRuleset } from "./routing-xml.ts";
import { stableUniqueName } from "./stable-ids.ts";
import { workstream } from "./workstream.ts";

export interface RoutingData {
  readonly rulesetId: string;
}

/** The rows of a workstream's route-to-queue routing, as far as they exist. */
interface RoutingRows {
  readonly configurationId: string;
  readonly stepId: string;
  readonly ruleset: Row | undefined;
}

const ROUTE_TO_QUEUE = 192350002;
const DECLARATIVE = 192350000;
const DECISION_LIST = 192350000;
const ROUTE_OUTPUT = "msdyn_demandqueueidentificationoutput";

async function findRows(
  client: Dataverse,
  props: WorkstreamSpec,
  workstreamId: string,
): Promise<RoutingRows | undefined> {
  // Asked for together; of the steps there is one a workstream, so that all workstreams share the answer.
  const [configurations, allSteps, own] = await Promise.all([
    client.list("msdyn_routingconfigurations", {
      select: ["msdyn_routingconfigurationid", "msdyn_name"],
      filter: `_msdyn_liveworkstreamid_value eq ${workstreamId} and msdyn_isactiveconfiguration eq true`,
    }),
    client.list("msdyn_routingconfigurationsteps", {
      select: [
        "msdyn_routingconfigurationstepid",
        "_msdyn_rulesetid_value",
        "_msdyn_routingconfigurationid_value",
      ],
      filter: `msdyn_type eq ${ROUTE_TO_QUEUE}`,
    }),
    // All columns: whether rules can be disabled depends on the organisation's version.
    client.list("msdyn_decisionrulesets", {
      filter: `msdyn_uniquename eq ${quoted(stableUniqueName("ruleset", workstreamId))}`,
    }),
  ]);
  if (configurations === undefined) return undefined;
  const configurationId = textAt(
    onlyRow(
      configurations,
      "msdyn_routingconfigurationid",
      `active routing configuration of "${props.name}"`,
    ),
    "msdyn_routingconfigurationid",
  );
  const steps = (allSteps ?? []).filter(
    (candidate) =>
      configurationId !== "" && textAt(candidate, "_msdyn_routingconfigurationid_value") === configurationId,
  );
  const step = onlyRow(steps, "msdyn_routingconfigurationstepid", `route-to-queue step of "${props.name}"`);
  const linked = textAt(step, "_msdyn_rulesetid_value");
  const ours = own?.[0];
  const ruleset =
    linked === "" || linked === textAt(ours, "msdyn_decisionrulesetid")
      ? ours
      : await client.get(`msdyn_decisionrulesets(${linked})`);
  return { configurationId, stepId: textAt(step, "msdyn_routingconfigurationstepid"), ruleset };
}

async function queueNames(
  client: Dataverse,
  ids: readonly string[],
  context: Context,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const { name } of context.spec.queues) {
    const id = queue.data(context, name)?.id;
    if (id !== undefined) names.set(id.toLowerCase(), name);
  }
  for (const id of new Set(ids)) {
    if (id === "" || names.has(id)) continue;
    const row = await client.get(`queues(${id})`, { select: ["name"] });
    names.set(id, textAt(row, "name") || `deleted queue ${id}`);
  }
  return names;
}

async function contractDefinition(client: Dataverse, contractId: string): Promise<string> {
  if (contractId === "") return "";
  const row = await client.get(`msdyn_decisioncontracts(${contractId})`, {
    select: ["msdyn_contractdefinition"],
  });
  return textAt(row, "msdyn_contractdefinition");
}

async function fieldsOf(
  client: Dataverse,
  props: WorkstreamSpec,
  ruleset: Row,
  contract: string,
  context: Context,
): Promise<Fields> {
  const read = readRuleset(textAt(ruleset, "msdyn_rulesetdefinition"));
  const rules = read?.rules ?? [];
  const names = await queueNames(
    client,
    rules.map(({ queueId }) => queueId),
    context,
  );
  const disabled = textAt(ruleset, "msdyn_disabledrules").toLowerCase();
  const variables = exposedVariables(contract, props.variables);
  return {
    rules: rules.map(({ name, when, queueId }) => ({ name, when, to: names.get(queueId) ?? "no queue" })),
    hitPolicy: read?.hitPolicy ?? "unreadable",
    disabledRules: rules.filter(({ id }) => id !== "" && disabled.includes(id)).map(({ name }) => name),
    variables,
  };
}

function declared(props: WorkstreamSpec): Fields {
  const rules: FieldValue[] = props.route.map(({ name, when, to }) => ({
    name,
    when: shownCondition(when),
    to,
  }));
  return { rules, hitPolicy: "first", disabledRules: [], variables: props.variables.map(shownVariable) };
}

async function read(props: WorkstreamSpec, context: Context): Promise<Observation<RoutingData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const owner = workstream.data(context, props.name);
  if (owner === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const [rows, contract] = await Promise.all([
    findRows(client, props, owner.id),
    contractDefinition(client, owner.contractId),
  ]);
  if (rows === undefined) return ABSENT_TABLE;
  if (rows.configurationId === "" || rows.stepId === "" || rows.ruleset === undefined)
    return { status: "absent" };
  const rulesetId = textAt(rows.ruleset, "msdyn_decisionrulesetid");
  return {
    status: "present",
    id: rulesetId,
    fields: await fieldsOf(client, props, rows.ruleset, contract, context),
    data: { rulesetId },
  };
}

function definitionOf(props: WorkstreamSpec, context: Context): string {
  return writeRuleset(props.name, props.route, (name) => {
    const id = queue.data(context, name)?.id;
    if (id === undefined) throw missingDependency(`queue "${name}"`);
    return id;
  });
}

async function exposeVariables(client: Dataverse, props: WorkstreamSpec, contractId: string): Promise<void> {
  const definition = await contractDefinition(client, contractId);
  if (exposedVariables(definition, props.variables).length === props.variables.length) return;
  await client.update("msdyn_decisioncontracts", contractId, {
    msdyn_contractdefinition: withVariables(definition, props.variables),
  });
}

async function outputContract(client: Dataverse): Promise<string> {
  const rows = await client.list("msdyn_decisioncontracts", {
    select: ["msdyn_decisioncontractid", "msdyn_uniquename"],
    filter: `msdyn_uniquename eq ${quoted(ROUTE_OUTPUT)}`,
  });
  const id = textAt(
    onlyRow(rows ?? [], "msdyn_decisioncontractid", `decision contract ${ROUTE_OUTPUT}`),
    "msdyn_decisioncontractid",
  );
  if (id === "") throw missingDependency(`decision contract ${ROUTE_OUTPUT}`);
  return id;
}

/** Makes what is missing of contract, ruleset, configuration and step; what an earlier run left half-made is used. */
async function create(props: WorkstreamSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const owner = workstream.data(context, props.name);
  if (owner === undefined || owner.contractId === "")
    throw missingDependency(`workstream "${props.name}" with its contract`);
  await exposeVariables(client, props, owner.contractId);
  const rows = await findRows(client, props, owner.id);
  if (rows === undefined) throw missingDependency("unified routing");
  const rulesetId =
    rows.ruleset === undefined
      ? await createRuleset(client, props, owner.id, owner.contractId, context)
      : textAt(rows.ruleset, "msdyn_decisionrulesetid");
  if (rows.ruleset !== undefined)
    await client.update("msdyn_decisionrulesets", rulesetId, {
      msdyn_rulesetdefinition: definitionOf(props, context),
    });
  const configurationId =
    rows.configurationId ||
    (await client.create("msdyn_routingconfigurations", {
      msdyn_name: `RC - Workstream: ${props.name} (${owner.id})`.slice(0, 100),
      msdyn_uniquename: stableUniqueName("configuration", owner.id),
      msdyn_isactiveconfiguration: true,
      ...(await client.lookup(
        "msdyn_routingconfiguration",
        "msdyn_liveworkstreamid",
        "msdyn_liveworkstream",
        owner.id,
      )),
    }));
  const ruleset = await client.lookup(
    "msdyn_routingconfigurationstep",
    "msdyn_rulesetid",
    "msdyn_decisionruleset",
    rulesetId,
  );
  if (rows.stepId !== "") await client.update("msdyn_routingconfigurationsteps", rows.stepId, ruleset);
  else {
    await client.create("msdyn_routingconfigurationsteps", {
      msdyn_name: `Route to queues: ${props.name}`.slice(0, 100),
      msdyn_uniquename: stableUniqueName("step", owner.id),
      msdyn_steporder: 1,
      msdyn_type: ROUTE_TO_QUEUE,
      ...(await client.lookup(
        "msdyn_routingconfigurationstep",
        "msdyn_routingconfigurationid",
        "msdyn_routingconfiguration",
        configurationId,
      )),
      ...ruleset,
    });
  }
  return undefined;
}

async function createRuleset(
  client: Dataverse,
  props: WorkstreamSpec,
  workstreamId: string,
  contractId: string,
  context: Context,
): Promise<string> {
  const table = "msdyn_decisionruleset";
  const contract = "msdyn_decisioncontract";
  return client.create("msdyn_decisionrulesets", {
    msdyn_name: `${props.name} - route to queue`.slice(0, 100),
    msdyn_uniquename: stableUniqueName("ruleset", workstreamId),
    msdyn_rulesettype: DECLARATIVE,
    msdyn_authoringmode: DECISION_LIST,
    msdyn_rulesetdefinition: definitionOf(props, context),
    ...(await client.lookup(table, "msdyn_inputcontractid", contract, contractId)),
    ...(await client.lookup(table, "msdyn_outputcontractid", contract, await outputContract(client))),
  });
}

async function update(
  props: WorkstreamSpec,
  rulesetId: string,
  changes: readonly FieldChange[],
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  const changed = (field: string): boolean => changes.some(({ path }) => path.split(".")[0] === field);
  const contractId = workstream.data(context, props.name)?.contractId ?? "";
  if (changed("variables")) await exposeVariables(client, props, contractId);
  if (changed("rules") || changed("hitPolicy") || changed("disabledRules") || changed("variables")) {
    // Rules that use a variable are tied to it when the ruleset is written, so new variables need it written again.
    await client.update("msdyn_decisionrulesets", rulesetId, {
      msdyn_rulesetdefinition: definitionOf(props, context),
      ...(changed("disabledRules") ? { msdyn_disabledrules: null } : {}),
    });
  }
  return undefined;
}

/** Tables of a routing's rows, in the order in which they can be deleted, and what their unique names are made of. */
const OWN_TABLES = [
  ["msdyn_routingconfigurationstep", "step"],
  ["msdyn_routingconfiguration", "configuration"],
  ["msdyn_decisionruleset", "ruleset"],
] as const;

/** Rows that psc made, by the unique names that only psc gives. */
async function ownRows(
  client: Dataverse,
  props: WorkstreamSpec,
  context: Context,
): Promise<readonly { readonly table: string; readonly id: string }[]> {
  const workstreamId = workstream.data(context, props.name)?.id;
  if (workstreamId === undefined) return [];
  const found = await Promise.all(
    OWN_TABLES.map(async ([table, part]) => {
      const rows = await client.list(`${table}s`, {
        select: [`${table}id`],
        filter: `msdyn_uniquename eq ${quoted(stableUniqueName(part, workstreamId))}`,
      });
      return (rows ?? []).map((row) => ({ table, id: textAt(row, `${table}id`) }));
    }),
  );
  return found.flat();
}

async function destroyRouting(props: WorkstreamSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  for (const { table, id } of await ownRows(client, props, context)) await client.delete(`${table}s`, id);
  return undefined;
}

export const routing = defineKind<WorkstreamSpec, RoutingData>({
  kind: "omnichannel.routing",
  summary:
    "Route-to-queue rules of a workstream, with the contract that lets them read the context variables",
  step: 11,
  api: "Dataverse Web API: msdyn_decisionrulesets, msdyn_routingconfigurations",
  persona: "Omnichannel Administrator",
  permissions: {
    read: [
      "prvReadmsdyn_routingconfiguration",
      "prvReadmsdyn_routingconfigurationstep",
      "prvReadmsdyn_decisionruleset",
      "prvReadmsdyn_decisioncontract",
    ],
    write: [
      "prvCreatemsdyn_decisionruleset",
      "prvWritemsdyn_decisionruleset",
      "prvWritemsdyn_decisioncontract",
      "prvCreatemsdyn_routingconfiguration",
      "prvDeletemsdyn_decisionruleset",
      "prvDeletemsdyn_routingconfiguration",
    ],
  },
  sources: [
    "ameijers/PrometheanCCaaSToolbox:tools/visual-routing-tester",
    "Customer Service: Migrate live chat configuration",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `routing of "${name}"`,
  detail: ({ route }) => route.map(({ name, to }) => `${name} → ${to}`).join("; "),
  declared,
  ordered: ["rules"],
  read,
  create,
  update: (props, { data }, changes, context) => update(props, data.rulesetId, changes, context),
  destroy: (props, _present, context) => destroyRouting(props, context),
  async remains(props, context) {
    const client = organization(context);
    const left = client && (await ownRows(client, props, context));
    const [first] = left ?? [];
    return first && { status: "present", id: first.id, fields: {}, data: { rulesetId: first.id } };
  },
});

export function routingResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams
    .filter(({ route }) => route.length > 0)
    .map((declaredWorkstream) =>
      routing.resource({
        name: declaredWorkstream.name,
        props: declaredWorkstream,
        dependsOn: [
          workstream.address(declaredWorkstream.name),
          ...declaredWorkstream.variables.map(({ name }) =>
            contextVariable.address(`${declaredWorkstream.name}/${name}`),
          ),
          ...new Set(declaredWorkstream.route.map(({ to }) => queue.address(to))),
        ],
      }),
    );
}
