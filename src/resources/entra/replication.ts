import type { Context } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";

/**
 * Entra shows a new object everywhere only after a while; production code retries reads for up to twelve minutes
 * (hashicorp/terraform-provider-azuread `internal/helpers/consistency/consistency.go`).
 */
export const REPLICATED_WITHIN_MS = 12 * 60_000;
export const LOOK_EVERY_MS = 5_000;

/** Reads until the object is there. */
export function untilVisible<T>(
  context: Context,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  return context.wait<T>(what, { everyMs: LOOK_EVERY_MS, atMostMs: REPLICATED_WITHIN_MS }, async () => {
    const value = await look();
    return value === undefined ? { done: false } : { done: true, value };
  });
}

/** Answers that a write to or about a fresh object gets until it is replicated, besides 404. */
const NOT_REPLICATED =
  /does not exist or one of its queried reference-property objects are not present|Not a valid reference update|does not reference a valid application object|One or more property values specified are invalid|backing application of the service principal being created must in the local tenant/i;

/** Repeats a write while Entra does not know an object yet that psc has just made, or is busy with another write. */
export function whenReplicated<T>(context: Context, what: string, write: () => Promise<T>): Promise<T> {
  return context.wait<T>(what, { everyMs: LOOK_EVERY_MS, atMostMs: REPLICATED_WITHIN_MS }, async () => {
    try {
      return { done: true, value: await write() };
    } catch (error) {
      const passing =
        isServiceError(error, 404) ||
        (isServiceError(error, 409) && error.refusal.serviceCode === "Directory_ConcurrencyViolation") ||
        (isServiceError(error, 400, 403) && NOT_REPLICATED.test(error.refusal.serviceMessage));
      if (!passing) throw error;
      return { done: false };
    }
  });
}
