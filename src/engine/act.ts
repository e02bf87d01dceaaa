import { PscError } from "../errors.ts";
import { compareFields, type Observation } from "./observation.ts";
import type { Action } from "./plan.ts";
import type { Context, Resource } from "./resource.ts";

/** Services show what they accepted with a delay; this long is normal (milliseconds of psc's clock). */
const VISIBLE_WITHIN_MS = 5 * 60_000;
const LOOK_AGAIN_AFTER_MS = 5_000;
/** A create whose answer was lost is looked for this often before it is sent again. */
const LOOKS_FOR_LOST_CREATE = 4;

function absent(resource: Resource, what: string): Error {
  return new Error(`${resource.address} has no ${what}`);
}

/**
 * Sends what the decision asks for. A create whose answer was lost is never repeated blindly: the resource is looked
 * for by its natural key first, with pauses for the service's own delay.
 */
export async function act(
  resource: Resource,
  decision: Pick<Action, "action" | "diff">,
  observation: Observation,
  context: Context,
): Promise<Observation | undefined> {
  switch (decision.action) {
    case "create":
      return create(resource, context);
    case "wait":
      if (observation.status !== "in-progress") throw absent(resource, "operation to wait for");
      return resource.resume === undefined
        ? waitUntilStill(resource, context)
        : resource.resume(observation, context);
    case "update":
      if (observation.status !== "present" || resource.update === undefined) throw absent(resource, "update");
      return resource.update(observation, decision.diff, context);
    case "adopt":
      if (observation.status !== "present" || resource.adopt === undefined) throw absent(resource, "adopt");
      return resource.adopt(observation, context);
    case "replace":
      if (observation.status !== "present" || resource.delete === undefined) throw absent(resource, "delete");
      await resource.delete(observation, context);
      return create(resource, context);
    case "delete":
      if (observation.status !== "present" || resource.delete === undefined) throw absent(resource, "delete");
      return resource.delete(observation, context);
    case "gate":
    case "none":
      return observation;
  }
}

async function create(resource: Resource, context: Context): Promise<Observation | undefined> {
  if (resource.create === undefined) throw absent(resource, "create");
  try {
    return await resource.create(context);
  } catch (error) {
    if (!(error instanceof PscError) || error.code !== "PSC-E214") throw error;
    context.note("the answer was lost; looking whether it took effect");
    for (let look = 1; look <= LOOKS_FOR_LOST_CREATE; look += 1) {
      await context.clock.sleep(LOOK_AGAIN_AFTER_MS * look, context.signal);
      const found = await resource.read(context);
      if (found.status === "present") return found;
      if (found.status === "in-progress")
        return resource.resume === undefined
          ? waitUntilStill(resource, context)
          : resource.resume(found, context);
    }
    return resource.create(context);
  }
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
  for (;;) {
    seen ??= await resource.read(context);
    if (seen.status === "in-progress") {
      seen =
        resource.resume === undefined
          ? await waitUntilStill(resource, context)
          : await resource.resume(seen, context);
      continue;
    }
    const missing =
      seen.status === "present"
        ? compareFields(resource.declared(context), seen.fields, resource.ordered)
        : [];
    if (seen.status === "not-needed" || (seen.status === "present" && missing.length === 0)) return seen;
    if (context.clock.now() - started > VISIBLE_WITHIN_MS) {
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
