import type { Control } from "./controls/control.ts";
import { CONTROLS, PROBES, RESOURCE_CONTROLS } from "./controls/index.ts";
import { ownControl } from "./controls/own.ts";
import {
  classify,
  coveredBy,
  PERMISSION_SERVICE_TITLES,
  PERMISSION_SERVICES,
  type Permission,
  type PermissionService,
} from "./controls/permission.ts";
import { probeResources } from "./controls/probe.ts";
import { buildGraph } from "./engine/graph.ts";
import type { Resource } from "./engine/resource.ts";
import { resourcesOf } from "./resources/index.ts";
import { KINDS } from "./resources/kinds.ts";
import type { EnvironmentSpec, Manifest } from "./spec/model.ts";

/** One permission that verifying a spec takes, and what is lost without it. */
export interface NeededPermission extends Omit<Permission, "service" | "text"> {
  /** Permissions of this list that open the same and more: next to one of them, this one is not needed. */
  readonly coveredBy: readonly string[];
  /** Ids of controls that look at something this permission opens: without it they are `error`. */
  readonly controls: readonly string[];
  /** Ids of controls whose resources stand on such things: they may become `error` as well. */
  readonly behind: readonly string[];
}

export interface ServicePermissions {
  readonly service: PermissionService;
  readonly title: string;
  readonly permissions: readonly NeededPermission[];
}

/** The least privilege for verifying one spec, format `psc.permissions/1`. */
export interface PermissionList {
  readonly format: "psc.permissions/1";
  readonly tool: { readonly name: "psc"; readonly version: string };
  readonly environment: { readonly name: string; readonly stage: string };
  /** Only services that something is needed of. */
  readonly services: readonly ServicePermissions[];
}

export interface PermissionsInput {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly version: string;
  /** Kinds that verifying leaves out. */
  readonly withoutKinds: readonly string[];
  /** A permission that verifying does without, and the kinds that take it. */
  readonly unusedPermission?: string;
}

function classified(text: string): Permission {
  const permission = classify(text);
  if (permission === undefined) throw new Error(`"${text}" is no permission of a known service`);
  return permission;
}

/** Everything that looking at the spec's resources and at the probes reads. */
function resourcesRead({
  spec,
  manifest,
  withoutKinds,
  unusedPermission = "",
}: PermissionsInput): readonly Resource[] {
  const read = resourcesOf(spec, manifest).filter(
    ({ info: { kind, permissions } }) =>
      !withoutKinds.includes(kind) && !permissions.read.includes(unusedPermission),
  );
  const known = new Set(read.map(({ address }) => address));
  const resources = read.map((resource) => ({
    ...resource,
    dependsOn: resource.dependsOn.filter((address) => known.has(address)),
  }));
  return buildGraph([...resources, ...probeResources(PROBES, spec, known)]).order;
}

/** Addresses that a resource stands on, directly or through others; what is only checked before holds nothing for it. */
function foundations(order: readonly Resource[]): ReadonlyMap<string, ReadonlySet<string>> {
  const below = new Map<string, ReadonlySet<string>>();
  const checks = new Set(order.filter(({ info }) => info.nature === "check").map(({ address }) => address));
  // Dependencies come before dependents.
  for (const { address, dependsOn } of order) {
    const needs = dependsOn.filter((need) => !checks.has(need));
    below.set(address, new Set(needs.flatMap((need) => [need, ...(below.get(need) ?? [])])));
  }
  return below;
}

function looksAt({ restsOn }: Control, { info: { kind } }: Resource): boolean {
  return (
    (restsOn.kinds ?? []).includes(kind) || (restsOn.probes ?? []).some(({ id }) => kind === `probe.${id}`)
  );
}

/**
 * What verifying a spec needs, derived from what its resources and the probes of the controls say that reading them
 * takes. Sends no request.
 */
export function permissionsToVerify(input: PermissionsInput): PermissionList {
  const order = resourcesRead(input);
  const below = foundations(order);
  const own = input.spec.verify.controls.map(ownControl);
  const controls = [...CONTROLS, ...own, ...RESOURCE_CONTROLS].filter(
    ({ stages }) => stages?.includes(input.spec.stage) ?? true,
  );
  const read = new Map(controls.map((control) => [control, order.filter((one) => looksAt(control, one))]));
  const texts = new Set(order.flatMap(({ info }) => info.permissions.read));
  const needed = [...texts].sort().map((text) => {
    const permission = classified(text);
    const opens = ({ info }: Resource): boolean => info.permissions.read.includes(text);
    const opened = new Set(order.filter(opens).map(({ address }) => address));
    const idsOf = (test: (resource: Resource) => boolean): string[] =>
      controls.filter((control) => read.get(control)?.some(test)).map(({ id }) => id);
    const direct = idsOf(opens);
    const behind = idsOf(({ address }) => [...(below.get(address) ?? [])].some((need) => opened.has(need)));
    return { permission, controls: direct, behind: behind.filter((id) => !direct.includes(id)) };
  });
  const names = new Set(needed.map(({ permission }) => permission.name));
  const { spec, version } = input;
  return {
    format: "psc.permissions/1",
    tool: { name: "psc", version },
    environment: { name: spec.name, stage: spec.stage },
    services: PERMISSION_SERVICES.flatMap((service) => {
      const permissions = needed
        .filter(({ permission }) => permission.service === service)
        .map(({ permission: { name, holder, id }, ...lost }) => ({
          name,
          holder,
          id,
          coveredBy: coveredBy(name).filter((other) => names.has(other)),
          ...lost,
        }));
      return permissions.length === 0
        ? []
        : [{ service, title: PERMISSION_SERVICE_TITLES[service], permissions }];
    }),
  };
}

/** Every permission that verifying some spec can need: those of all kinds and probes, whatever a spec uses of them. */
export function everyPermissionToVerify(
  withoutKinds: readonly string[],
  unusedPermission: string,
): readonly Permission[] {
  const kinds = KINDS.filter(
    ({ kind, permissions }) => !withoutKinds.includes(kind) && !permissions.read.includes(unusedPermission),
  );
  const texts = [
    ...kinds.flatMap(({ permissions }) => permissions.read),
    ...PROBES.flatMap(({ permissions }) => permissions),
  ];
  return [...new Set(texts)].sort().map(classified);
}
