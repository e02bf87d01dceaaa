import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import type { VersionedType } from "./api-versions.ts";
import { armState } from "./arm-state.ts";
import { type ArmCall, armRoute } from "./pipeline.ts";
import { isWithin } from "./scopes.ts";

/** A type whose members are kept by name at a scope, as the service presents them: locks, policy assignments … */
export interface NamedSettings {
  readonly type: VersionedType;
  readonly table: "locks" | "policyAssignments" | "diagnosticSettings" | "entraLogSettings";
  /** Path template of the list; a member's ends with `{name}`. */
  readonly collection: string;
  /** Scope of the authorization. */
  readonly at: (call: ArmCall) => string;
  /** Resource provider that must be registered for writing. */
  readonly gate?: string;
  readonly keyOf: (call: ArmCall) => string;
  /** True when the list at the request's scope, narrowed by its filter, shows the member of this key. */
  readonly isListed: (call: ArmCall, key: string, member: JsonObject) => boolean;
  readonly put: (call: ArmCall) => SandboxResponse;
  /** Answers 404. */
  readonly refuseMissing: (call: ArmCall) => never;
  /** Whether `DELETE` answers with what was deleted. */
  readonly returnsDeleted: boolean;
}

/** `{scope}/providers/{type}/{name}` of the request, the key of an extension resource. */
export function extensionKey(call: ArmCall, type: VersionedType): string {
  return `${call.scope()}/providers/${type}/${call.param("name")}`.toLowerCase();
}

/** Scope of an extension resource, of its key or id. */
export function scopeOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf("/providers/"));
}

/** True for what is at the request's scope, above it or below it. */
export function isAroundScope(call: ArmCall, key: string): boolean {
  const scope = scopeOfKey(key);
  return isWithin(call.scope(), scope) || isWithin(scope, call.scope());
}

/** List, `GET`, `PUT` and `DELETE`, which answers 204 for what is not there. */
export function namedSettingRoutes(settings: NamedSettings): readonly Route[] {
  const { type, at, keyOf } = settings;
  const tableOf = (call: ArmCall): Record<string, JsonObject> => armState(call.world)[settings.table];
  const one = `${settings.collection}/{name}`;
  return [
    armRoute({
      method: "GET",
      template: settings.collection,
      type,
      action: `${type}/read`,
      at,
      handle: (call) => ({
        status: 200,
        body: {
          value: Object.entries(tableOf(call))
            .filter(([key, member]) => settings.isListed(call, key, member))
            .map(([, member]) => member),
        },
      }),
    }),
    armRoute({
      method: "GET",
      template: one,
      type,
      action: `${type}/read`,
      at,
      handle: (call) => {
        const found = tableOf(call)[keyOf(call)];
        return found === undefined ? settings.refuseMissing(call) : { status: 200, body: found };
      },
    }),
    armRoute({
      method: "PUT",
      template: one,
      type,
      action: `${type}/write`,
      at,
      ...(settings.gate === undefined ? {} : { gate: settings.gate }),
      handle: settings.put,
    }),
    armRoute({
      method: "DELETE",
      template: one,
      type,
      action: `${type}/delete`,
      at,
      handle: (call) => {
        const table = tableOf(call);
        const found = table[keyOf(call)];
        delete table[keyOf(call)];
        if (found === undefined) return { status: 204 };
        return settings.returnsDeleted ? { status: 200, body: found } : { status: 200 };
      },
    }),
  ];
}
