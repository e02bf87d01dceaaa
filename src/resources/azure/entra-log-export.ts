import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, ServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { logAnalyticsWorkspace } from "./log-analytics-workspace.ts";
import { sameId, workspaceId } from "./resource-ids.ts";

export interface EntraLogExportProps {
  /** Name of the diagnostic setting. */
  readonly name: string;
  readonly workspaceId: string;
  readonly workspace: string;
  readonly categories: readonly string[];
}

interface LogSetting {
  readonly properties: {
    readonly workspaceId?: string | null;
    readonly logs?: readonly { readonly category?: string; readonly enabled?: boolean }[];
  };
}

function idOf({ name }: EntraLogExportProps): string {
  return `/providers/microsoft.aadiam/diagnosticSettings/${name}`;
}

const DIRECTORY_ROLE = "Security Administrator";

/** Azure names an action that no role of a subscription can grant: it is a role of the directory that is missing. */
async function get(props: EntraLogExportProps, context: Context): Promise<LogSetting | undefined> {
  try {
    return await context.services.arm.get<LogSetting>(idOf(props));
  } catch (error) {
    if (!isServiceError(error, 403)) throw error;
    throw new ServiceError(
      {
        code: error.code,
        message: error.message,
        permission: error.permission ?? "microsoft.aadiam/diagnosticSettings/read",
        persona: "Privileged Role Administrator",
        remedy: `give ${DIRECTORY_ROLE} in Microsoft Entra to the person who looks, then run the same command again`,
        side: "user",
        cause: error,
      },
      error.refusal,
    );
  }
}

/** In a row, as a production client waits: the service is slow to agree with itself. */
const HITS = 3;

async function write(props: EntraLogExportProps, context: Context): Promise<undefined> {
  await context.services.arm.send("PUT", idOf(props), {
    body: {
      properties: {
        workspaceId: props.workspaceId,
        logs: props.categories.map((category) => ({
          category,
          enabled: true,
          retentionPolicy: { enabled: false, days: 0 },
        })),
        metrics: [],
      },
    },
  });
  let hits = 0;
  await context.wait("the log setting", { everyMs: 5_000 }, async () => {
    hits = (await get(props, context)) === undefined ? 0 : hits + 1;
    return hits >= HITS ? { done: true, value: undefined } : { done: false };
  });
  return undefined;
}

export const entraLogExport = defineKind<EntraLogExportProps, undefined>({
  kind: "azure.entra-log-export",
  summary: "sign-in and audit logs of the tenant, exported to the workspace",
  step: 13,
  api: "Azure Resource Manager microsoft.aadiam/diagnosticSettings (tenant)",
  persona: "Global Administrator",
  permissions: {
    read: ["microsoft.aadiam/diagnosticSettings/read (directory role Security Administrator)"],
    write: [
      "microsoft.aadiam/diagnosticSettings/write (directory role Security Administrator)",
      "microsoft.aadiam/diagnosticSettings/delete (directory role Security Administrator)",
    ],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/azureactivedirectory (Microsoft.Aadiam, 2017-04-01)",
    "hashicorp/terraform-provider-azurerm:internal/services/monitor/monitor_aad_diagnostic_setting_resource.go",
  ],
  nature: "managed",
  label: ({ name }) => `export of Entra logs "${name}"`,
  detail: ({ categories, workspace }) => `${categories.join(", ")} → ${workspace}`,
  declared: ({ workspace, categories }) => ({ workspace, categories }),
  async read(props, context) {
    const found = await get(props, context);
    if (found === undefined) return { status: "absent" };
    const { workspaceId: target, logs } = found.properties;
    return {
      status: "present",
      id: idOf(props),
      fields: {
        workspace: sameId(target ?? undefined, props.workspaceId) ? props.workspace : (target ?? null),
        categories: (logs ?? []).flatMap(({ category, enabled }) =>
          enabled === true && category !== undefined ? [category] : [],
        ),
      },
      data: undefined,
    };
  },
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
  async delete(props, _present, context) {
    await context.services.arm.send("DELETE", idOf(props), { expect: [404] });
    await context.wait("the end of the log setting", { everyMs: 15_000 }, async () =>
      (await get(props, context)) === undefined ? { done: true, value: undefined } : { done: false },
    );
    return undefined;
  },
  // Its name is psc's own and names the environment.
  isMarked: () => true,
});

export function entraLogExportResources(spec: EnvironmentSpec): Resource[] {
  const { entraLogs, workspace } = spec.azure.monitoring;
  return entraLogs.length === 0
    ? []
    : [
        entraLogExport.resource({
          props: {
            name: `psc-${spec.name}`,
            workspaceId: workspaceId(spec),
            workspace,
            categories: entraLogs,
          },
          dependsOn: [logAnalyticsWorkspace.address()],
        }),
      ];
}
