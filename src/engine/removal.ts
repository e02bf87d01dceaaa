import { PscError } from "../errors.ts";
import type { RememberingHttp } from "../services/http/remembering.ts";
import type { RunMemory } from "./context.ts";
import type { ApplyResult, EventSink } from "./events.ts";
import type { ResourceGraph } from "./graph.ts";
import type { Observation, Present } from "./observation.ts";
import { asPscError, observeAll } from "./observe.ts";
import type { Problem } from "./plan.ts";
import type { Context, Resource } from "./resource.ts";

/** What `destroy` means to do about one resource, and why. */
export interface Verdict {
  readonly resource: Resource;
  /** `goes along`: what holds it is deleted, and it with it. */
  readonly fate: "delete" | "goes along" | "stays" | "absent";
  readonly reason: string;
}

export interface RemovalPlan {
  readonly graph: ResourceGraph;
  /** In the order of the guide. */
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
  /** What is still declared and keeps some of it from being deleted: away for as long as the deletion takes. */
  readonly lifted?: readonly Resource[];
}

export interface RemovalOptions {
  /** Addresses the person named: deleted even where nothing shows that psc made them. */
  readonly include: readonly string[];
  /** True when the environment's journal says that psc made this very object. */
  readonly isJournaled: (address: string, id: string) => boolean;
}

/** Services show a deletion with a delay; this long is normal (milliseconds of psc's clock). */
const GONE_WITHIN_MS = 10 * 60_000;
const LOOK_AGAIN_AFTER_MS = 5_000;

/**
 * Looks at the tenant and decides what may be deleted: only what psc made, by its mark in the cloud or by the journal,
 * or what the person names. Writes nothing.
 */
export async function planRemoval(
  graph: ResourceGraph,
  memory: RunMemory,
  http: RememberingHttp,
  options: RemovalOptions,
): Promise<RemovalPlan> {
  // What only writing what the spec declares needs says nothing about deleting.
  const looked = graph.order.filter(({ info }) => info.nature !== "check");
  const { results, problems } = await http.remembering(() => observeAll({ order: looked }, memory, http));
  memory.looked();
  const fates = new Map<string, Verdict>();
  const verdicts: Verdict[] = [];
  for (const resource of graph.order) {
    const observation = results.get(resource.address)?.observation;
    const verdict = await judge(resource, observation, fates, memory.contextOf(resource), options);
    fates.set(resource.address, verdict);
    verdicts.push(verdict);
  }
  return { graph, verdicts, problems };
}

async function judge(
  resource: Resource,
  observation: Observation | undefined,
  fates: ReadonlyMap<string, Verdict>,
  context: Context,
  { include, isJournaled }: RemovalOptions,
): Promise<Verdict> {
  const say = (fate: Verdict["fate"], reason: string): Verdict => ({ resource, fate, reason });
  const { info } = resource;
  if (info.nature === "check") return say("absent", "a check leaves nothing behind");
  const holder = info.partOf === undefined ? undefined : fates.get(info.partOf);
  if (holder?.fate === "delete" || holder?.fate === "goes along")
    return say(
      "goes along",
      holder.fate === "delete" ? `it goes with ${holder.resource.label}` : holder.reason,
    );
  if (holder?.fate === "absent") return say("absent", holder.reason);
  if (observation === undefined || observation.status === "unknown")
    return say("stays", "its state cannot be told");
  if (observation.status === "in-progress")
    return say("stays", `${observation.what}: run destroy again later`);
  if (observation.status !== "present") {
    const remains = await resource.remains?.(context);
    return remains === undefined
      ? say("absent", "it does not exist")
      : say("delete", "an earlier destroy left it half deleted");
  }
  if (info.nature === "gate") return say("stays", "a person did it; psc undoes no decision of a person");
  if (resource.destroy === undefined) return say("stays", info.staysBecause ?? "it has no way to be deleted");
  const named = include.includes(resource.address);
  const kept = await resource.keeps?.(observation, context);
  if (kept !== undefined) return say("stays", kept);
  if (named) return say("delete", "named by --include");
  if (info.sharedBecause !== undefined)
    return say("stays", `${info.sharedBecause}; --include '${resource.address}' deletes it`);
  if (resource.isMarked?.(observation, context) === true) return say("delete", "it bears psc's mark");
  if (isJournaled(resource.address, observation.id)) return say("delete", "psc made it");
  return say("stays", `nothing shows that psc made it; --include '${resource.address}' deletes it`);
}

export interface RemoveOptions {
  readonly memory: RunMemory;
  readonly http: RememberingHttp;
  readonly emit: EventSink;
}

type Fate = { readonly kind: "gone" | "kept" } | { readonly kind: "failed"; readonly by: string };

/**
 * Deletes in reverse order, as parallel as the graph allows; a failure keeps what stands below it and nothing else. Each
 * deletion counts only once the service no longer shows the object.
 */
export async function remove(plan: RemovalPlan, options: RemoveOptions): Promise<ApplyResult> {
  const { memory, http, emit } = options;
  const { graph } = plan;
  const verdicts = new Map(plan.verdicts.map((verdict) => [verdict.resource.address, verdict]));
  const fates = new Map<string, Promise<Fate>>();
  const finished: { address: string; action: "delete"; elapsedMs: number }[] = [];
  const failures: { resource: Resource; error: PscError }[] = [];
  const blocked: { resource: Resource; by: string }[] = [];
  let interrupted = false;

  async function run(resource: Resource): Promise<Fate> {
    const above = await Promise.all(
      graph.dependents(resource.address).map(({ address }) => fates.get(address)),
    );
    const obstacle = above.find((fate) => fate?.kind === "failed");
    const isMeant = verdicts.get(resource.address)?.fate === "delete";
    if (obstacle?.kind === "failed") {
      if (isMeant) {
        blocked.push({ resource, by: obstacle.by });
        emit({ type: "blocked", resource, action: "delete", by: obstacle.by });
      }
      return obstacle;
    }
    if (!isMeant) return { kind: "kept" };
    const context = memory.contextOf(
      resource,
      (notice) => emit({ type: "waiting", resource, ...notice }),
      (text) => emit({ type: "note", resource, text }),
    );
    try {
      context.signal.throwIfAborted();
      const started = context.clock.now();
      emit({
        type: "started",
        resource,
        action: "delete",
        reason: verdicts.get(resource.address)?.reason ?? "",
      });
      const { exchanges } = await http.traced(() => deleteAndLook(resource, context));
      const elapsedMs = context.clock.now() - started;
      finished.push({ address: resource.address, action: "delete", elapsedMs });
      const writes = exchanges.filter(({ write }) => write);
      emit({ type: "finished", resource, action: "delete", elapsedMs, id: "", exchanges: writes });
      return { kind: "gone" };
    } catch (error) {
      if (context.signal.aborted) {
        interrupted = true;
        return { kind: "failed", by: resource.address };
      }
      const failure = asPscError(error, `deleting ${resource.label}`);
      failures.push({ resource, error: failure });
      emit({ type: "failed", resource, action: "delete", error: failure });
      return { kind: "failed", by: resource.address };
    }
  }

  async function deleteAndLook(resource: Resource, context: Context): Promise<void> {
    const found = memory.freshly(resource) ?? (await resource.read(context));
    const seen = found.status === "present" ? found : await resource.remains?.(context);
    if (seen?.status !== "present" || resource.destroy === undefined) return;
    await attempt(resource, seen, context);
    if (resource.info.standsAlone === true) return;
    const started = context.clock.now();
    for (;;) {
      const after = await resource.read(context);
      if (after.status === "absent" || after.status === "not-needed") return;
      if (context.clock.now() - started > GONE_WITHIN_MS) {
        throw new PscError({
          code: "PSC-E414",
          message: `the deletion of ${resource.label} was accepted, but it is still there`,
          remedy: "run the same command again; when it stays, something in the tenant holds it",
          side: "service",
        });
      }
      await context.clock.sleep(LOOK_AGAIN_AFTER_MS, context.signal);
    }
  }

  /** A lost answer is followed by a look, not by a failure: deleting twice does no harm. */
  async function attempt(resource: Resource, seen: Present<unknown>, context: Context): Promise<void> {
    try {
      await resource.destroy?.(seen, context);
    } catch (error) {
      if (!(error instanceof PscError) || error.code !== "PSC-E214") throw error;
      context.note("the answer was lost; looking whether it took effect");
      await context.clock.sleep(LOOK_AGAIN_AFTER_MS, context.signal);
      const found = await resource.read(context);
      const again = found.status === "present" ? found : await resource.remains?.(context);
      if (again?.status === "present") await resource.destroy?.(again, context);
    }
  }

  for (const resource of [...graph.order].reverse()) fates.set(resource.address, run(resource));
  await Promise.all(fates.values());
  const outcome = interrupted ? "interrupted" : failures.length > 0 ? "failed" : "done";
  return { outcome, finished, failures, blocked, gates: [] };
}
