import { PscError } from "../errors.ts";
import type { RememberingHttp } from "../services/http/remembering.ts";
import type { RunMemory } from "./context.ts";
import type { ResourceGraph } from "./graph.ts";
import { compareFields, type FieldChange, type Observation } from "./observation.ts";
import { asPscError, type ObservationRun, observeAll } from "./observe.ts";
import { ACTIONS, type Action, type ActionName, type Concern, type Plan, type Problem } from "./plan.ts";
import { planRemoval, type RemovalOptions, type RemovalPlan } from "./removal.ts";
import type { Context, Resource } from "./resource.ts";

/** Decides what one resource needs; throws when it cannot be brought about. */
export function decide(
  resource: Resource,
  observation: Observation,
  context: Context,
): Omit<Action, "resource" | "observation"> {
  const nothing = (reason: string): Omit<Action, "resource" | "observation"> => ({
    action: "none",
    reason,
    diff: [],
  });
  if (resource.info.nature === "gate") {
    if (observation.status === "present" || observation.status === "not-needed") return nothing("done");
    const gate = resource.instructions?.(context);
    if (gate === undefined) throw new Error(`${resource.address} has no instructions`);
    const reason =
      (observation.status === "unknown" || observation.status === "absent"
        ? observation.reason
        : undefined) ?? "a person has not done it yet";
    return { action: "gate", reason, diff: [], gate };
  }
  switch (observation.status) {
    case "not-needed":
      return nothing(observation.reason);
    case "in-progress":
      return { action: "wait", reason: observation.what, diff: [] };
    case "unknown":
      throw new PscError({
        code: "PSC-E410",
        message: `the state of ${resource.label} cannot be told: ${observation.reason}`,
        remedy: "mend the cause named above, then run the same command again",
        side: "service",
      });
    case "absent":
      if (resource.create === undefined) throw new Error(`${resource.address} cannot be created`);
      return {
        action: "create",
        reason: observation.reason ?? "it does not exist",
        diff: diffOfCreate(resource, context),
      };
    case "present": {
      const changes = compareFields(resource.declared(context), observation.fields, resource.ordered);
      if (changes.length > 0) return change(resource, changes);
      if (observation.adoptable !== undefined && resource.adopt !== undefined)
        return { action: "adopt", reason: observation.adoptable, diff: [] };
      return nothing("as declared");
    }
  }
}

function diffOfCreate(resource: Resource, context: Context): FieldChange[] {
  return compareFields(resource.declared(context), {}, resource.ordered);
}

function change(resource: Resource, diff: readonly FieldChange[]): Omit<Action, "resource" | "observation"> {
  const names = diff.map(({ path }) => path).join(", ");
  const fixed = diff.filter(({ path }) =>
    resource.replaceOn.some((name) => path === name || path.startsWith(`${name}.`)),
  );
  if (fixed.length === 0 && resource.update !== undefined)
    return { action: "update", reason: `${names} differ${diff.length === 1 ? "s" : ""}`, diff };
  if (resource.delete !== undefined && resource.create !== undefined && fixed.length > 0) {
    return {
      action: "replace",
      reason: `${fixed.map(({ path }) => path).join(", ")} cannot be changed in place`,
      diff,
    };
  }
  const stuck = fixed.length > 0 ? fixed : diff;
  const detail = stuck.map(
    ({ path, before, after }) =>
      `${path} is ${JSON.stringify(before ?? null)}, the spec says ${JSON.stringify(after)}`,
  );
  throw new PscError({
    code: "PSC-E413",
    message: `${resource.label}: ${detail.join("; ")}, and this cannot be changed once it exists`,
    remedy:
      "put the existing value into the spec, or remove the object yourself if nothing depends on it and deploy again",
  });
}

/** Longest path through what is to be done, by usual durations. */
function usualDuration(actions: readonly Action[]): number {
  const finish = new Map<string, number>();
  for (const { resource, action, gate } of actions) {
    const start = Math.max(0, ...resource.dependsOn.map((address) => finish.get(address) ?? 0));
    const own =
      action === "none" || action === "update" || action === "delete"
        ? 0
        : gate === undefined
          ? resource.usualMs
          : gate.usualMinutes * 60_000;
    finish.set(resource.address, start + own);
  }
  return Math.max(0, ...finish.values());
}

export interface PlannedRun {
  readonly plan: Plan;
  readonly observed: ObservationRun;
}

export interface PlanOptions {
  /** Makes checks of what only writing needs even when nothing is to be written. */
  readonly allChecks?: boolean;
  /** Deletes what is no longer declared. */
  readonly prune?: Pruning;
}

export interface Pruning extends RemovalOptions {
  readonly leftovers: ResourceGraph;
  /** Addresses of what psc made: what else is left over is nobody's business. */
  readonly alive: ReadonlySet<string>;
}

async function planPruning(
  { leftovers, alive, ...options }: Pruning,
  declared: ResourceGraph,
  memory: RunMemory,
  http: RememberingHttp,
): Promise<RemovalPlan> {
  const plan = await planRemoval(leftovers, memory, http, options);
  const told = plan.verdicts.filter(({ resource, fate }) => fate !== "stays" || alive.has(resource.address));
  const doomed = new Set(
    told.filter(({ fate }) => fate === "delete").map(({ resource }) => resource.info.kind),
  );
  const lifted = declared.order.filter(({ info }) => info.protects?.some((kind) => doomed.has(kind)));
  return { ...plan, verdicts: told, ...(lifted.length === 0 ? {} : { lifted }) };
}

/** Observes the tenant and decides about every resource. Writes nothing. */
export async function createPlan(
  graph: ResourceGraph,
  memory: RunMemory,
  http: RememberingHttp,
  options: PlanOptions = {},
): Promise<PlannedRun> {
  const started = performance.now();
  const later = options.allChecks === true ? [] : graph.order.filter(({ info }) => info.onlyForWriting);
  const first = graph.order.filter((resource) => !later.includes(resource));
  const observed = await http.remembering(async () => {
    const seen = await observeAll({ order: first }, memory, http);
    const decided = decideAll(first, seen, memory);
    const changes = decided.actions.some(({ action }) => action !== "none");
    return !changes && decided.problems.length === 0
      ? seen
      : merged(seen, await observeAll({ order: later }, memory, http));
  });
  memory.looked();
  const { actions, problems } = decideAll(graph.order, observed, memory);
  const prune = options.prune;
  const pruned = prune && (await http.traced(() => planPruning(prune, graph, memory, http)));
  const pruning = pruned?.result;
  problems.push(...(pruning?.problems ?? []));
  for (const { resource, fate, reason } of pruning?.verdicts ?? [])
    if (fate === "delete")
      actions.push({
        resource,
        action: "delete",
        reason: `no longer declared; ${reason}`,
        diff: [],
        observation: memory.observations.get(resource.address) ?? { status: "unknown", reason },
      });
  const summary = Object.fromEntries(
    ACTIONS.map((name) => [name, actions.filter(({ action }) => action === name).length]),
  ) as Record<ActionName, number>;
  const exchanges = [...observed.results.values()].flatMap((result) => result.exchanges);
  const sent = [...exchanges, ...(pruned?.exchanges ?? [])].map((exchange) => exchange.sent);
  const plan: Plan = {
    actions,
    problems,
    concerns: [...concernsOf(graph.order, observed), ...(pruning?.lifted ?? []).map(liftedConcern)],
    summary,
    reads: new Set(sent).size,
    tookMs: performance.now() - started,
    usualMs: usualDuration(actions),
    ...(pruning === undefined ? {} : { pruning }),
  };
  return { plan, observed };
}

function concernsOf(resources: readonly Resource[], observed: ObservationRun): Concern[] {
  return resources.flatMap(({ address, info: { persona } }) => {
    const seen = observed.results.get(address)?.observation;
    return seen?.status === "present" && seen.concern !== undefined
      ? [{ address, persona, message: seen.concern }]
      : [];
  });
}

function liftedConcern({ address, label, info: { persona } }: Resource): Concern {
  return {
    address,
    persona,
    message: `${label}: taken away while what it protects is deleted, then put back; when the run is cut short in between, the next deploy puts it back`,
  };
}

function merged(one: ObservationRun, other: ObservationRun): ObservationRun {
  return {
    results: new Map([...one.results, ...other.results]),
    problems: [...one.problems, ...other.problems].sort(
      (a, b) => a.step - b.step || a.address.localeCompare(b.address),
    ),
  };
}

interface Decided {
  readonly actions: Action[];
  readonly problems: Problem[];
}

function decideAll(resources: readonly Resource[], observed: ObservationRun, memory: RunMemory): Decided {
  const problems: Problem[] = [...observed.problems];
  const troubled = new Set(problems.map(({ address }) => address));
  const actions: Action[] = [];
  for (const resource of resources) {
    const observation = observed.results.get(resource.address)?.observation;
    if (observation === undefined || troubled.has(resource.address)) continue;
    // A consequence of a problem that is listed already is not listed again.
    if (
      observation.status === "unknown" &&
      resource.info.nature !== "gate" &&
      resource.dependsOn.some((address) => troubled.has(address))
    ) {
      troubled.add(resource.address);
      continue;
    }
    try {
      actions.push({ resource, observation, ...decide(resource, observation, memory.contextOf(resource)) });
    } catch (error) {
      troubled.add(resource.address);
      problems.push({
        address: resource.address,
        step: resource.info.step,
        persona: resource.info.persona,
        error: asPscError(error, `planning ${resource.label}`),
      });
    }
  }
  return { actions, problems };
}
