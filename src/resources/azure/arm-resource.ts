import type { Context } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { HttpResponse } from "../../services/http/types.ts";

/** What every ARM resource has, as far as psc reads it. */
export interface ArmResource<P> {
  readonly id: string;
  readonly name: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly properties: P;
}

/** True while the provider works on a resource; providers that finish at once name no state. */
export function isWorking(state: string | undefined): boolean {
  return state !== undefined && !["succeeded", "failed", "canceled"].includes(state.toLowerCase());
}

/** Members a PUT may carry back; everything else the service fills in itself and refuses or ignores. */
export function pick<T extends object>(source: T | undefined, names: readonly string[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(source ?? {}).filter(([name]) => names.includes(name)),
  ) as Partial<T>;
}

const MARK = "psc-environment";

/** Tags of a resource psc makes: those of the spec, and the mark that says which environment it was made for. */
export function markedTags(
  tags: Readonly<Record<string, string>>,
  { spec }: Context,
): Readonly<Record<string, string>> {
  return { ...tags, [MARK]: spec.name };
}

/** True when the tags hold the mark of this environment. */
export function bearsMark(tags: unknown, { spec }: Context): boolean {
  const marked = (tags ?? {}) as Readonly<Record<string, unknown>>;
  return marked[MARK] === spec.name;
}

/** Deletes a resource and waits until it is gone. What is gone already is no error. */
export async function remove(
  id: string,
  what: string,
  context: Context,
  atMostMs?: number,
): Promise<undefined> {
  const { arm } = context.services;
  const response = await arm.send("DELETE", id, { expect: [404] });
  if (response.status === 404) return undefined;
  await arm.untilDone(response, id, `deleting ${what}`, (name, options, look) =>
    context.wait(name, { ...options, ...(atMostMs === undefined ? {} : { atMostMs }) }, look),
  );
  return undefined;
}

/** Registration reaches the regions one after the other, and a PUT may still meet one that has not heard of it. */
const REGISTERED_EVERYWHERE_WITHIN_MS = 15 * 60_000;

/** Sends a PUT, again while the region does not know that the provider is registered (409 MissingSubscriptionRegistration). */
export function put(id: string, body: object, context: Context): Promise<HttpResponse> {
  return context.wait<HttpResponse>(
    "the region to know the registration",
    { everyMs: 15_000, atMostMs: REGISTERED_EVERYWHERE_WITHIN_MS },
    async () => {
      try {
        return { done: true, value: await context.services.arm.send("PUT", id, { body }) };
      } catch (error) {
        if (!isServiceError(error, 409) || error.refusal.serviceCode !== "MissingSubscriptionRegistration")
          throw error;
        return { done: false };
      }
    },
  );
}
