import type { FieldChange, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { asRow, numberAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { environment } from "../power-platform/environment.ts";
import { ABSENT_ENVIRONMENT, missingDependency, organization, requireOrganization } from "./organization.ts";

export interface AuditingProps {
  /** Logical names of tables. */
  readonly tables: readonly string[];
  /** Days that audit records are kept; -1 keeps them for ever. */
  readonly retentionDays: number;
}

interface AuditingData {
  readonly organizationId: string;
}

async function isAudited(client: Dataverse, table: string): Promise<boolean> {
  const definition = await client.get(`EntityDefinitions(LogicalName='${table}')`, {
    select: ["LogicalName", "IsAuditEnabled"],
  });
  return valueAt(definition, "IsAuditEnabled", "Value") === true;
}

async function auditedTables(client: Dataverse, tables: readonly string[]): Promise<string[]> {
  const states = await Promise.all(tables.map((table) => isAudited(client, table)));
  return tables.filter((_table, index) => states[index]);
}

async function read(props: AuditingProps, context: Context): Promise<Observation<AuditingData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const [rows, tables] = await Promise.all([
    client.list("organizations", { select: ["organizationid", "isauditenabled", "auditretentionperiodv2"] }),
    auditedTables(client, props.tables),
  ]);
  const row = rows?.[0];
  if (row === undefined) throw missingDependency("the organization row");
  const id = textAt(row, "organizationid");
  return {
    status: "present",
    id,
    fields: {
      enabled: row["isauditenabled"] === true,
      retentionDays: numberAt(row, "auditretentionperiodv2") ?? null,
      tables,
    },
    data: { organizationId: id },
  };
}

/** Auditing of a table is part of its definition: the whole definition is read, changed, written, and published. */
async function auditTable(client: Dataverse, table: string): Promise<void> {
  const definition = await client.tableDefinition(table);
  if (definition === undefined) {
    throw new PscError({
      code: "PSC-E423",
      message: `table ${table} of \`environment.audit.tables\` does not exist in this environment`,
      remedy: "check the logical name; tables of a package can be audited once it is installed",
    });
  }
  const flag = asRow(definition["IsAuditEnabled"]);
  if (flag["CanBeChanged"] === false) {
    throw new PscError({
      code: "PSC-E440",
      message: `auditing of table ${table} cannot be switched on: its managed properties forbid it`,
      remedy: "remove the table from `environment.audit.tables`",
      side: "service",
    });
  }
  await client.replaceTableDefinition(table, { ...definition, IsAuditEnabled: { ...flag, Value: true } });
}

async function apply(
  props: AuditingProps,
  organizationId: string,
  changed: (field: string) => boolean,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  const settings = {
    ...(changed("enabled") ? { isauditenabled: true } : {}),
    ...(changed("retentionDays") ? { auditretentionperiodv2: props.retentionDays } : {}),
  };
  if (Object.keys(settings).length > 0) await client.update("organizations", organizationId, settings);
  if (!changed("tables")) return undefined;
  const audited = await auditedTables(client, props.tables);
  const missing = props.tables.filter((table) => !audited.includes(table));
  // One after the other: the platform serialises changes of table definitions anyway.
  for (const table of missing) await auditTable(client, table);
  if (missing.length > 0) {
    const entities = missing.map((table) => `<entity>${table}</entity>`).join("");
    await client.callAction("PublishXml", {
      ParameterXml: `<importexportxml><entities>${entities}</entities></importexportxml>`,
    });
  }
  return undefined;
}

export const auditing = defineKind<AuditingProps, AuditingData>({
  kind: "dataverse.auditing",
  summary: "Dataverse auditing: the organization's switch, retention, and the tables that matter",
  step: 1,
  api: "Dataverse Web API: organizations, EntityDefinitions",
  persona: "System Administrator",
  permissions: {
    read: ["prvReadOrganization", "prvReadEntity"],
    write: ["prvWriteOrganization", "prvWriteEntity", "prvPublishCustomization"],
  },
  sources: [
    "Power Platform: Manage Dataverse auditing",
    "Dataverse: Configure auditing",
    "Dataverse: Create and update table definitions using the Web API",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: () => "auditing",
  detail: ({ tables, retentionDays }) => `${tables.join(", ")}; ${retentionDays} days`,
  declared: ({ tables, retentionDays }) => ({ enabled: true, retentionDays, tables }),
  read,
  async create(props, context) {
    const seen = await read(props, context);
    if (seen.status !== "present") throw missingDependency("the environment");
    return apply(props, seen.data.organizationId, () => true, context);
  },
  update: (props, { data }, changes: readonly FieldChange[], context) =>
    apply(props, data.organizationId, (field) => changes.some(({ path }) => path === field), context),
});

export function auditingResources(spec: EnvironmentSpec): Resource[] {
  const { audit } = spec.environment;
  return audit === undefined ? [] : [auditing.resource({ props: audit, dependsOn: [environment.address()] })];
}
