import type { World } from "../world.ts";
import { refuseUnregistered } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";

/** Registering a resource provider takes a minute or so; sandbox milliseconds. */
export const REGISTERING_MS = 90_000;
export const UNREGISTERING_MS = 60_000;

/**
 * `NotRegistered`, `Registering`, `Registered`, `Unregistering` or `Unregistered`, the values that
 * hashicorp/terraform-provider-azurerm:internal/resourceproviders/registration.go waits for.
 */
export function registrationState(world: World, subscriptionId: string, namespace: string): string {
  const entry =
    armState(world).subscriptions[subscriptionId.toLowerCase()]?.registrations[namespace.toLowerCase()];
  if (entry === undefined) return "Registered";
  const age = world.now() - entry.since;
  if (entry.state === "Registering" && age >= REGISTERING_MS) return "Registered";
  if (entry.state === "Unregistering" && age >= UNREGISTERING_MS) return "Unregistered";
  return entry.state;
}

/** Writes to a provider that is not (yet) registered are refused with 409. */
export function requireRegistration(world: World, subscriptionId: string, namespace: string): void {
  if (registrationState(world, subscriptionId, namespace) !== "Registered") refuseUnregistered(namespace);
}
