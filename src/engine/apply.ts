import type { PscError } from "../errors.ts";
import type { Exchange, Http } from "../services/http/types.ts";
import { act, settle } from "./act.ts";
import type { RunMemory } from "./context.ts";
import { longestWayFirst } from "./critical-path.ts";
import type { ApplyResult, EventSink } from "./events.ts";
import type { ResourceGraph } from "./graph.ts";
import type { Observation } from "./observation.ts";
import { asPscError } from "./observe.ts";
import { createStepOrder } from "./order.ts";
import type { Action, ActionName, Plan } from "./plan.ts";
import { decide } from "./planning.ts";
import type { Confirmation, Context, GateInstructions, Resource } from "./resource.ts";

export interface ApplyOptions {
  readonly graph: ResourceGraph;
  readonly memory: RunMemory;
  readonly http: Http;
  readonly emit: EventSink;
  /** How long a run waits at an open gate, milliseconds: 0 does not wait, Infinity waits until somebody acts. */
  readonly patienceMs: number;
  /** While a person is waited for at most this long, later steps keep the guide's order and wait too. */
  readonly orderPatienceMs?: number;
  /** Resolves when all that was emitted is safe from a crash: nothing that was not planned is written before that. */
  readonly recorded?: () => Promise<void>;
  /** Called when psc itself sees that a gate was passed, so that it can be recorded. */
  readonly recordDetection: (address: string) => Confirmation;
  /** How long each resource took when it was last made, milliseconds of psc's clock, by address. */
  readonly lasted?: ReadonlyMap<string, number>;
  /** Whose part this run does; everything when absent. What is not is left to others, and what needs it waits. */
  readonly isMine?: (resource: Resource) => boolean;
}

const DEFAULT_ORDER_PATIENCE_MS = 3_600_000;
const GATE_LOOK_EVERY_MS = 30_000;

type Fate =
  | { readonly kind: "done" }
  | { readonly kind: "failed" | "blocked" | "gate-left" | "others"; readonly by: string };

/**
 * Carries out a plan: everything that is ready runs at once, in the documented order of first writes; a failure stops
 * what depends on it and nothing else; what a person must do is waited for as long as the caller has patience.
 */
export async function apply(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const { graph, memory, http, emit, isMine = () => true } = options;
  const actions = new Map(plan.actions.map((action) => [action.resource.address, action]));
  const due = plan.actions.filter(({ action }) => action !== "none").map(({ resource }) => resource);
  const pending = due.filter(isMine);
  const others = due.filter((resource) => !isMine(resource));
  const order = createStepOrder(pending, (address) => graph.get(address));
  const fates = new Map<string, Promise<Fate>>();
  const finished: { address: string; action: ActionName; elapsedMs: number }[] = [];
  const failures: { resource: Resource; error: PscError }[] = [];
  const blocked: { resource: Resource; by: string }[] = [];
  const gates: { resource: Resource; instructions: GateInstructions }[] = [];
  let interrupted = false;

  function contextOf(resource: Resource): Context {
    return memory.contextOf(
      resource,
      (notice) => emit({ type: "waiting", resource, ...notice }),
      (text) => emit({ type: "note", resource, text }),
    );
  }

  /** Ids by address. */
  const halfMade = new Map<string, string>();

  async function run(resource: Resource): Promise<Fate> {
    const planned = actions.get(resource.address);
    const fatesOfNeeds = await Promise.all(resource.dependsOn.map((address) => fates.get(address)));
    // It is there and as declared: whatever is wrong behind it does not keep others from building on it.
    if (planned === undefined || planned.action === "none") return { kind: "done" };
    if (!isMine(resource)) return { kind: "others", by: resource.address };
    const obstacle = fatesOfNeeds.find(
      (fate): fate is Exclude<Fate, { kind: "done" }> => fate !== undefined && fate.kind !== "done",
    );
    const context = contextOf(resource);
    if (obstacle !== undefined) {
      order.settled(resource);
      blocked.push({ resource, by: obstacle.by });
      emit({ type: "blocked", resource, action: planned.action, by: obstacle.by });
      return { kind: "blocked", by: obstacle.by };
    }
    try {
      context.signal.throwIfAborted();
      return planned.action === "gate"
        ? await passGate(resource, context)
        : await carryOut(resource, planned, context);
    } catch (error) {
      order.settled(resource);
      if (context.signal.aborted) {
        interrupted = true;
        return { kind: "blocked", by: resource.address };
      }
      const failure = asPscError(error, `${planned.action} of ${resource.label}`);
      failures.push({ resource, error: failure });
      const id = halfMade.get(resource.address);
      emit({
        type: "failed",
        resource,
        action: planned.action,
        error: failure,
        ...(id === undefined ? {} : { id }),
      });
      return { kind: "failed", by: resource.address };
    }
  }

  async function carryOut(resource: Resource, planned: Action, context: Context): Promise<Fate> {
    await order.turn(resource);
    context.signal.throwIfAborted();
    const started = context.clock.now();
    // Read again right before acting: the plan may be old, and what this one stands on may have come to be since.
    let observation = memory.freshly(resource) ?? (await resource.read(context));
    memory.observations.set(resource.address, observation);
    let now = decide(resource, observation, context);
    if (now.action === "wait") {
      order.began(resource);
      emit({ type: "started", resource, action: now.action, reason: now.reason });
      observation = (await act(resource, now, observation, context)) ?? (await resource.read(context));
      memory.observations.set(resource.address, observation);
      // What was under way is done; it need not have ended as the spec says.
      const after = decide(resource, observation, context);
      if (after.action === "none") return finish(resource, now.action, observation, started, []);
      now = after;
    }
    if (now.action === "none") return finish(resource, now.action, observation, started, []);
    const { action, diff } = now;
    emit({ type: "started", resource, action, reason: now.reason });
    // What was planned is in the journal since the run began; something else has to get there first.
    if (action !== planned.action) await options.recorded?.();
    let wrote = false;
    try {
      const { result, exchanges } = await http.traced(
        async () => settle(resource, await act(resource, { action, diff }, observation, context), context),
        // The step has begun when its first write is answered: only then may a later step write.
        ({ write, status }) => {
          if (write) order.began(resource);
          wrote ||= write && status < 300;
        },
      );
      return finish(resource, action, result, started, exchanges);
    } catch (error) {
      if (wrote && (action === "create" || action === "replace")) await rememberHalfMade(resource, context);
      throw error;
    }
  }

  /** What was not there before and is there after a creation that went wrong half-way: psc made it all the same. */
  async function rememberHalfMade(resource: Resource, context: Context): Promise<void> {
    const seen = await resource.read(context).catch(() => undefined);
    if (seen?.status === "present") halfMade.set(resource.address, seen.id);
  }

  function finish(
    resource: Resource,
    action: ActionName,
    observation: Observation,
    started: number,
    exchanges: readonly Exchange[],
  ): Fate {
    memory.observations.set(resource.address, observation);
    order.settled(resource);
    const elapsedMs = action === "none" ? 0 : memory.contextOf(resource).clock.now() - started;
    if (action !== "none") finished.push({ address: resource.address, action, elapsedMs });
    const writes = exchanges.filter(({ write }) => write);
    emit({ type: "finished", resource, action, elapsedMs, id: idOf(observation), exchanges: writes });
    return { kind: "done" };
  }

  async function passGate(resource: Resource, context: Context): Promise<Fate> {
    await order.turn(resource);
    const instructions = resource.instructions?.(context);
    if (instructions === undefined) throw new Error(`${resource.address} has no instructions`);
    const opened = context.clock.now();
    let held = true;
    let announced = false;
    for (;;) {
      context.signal.throwIfAborted();
      const observation = await resource.read(context);
      memory.observations.set(resource.address, observation);
      if (observation.status === "present" || observation.status === "not-needed") {
        order.settled(resource);
        const confirmation =
          context.confirmation(resource.address) ?? options.recordDetection(resource.address);
        finished.push({ address: resource.address, action: "gate", elapsedMs: context.clock.now() - opened });
        emit({ type: "gate-passed", resource, confirmation });
        return { kind: "done" };
      }
      if (!announced) {
        announced = true;
        order.began(resource);
        emit({ type: "gate-opened", resource, instructions });
      }
      const waited = context.clock.now() - opened;
      if (waited >= options.patienceMs) {
        order.settled(resource);
        gates.push({ resource, instructions });
        emit({ type: "gate-left", resource, instructions });
        return { kind: "gate-left", by: resource.address };
      }
      if (held && waited >= (options.orderPatienceMs ?? DEFAULT_ORDER_PATIENCE_MS)) {
        held = false;
        order.release([resource, ...descendants(resource)]);
      }
      emit({
        type: "waiting",
        resource,
        what: "a person",
        elapsedMs: waited,
        nextLookMs: GATE_LOOK_EVERY_MS,
      });
      await context.clock.sleep(Math.min(GATE_LOOK_EVERY_MS, options.patienceMs - waited), context.signal);
    }
  }

  function descendants(resource: Resource): Resource[] {
    const found = new Map<string, Resource>();
    const visit = (address: string): void => {
      for (const dependent of graph.dependents(address)) {
        if (found.has(dependent.address)) continue;
        found.set(dependent.address, dependent);
        visit(dependent.address);
      }
    };
    visit(resource.address);
    return [...found.values()];
  }

  // Who begins first is served first by a service that takes only so many requests at a time.
  for (const resource of longestWayFirst(graph, actions, options.lasted))
    fates.set(resource.address, run(resource));
  await Promise.all(fates.values());
  const outcome = interrupted
    ? "interrupted"
    : failures.length > 0
      ? "failed"
      : gates.length > 0 || blocked.length > 0
        ? "waiting-for-person"
        : "done";
  return { outcome, finished, failures, blocked, gates, ...(others.length === 0 ? {} : { others }) };
}

function idOf(observation: Observation): string {
  return observation.status === "present" ? observation.id : "";
}
