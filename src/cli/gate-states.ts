import type { Observation } from "../engine/observation.ts";
import type { Plan } from "../engine/plan.ts";
import type { Confirmation, GateInstructions, Resource } from "../engine/resource.ts";
import { PscError } from "../errors.ts";
import type { Session } from "../session.ts";

/** One gate of an environment as the tenant shows it now. */
export interface GateState {
  readonly resource: Resource;
  /** `not-yet`: something it depends on is missing, so nobody can pass it now. */
  readonly state: "open" | "passed" | "not-needed" | "not-yet" | "unreadable";
  readonly observation: Observation | undefined;
  /** Absent when it cannot be told yet, because ids it needs are missing. */
  readonly instructions: GateInstructions | undefined;
  /** The newest word about it, a person's or psc's own. */
  readonly confirmation: Confirmation | undefined;
}

export function gatesOf(session: Session): readonly Resource[] {
  return session.graph.order.filter(({ info }) => info.nature === "gate");
}

/**
 * Writes down the gates that are seen to be passed and that nobody has a word about: somebody acted while psc was not
 * looking.
 * @param by who is signed in, as the one who saw it.
 */
export function recordSeenGates(session: Session, plan: Plan, by: string): void {
  const known = new Set(session.confirmations.all().map(({ gate }) => gate));
  for (const { resource, observation } of plan.actions) {
    if (resource.info.nature !== "gate" || observation.status !== "present" || known.has(resource.address))
      continue;
    session.confirmations.record({
      gate: resource.address,
      by,
      at: new Date(session.clock.now()).toISOString(),
      how: "detected",
    });
  }
}

function instructionsOf(resource: Resource, session: Session): GateInstructions | undefined {
  try {
    return resource.instructions?.(session.memory.contextOf(resource));
  } catch (error) {
    // What it stands on, such as the bot, may not exist yet.
    if (error instanceof PscError) return undefined;
    throw error;
  }
}

/** Reads the tenant and tells each gate's state. Writes nothing. */
export async function readGates(session: Session): Promise<readonly GateState[]> {
  const { planSession } = await import("../session.ts");
  const { plan } = await planSession(session);
  const actions = new Map(plan.actions.map((action) => [action.resource.address, action]));
  const undone = new Set(
    plan.actions
      .filter(({ action }) => action !== "none" && action !== "update" && action !== "adopt")
      .map(({ resource }) => resource.address),
  );
  for (const { address } of plan.problems) undone.add(address);
  const words = session.confirmations.all();
  return gatesOf(session).map((resource) => {
    const action = actions.get(resource.address);
    const observation = session.memory.observations.get(resource.address);
    const state = ((): GateState["state"] => {
      if (observation?.status === "not-needed") return "not-needed";
      if (observation?.status === "present") return "passed";
      if (action === undefined) return "unreadable";
      return resource.dependsOn.some((address) => undone.has(address)) ? "not-yet" : "open";
    })();
    return {
      resource,
      state,
      observation,
      instructions: action?.gate ?? instructionsOf(resource, session),
      confirmation: words.findLast(({ gate }) => gate === resource.address),
    };
  });
}
