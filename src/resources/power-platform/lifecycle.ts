import type { Context } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import type { BapEnvironment, BapStart } from "../../services/bap.ts";

/** Pace of looking when the service names none, and how often a busy environment is asked again. */
const LOOK_EVERY_MS = 15_000;
const BUSY_RETRIES = 10;

/**
 * Starts work on an environment. The service runs one lifecycle operation at a time and refuses a second with 409
 * `OperationNotStartable`; every other refusal is final.
 * Source: microsoft/terraform-provider-power-platform:internal/api/lifecycle.go.
 */
export async function startWhenFree<T>(context: Context, start: () => Promise<T>): Promise<T> {
  let tries = 0;
  return context.wait<T>("another operation on the environment", { everyMs: LOOK_EVERY_MS }, async () => {
    try {
      return { done: true, value: await start() };
    } catch (error) {
      tries += 1;
      const busy = isServiceError(error, 409) && error.refusal.serviceCode === "OperationNotStartable";
      if (!busy || tries > BUSY_RETRIES) throw error;
      return { done: false };
    }
  });
}

/**
 * Follows the URL of a lifecycle operation until it ends; returns the id of its environment when the service tells.
 * A vanished operation is not an error: the caller looks at the environment next.
 * @throws PscError PSC-E424 when the operation failed. The service gives no reason.
 */
export async function followOperation(
  context: Context,
  what: string,
  { operationUrl, environmentId }: Pick<BapStart, "operationUrl" | "environmentId">,
): Promise<string | undefined> {
  if (operationUrl === undefined) return environmentId;
  return context.wait(what, { everyMs: LOOK_EVERY_MS, operationUrl }, async () => {
    const seen = await context.services.bap.operation(operationUrl);
    switch (seen.state) {
      case "succeeded":
        return { done: true, value: seen.environmentId ?? environmentId };
      case "gone":
        return { done: true, value: environmentId };
      case "failed":
        throw new PscError({
          code: "PSC-E424",
          message: `${what} failed in the Power Platform, which gives no reason`,
          remedy:
            "look at the environment's history in the Power Platform admin center, then run the same command again",
          side: "service",
        });
      case "running":
        return {
          done: false,
          ...(seen.retryAfterMs === undefined ? {} : { retryAfterMs: seen.retryAfterMs }),
        };
    }
  });
}

/** Waits until no management operation runs on the environment and returns it as it then is. */
export async function waitUntilReady(context: Context, environmentId: string): Promise<BapEnvironment> {
  return context.wait<BapEnvironment>(
    "the environment to be ready",
    { everyMs: LOOK_EVERY_MS, atMostMs: 60 * 60_000 },
    async () => {
      const environment = await context.services.bap.environment(environmentId);
      const state = environment?.managementState ?? "";
      return environment !== undefined && state !== "Running"
        ? { done: true, value: environment }
        : { done: false };
    },
  );
}
