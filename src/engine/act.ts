import { PscError } from "../errors.ts";
import { compareFields, type InProgress, type Observation } from "./observation.ts";
import type { Action } from "./plan.ts";
import type { Context, Resource } from "./resource.ts";

/** Services show what they accepted with a delay; this long is normal (milliseconds of psc's clock). */
const VISIBLE_WITHIN_MS = 5 * 60_000;
const LOOK_AGAIN_AFTER_MS = 5_000;
/** Nor is it given up after fewer looks: on the sandbox's fast clock a busy machine can lose minutes between two. */
const MIN_LOOKS = 8;
/** What was asked for without an answer is looked for this often before it is asked for again. */
const LOOKS_AFTER_LOST_ANSWER = 4;

function absent(resource: Resource, what: string): Error {
  return new Error(`${resource.address} has no ${what}`);
}

/**
 * Sends what the decision asks for. When an answer is lost, nothing is repeated blindly: the resource is looked for by
 * its natural key first, with pauses for the service's own delay, and only what is still missing is sent.
 */
export async function act(
  resource: Resource,
  decision: Pick<Action, "action" | "diff">,
  observation: Observation,
  context: Context,
): Promise<Observation | undefined> {
  try {
    return await perform(resource, decision, observation, context);
  } catch (error) {
    if (!(error instanceof PscError) || error.code !== "PSC-E214") throw error;
    context.note("the answer was lost; looking whether it took effect");
    return recover(resource, context);
  }
}

async function perform(
  resource: Resource,
  decision: Pick<Action, "action" | "diff">,
  observation: Observation,
  context: Context,
): Promise<Observation | undefined> {
  switch (decision.action) {
    case "create":
      if (resource.create === undefined) throw absent(resource, "create");
      return resource.create(context);
    case "wait":
      if (observation.status !== "in-progress") throw absent(resource, "operation to wait for");
      return still(resource, observation, context);
    case "update":
      if (observation.status !== "present" || resource.update === undefined) throw absent(resource, "update");
      return resource.update(observation, decision.diff, context);
    case "adopt":
      if (observation.status !== "present" || resource.adopt === undefined) throw absent(resource, "adopt");
      return resource.adopt(observation, context);
    case "replace":
      if (observation.status !== "present" || resource.delete === undefined) throw absent(resource, "delete");
      if (resource.create === undefined) throw absent(resource, "create");
      await resource.delete(observation, context);
      return resource.create(context);
    case "delete":
      if (observation.status !== "present" || resource.delete === undefined) throw absent(resource, "delete");
      return resource.delete(observation, context);
    case "gate":
    case "none":
      return observation;
  }
}

/** After a lost answer: what is there, completed; or made once more when it stays away. */
async function recover(resource: Resource, context: Context): Promise<Observation | undefined> {
  for (let look = 1; look <= LOOKS_AFTER_LOST_ANSWER; look += 1) {
    await context.clock.sleep(LOOK_AGAIN_AFTER_MS * look, context.signal);
    const seen = await resource.read(context);
    const found = seen.status === "in-progress" ? await still(resource, seen, context) : seen;
    if (found.status !== "present") continue;
    const missing = compareFields(resource.declared(context), found.fields, resource.ordered);
    if (missing.length === 0 || resource.update === undefined) return found;
    return resource.update(found, missing, context);
  }
  return resource.create?.(context);
}

async function still(resource: Resource, state: InProgress, context: Context): Promise<Observation> {
  if (resource.resume === undefined) return waitUntilStill(resource, context);
  return (await resource.resume(state, context)) ?? resource.read(context);
}

async function waitUntilStill(resource: Resource, context: Context): Promise<Observation> {
  return context.wait(resource.label, { everyMs: 30_000 }, async () => {
    const seen = await resource.read(context);
    return seen.status === "in-progress" ? { done: false, note: seen.what } : { done: true, value: seen };
  });
}

/**
 * Reads until the service shows what was asked for. Accepting a request is not yet doing it: a value that does not
 * stick is reported instead of being found by the next run.
 * @throws PscError PSC-E411 when it does not show within five minutes.
 */
export async function settle(
  resource: Resource,
  known: Observation | undefined,
  context: Context,
): Promise<Observation> {
  const started = context.clock.now();
  let seen = known;
  for (let looks = 1; ; looks += 1) {
    seen ??= await resource.read(context);
    if (seen.status === "in-progress") {
      seen = await still(resource, seen, context);
      continue;
    }
    const missing =
      seen.status === "present"
        ? compareFields(resource.declared(context), seen.fields, resource.ordered)
        : [];
    if (seen.status === "not-needed" || (seen.status === "present" && missing.length === 0)) return seen;
    if (context.clock.now() - started > VISIBLE_WITHIN_MS && looks >= MIN_LOOKS) {
      const detail =
        seen.status === "present"
          ? `${missing.map(({ path }) => path).join(", ")} did not take the declared value`
          : `it is still ${seen.status}`;
      throw new PscError({
        code: "PSC-E411",
        message: `${resource.label} was accepted by ${resource.info.api}, but ${detail}`,
        remedy:
          "run `psc plan` to see the difference; when it stays, a plug-in or policy of the tenant holds the value",
        side: "service",
      });
    }
    await context.clock.sleep(LOOK_AGAIN_AFTER_MS, context.signal);
    seen = undefined;
  }
}
