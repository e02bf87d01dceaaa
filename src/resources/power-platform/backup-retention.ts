import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { environment, listedEnvironment } from "./environment.ts";
import { followOperation, startWhenFree, waitUntilReady } from "./lifecycle.ts";

export interface BackupRetentionProps {
  readonly days: number;
}

async function keep({ days }: BackupRetentionProps, context: Context): Promise<undefined> {
  const target = environment.data(context);
  if (target === undefined) {
    throw new PscError({
      code: "PSC-E402",
      message: "the environment is missing",
      remedy: "run the same command again: psc creates it first",
      side: "psc",
    });
  }
  try {
    const started = await startWhenFree(context, () =>
      context.services.bap.changeEnvironment(target.id, {
        retentionDetails: { retentionPeriod: `P${days}D` },
      }),
    );
    await followOperation(context, `keeping back-ups for ${days} days`, started);
  } catch (error) {
    if (!isServiceError(error, 400)) throw error;
    throw new PscError({
      code: "PSC-E430",
      message: `the Power Platform does not keep the environment's back-ups for ${days} days: ${error.refusal.serviceMessage}`,
      remedy:
        "leave `environment.backupRetentionDays` out: production environments with Dynamics 365 apps keep 28 days by themselves, other managed ones take 7, 14, 21 or 28",
      cause: error,
    });
  }
  await waitUntilReady(context, target.id);
  return undefined;
}

/**
 * How long the environment's system back-ups can be restored. Assumption: what the admin API shows is what counts, also
 * where Dynamics 365 apps decide about it; the documentation names the days, not the field.
 */
export const backupRetention = defineKind<BackupRetentionProps, Record<string, never>>({
  kind: "power-platform.backup-retention",
  summary: "Days that back-ups of the environment are kept",
  step: 1,
  api: "Power Platform admin API: environments",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: ["Power Platform Administrator"] },
  sources: [
    "Microsoft.PowerApps.Administration.PowerShell: Set-AdminPowerAppEnvironmentBackupRetentionPeriod",
    "Power Platform: Back up and restore environments",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ days }) => `back-ups kept for ${days} days`,
  declared: ({ days }) => ({ days }),
  async read(_props, context) {
    const found = environment.data(context);
    if (found === undefined) return { status: "absent", reason: "the environment does not exist yet" };
    const seen = await listedEnvironment(context, found.id);
    return { status: "present", id: found.id, fields: { days: seen?.backupRetentionDays ?? null }, data: {} };
  },
  create: keep,
  update: (props, _present, _changes, context) => keep(props, context),
});

export function backupRetentionResources(spec: EnvironmentSpec): Resource[] {
  const { backupRetentionDays: days, managed, securityGroup } = spec.environment;
  if (days === undefined) return [];
  // Longer than a week is for managed environments; and the service runs one operation on an environment at a time.
  const first = managed
    ? "power-platform.managed-environment"
    : securityGroup === undefined
      ? environment.address()
      : "power-platform.security-group";
  return [backupRetention.resource({ props: { days }, dependsOn: [environment.address(), first] })];
}
