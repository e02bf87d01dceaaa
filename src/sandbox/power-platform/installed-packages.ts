import { installPackage } from "../dataverse/organizations.ts";
import type { World } from "../world.ts";
import { type InstancePackage, powerPlatformState } from "./power-platform-state.ts";

const keyOf = (environmentId: string, uniqueName: string): string => `${environmentId}/${uniqueName}`;

export function instancePackage(
  world: World,
  environmentId: string,
  uniqueName: string,
): InstancePackage | undefined {
  return powerPlatformState(world).packages[keyOf(environmentId, uniqueName)];
}

export function isInstalled(world: World, environmentId: string, uniqueName: string): boolean {
  return instancePackage(world, environmentId, uniqueName)?.state === "Installed";
}

/** The package's row in an environment; made when nobody has asked for the package yet. */
export function ensureInstancePackage(
  world: World,
  environmentId: string,
  uniqueName: string,
): InstancePackage {
  const known = instancePackage(world, environmentId, uniqueName);
  if (known !== undefined) return known;
  const fresh: InstancePackage = {
    uniqueName,
    environmentId,
    instancePackageId: world.newId(),
    state: "InstallRequested",
    version: "",
    lastError: null,
    lastOperationId: null,
  };
  powerPlatformState(world).packages[keyOf(environmentId, uniqueName)] = fresh;
  return fresh;
}

/** The package is in the environment: its solutions go into the organization, its row says `Installed`. */
export function markInstalled(
  world: World,
  environmentId: string,
  organizationId: string,
  uniqueName: string,
): void {
  const row = ensureInstancePackage(world, environmentId, uniqueName);
  row.state = "Installed";
  row.version = powerPlatformState(world).catalogue[uniqueName]?.version ?? "1.0.0.0";
  row.lastError = null;
  installPackage(world, organizationId, uniqueName);
}

export function forgetPackages(world: World, environmentId: string): void {
  const state = powerPlatformState(world);
  for (const [key, row] of Object.entries(state.packages))
    if (row.environmentId === environmentId) delete state.packages[key];
}
