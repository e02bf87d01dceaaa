import type { FieldValue } from "../engine/observation.ts";
import { type Context, defineKind, type Kind, type Persona, type Resource } from "../engine/resource.ts";
import { isServiceError, ServiceError } from "../errors.ts";
import type { EnvironmentSpec } from "../spec/model.ts";

/** A fact that only auditing needs: read like a resource, but never declared, planned or written. */
export interface Probe<T extends FieldValue = FieldValue> {
  /** Such as `tenant-settings`. */
  readonly id: string;
  readonly summary: string;
  readonly api: string;
  readonly persona: Persona;
  /** Least-privileged permissions, in the services' own words. */
  readonly permissions: readonly string[];
  readonly sources: readonly string[];
  /** Addresses of what it has to be read after; those the run does not have are left out. */
  dependsOn(spec: EnvironmentSpec): readonly string[];
  /**
   * What auditors judge by: plain data, chosen field by field, without secrets and without patients' data. `undefined`
   * when what it is about does not exist, or the spec does not use it.
   */
  read(context: Context): Promise<T | undefined>;
}

export function defineProbe<T extends FieldValue>(probe: Probe<T>): Probe<T> {
  return probe;
}

export const PROBE_PREFIX = "probe.";

function kindOf(probe: Probe): Kind<Record<never, never>, FieldValue> {
  const { id, summary, api, persona, permissions, sources } = probe;
  return defineKind<Record<never, never>, FieldValue>({
    kind: `${PROBE_PREFIX}${id}`,
    summary,
    step: 0,
    api,
    persona,
    permissions: { read: permissions, write: [] },
    sources,
    nature: "check",
    label: () => summary,
    async read(_props, context) {
      const value = await naming(probe, () => probe.read(context));
      return value === undefined
        ? { status: "not-needed", reason: "there is nothing to look at" }
        : { status: "present", id: "", fields: {}, data: value };
    },
  });
}

/** A refusal names the permissions that it takes, one of which was missing, where the service does not. */
async function naming<T>({ permissions, persona, summary }: Probe, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isServiceError(error, 403) || error.permission !== undefined) throw error;
    const permission = permissions.join(" or ");
    throw new ServiceError(
      {
        code: error.code,
        message: error.message,
        permission,
        persona,
        remedy: `grant ${permission}, which it takes to see: ${summary}`,
        cause: error,
      },
      error.refusal,
    );
  }
}

/** Probes as resources of a run, so that the engine orders, batches and traces their requests. */
export function probeResources(
  probes: readonly Probe[],
  spec: EnvironmentSpec,
  known: ReadonlySet<string>,
): Resource[] {
  return probes.map((probe) =>
    kindOf(probe).resource({
      props: {},
      dependsOn: probe.dependsOn(spec).filter((address) => known.has(address)),
    }),
  );
}
