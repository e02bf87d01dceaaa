import type { SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import type { TrackedResource } from "./arm-state.ts";
import { type ArmCall, armRoute } from "./pipeline.ts";
import {
  findResource,
  groupId,
  requireGroup,
  requireResource,
  type TrackedType,
  tableOf,
} from "./tracked-resources.ts";

/** What one type of tracked resource has of its own. */
export interface TrackedResourceService {
  readonly type: TrackedType;
  /** The resource as the service describes it. */
  readonly present: (call: ArmCall, resource: TrackedResource) => object;
  readonly put: (call: ArmCall) => SandboxResponse;
  /** Absent when the service has no `PATCH` or the sandbox does not play it. */
  readonly patch?: (call: ArmCall, resource: TrackedResource) => SandboxResponse;
  readonly remove: (call: ArmCall, resource: TrackedResource) => SandboxResponse;
  /** Headers of a read besides those of every answer. */
  readonly headers?: (resource: TrackedResource) => Readonly<Record<string, string>>;
  readonly listHeaders?: (call: ArmCall) => Readonly<Record<string, string>>;
}

/**
 * The operations every tracked resource has (Azure/azure-resource-manager-rpc:v1.0/resource-api-reference.md): two
 * lists, `PUT`, `GET`, `PATCH` and `DELETE`, which answers 204 for what is not there in a group that is.
 */
export function trackedResourceRoutes(service: TrackedResourceService): readonly Route[] {
  const { type, present, patch } = service;
  const collection = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`;
  const one = `${collection}/{name}`;
  const gate = type.slice(0, type.indexOf("/"));
  const subscriptionOf = (call: ArmCall): string => `/subscriptions/${call.param("subscription")}`;
  const list = (call: ArmCall, ancestor: string): SandboxResponse => ({
    status: 200,
    ...(service.listHeaders === undefined ? {} : { headers: service.listHeaders(call) }),
    body: {
      value: Object.values(tableOf(call.world, type))
        .filter((resource) => resource.id.toLowerCase().startsWith(`${ancestor.toLowerCase()}/`))
        .map((resource) => present(call, resource)),
    },
  });
  return [
    armRoute({
      method: "GET",
      template: `/subscriptions/{subscription}/providers/${type}`,
      type,
      action: `${type}/read`,
      at: subscriptionOf,
      handle: (call) => list(call, subscriptionOf(call)),
    }),
    armRoute({
      method: "GET",
      template: collection,
      type,
      action: `${type}/read`,
      at: (call) => groupId(call.param("subscription"), call.param("group")),
      handle: (call) =>
        list(call, requireGroup(call.world, call.param("subscription"), call.param("group")).id),
    }),
    armRoute({ method: "PUT", template: one, type, action: `${type}/write`, gate, handle: service.put }),
    armRoute({
      method: "GET",
      template: one,
      type,
      action: `${type}/read`,
      handle: (call) => {
        const resource = requireResource(call, type);
        return {
          status: 200,
          ...(service.headers === undefined ? {} : { headers: service.headers(resource) }),
          body: present(call, resource),
        };
      },
    }),
    ...(patch === undefined
      ? []
      : [
          armRoute({
            method: "PATCH",
            template: one,
            type,
            action: `${type}/write`,
            gate,
            handle: (call) => patch(call, requireResource(call, type)),
          }),
        ]),
    armRoute({
      method: "DELETE",
      template: one,
      type,
      action: `${type}/delete`,
      handle: (call) => {
        const resource = findResource(call, type);
        if (resource !== undefined) return service.remove(call, resource);
        requireGroup(call.world, call.param("subscription"), call.param("group"));
        return { status: 204 };
      },
    }),
  ];
}
