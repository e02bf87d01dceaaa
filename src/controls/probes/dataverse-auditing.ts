import { organization } from "../../resources/dataverse/organization.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { numberAt, valueAt } from "../../services/json-reading.ts";
import { defineProbe } from "../probe.ts";

/** Patients, their cases, their conversations and what was said in these. */
const TABLES = ["contact", "incident", "msdyn_ocliveworkitem", "msdyn_transcript"];

/** Dataverse auditing as it is, whether or not the spec speaks of it. */
export const dataverseAuditing = defineProbe<{
  readonly enabled: boolean;
  readonly userAccess: boolean;
  readonly reads: boolean;
  readonly retentionDays: number | null;
  /** Of those that hold what patients say and who they are. */
  readonly tables: readonly string[];
}>({
  id: "dataverse-auditing",
  summary: "Dataverse auditing of the organization and of the tables with patients' data",
  api: "Dataverse Web API: organizations, EntityDefinitions",
  persona: "System Administrator",
  permissions: ["prvReadOrganization", "prvReadEntity"],
  sources: ["Power Platform: Manage Dataverse auditing", "Dataverse: Configure auditing"],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const [rows, definitions] = await Promise.all([
      client.list("organizations", {
        select: [
          "organizationid",
          "isauditenabled",
          "isuseraccessauditenabled",
          "isreadauditenabled",
          "auditretentionperiodv2",
        ],
      }),
      Promise.all(
        TABLES.map((table) =>
          client.get(`EntityDefinitions(LogicalName='${table}')`, {
            select: ["LogicalName", "IsAuditEnabled"],
          }),
        ),
      ),
    ]);
    const row = rows?.[0];
    if (row === undefined) return undefined;
    return {
      enabled: row["isauditenabled"] === true,
      userAccess: row["isuseraccessauditenabled"] === true,
      reads: row["isreadauditenabled"] === true,
      retentionDays: numberAt(row, "auditretentionperiodv2") ?? null,
      tables: TABLES.filter(
        (_table, index) => valueAt(definitions[index], "IsAuditEnabled", "Value") === true,
      ),
    };
  },
});
