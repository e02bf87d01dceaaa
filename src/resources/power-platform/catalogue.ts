import type { Context } from "../../engine/resource.ts";
import type { ApplicationPackage } from "../../services/power-platform.ts";
import type { Services } from "../../services/services.ts";

/** The catalogue has hundreds of entries on many pages; several packages of one plan share one reading of it. */
const FRESH_FOR_MS = 60_000;

interface Reading {
  readonly at: number;
  readonly packages: Promise<readonly ApplicationPackage[]>;
}

const readings = new WeakMap<Services, Map<string, Reading>>();

/**
 * The catalogue of an environment, at most a minute old.
 * @param now read it anew: while an installation is started or waited for, a minute is too old.
 */
export function environmentCatalogue(
  context: Context,
  environmentId: string,
  now = false,
): Promise<readonly ApplicationPackage[]> {
  const { services, clock } = context;
  const known = readings.get(services) ?? new Map<string, Reading>();
  readings.set(services, known);
  const last = known.get(environmentId);
  if (last !== undefined && !now && clock.now() - last.at < FRESH_FOR_MS) return last.packages;
  const packages = services.powerPlatform.environmentPackages(environmentId);
  known.set(environmentId, { at: clock.now(), packages });
  packages.catch(() => known.delete(environmentId));
  return packages;
}
