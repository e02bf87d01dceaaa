import type { Context } from "../../engine/resource.ts";
import type { Exchange } from "../../services/http/types.ts";
import type { ApplicationPackage } from "../../services/power-platform.ts";
import type { Services } from "../../services/services.ts";

/** The catalogue has hundreds of entries on many pages; several packages of one plan share one reading of it. */
const FRESH_FOR_MS = 60_000;

interface Reading {
  readonly at: number;
  readonly traced: Promise<{
    readonly result: readonly ApplicationPackage[];
    readonly exchanges: readonly Exchange[];
  }>;
}

const readings = new WeakMap<Services, Map<string, Reading>>();

/**
 * The catalogue of an environment, at most a minute old; what was read is evidence for everybody who asks.
 * @param now read it anew: while an installation is started or waited for, a minute is too old.
 */
export async function environmentCatalogue(
  context: Context,
  environmentId: string,
  now = false,
): Promise<readonly ApplicationPackage[]> {
  const { services, clock } = context;
  const known = readings.get(services) ?? new Map<string, Reading>();
  readings.set(services, known);
  const last = known.get(environmentId);
  if (last !== undefined && !now && clock.now() - last.at < FRESH_FOR_MS) {
    const { result, exchanges } = await last.traced;
    for (const exchange of exchanges) services.http.note(exchange);
    return result;
  }
  const traced = services.http.traced(() => services.powerPlatform.environmentPackages(environmentId));
  known.set(environmentId, { at: clock.now(), traced });
  traced.catch(() => known.delete(environmentId));
  return (await traced).result;
}
