import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { type Row, textAt } from "../../services/json-reading.ts";

/**
 * Ids of managed roles in the root business unit, equal in every organisation that exported them publicly. Only used
 * to choose between several roles of one name. Source: delegateas/XrmBedrock:test/Tests/MetadataGenerated/SecurityRoles.
 */
const SHIPPED_ROLE_IDS: ReadonlySet<string> = new Set([
  "c30bdbfe-7553-e811-8147-000d3aa39708",
  "e4435009-7653-e811-8147-000d3aa39708",
  "f7f90019-dc14-e911-816a-000d3a069ebd",
  "c49aae0a-0fda-e911-a81c-000d3af75d63",
  "6beb51c1-0eda-e911-a81c-000d3af75d63",
  "61649654-ced8-ea11-a813-000d3a579805",
]);

function isShipped(role: Row): boolean {
  const root = textAt(role, "_parentrootroleid_value") || textAt(role, "roleid");
  return SHIPPED_ROLE_IDS.has(root.toLowerCase());
}

/**
 * The copy of a security role that belongs to a business unit: every unit has its own, and users and teams may only
 * hold that of theirs.
 * @throws PscError PSC-E443 when there is none, with the roles of similar name; PSC-E401 when there are several.
 */
export async function roleInBusinessUnit(
  client: Dataverse,
  role: string,
  businessUnitId: string,
): Promise<string> {
  const select = ["roleid", "name", "_parentrootroleid_value"];
  const rows =
    (await client.list("roles", {
      select,
      filter: `name eq ${quoted(role)} and _businessunitid_value eq ${businessUnitId}`,
    })) ?? [];
  const shipped = rows.filter(isShipped);
  const found = rows.length > 1 && shipped.length === 1 ? shipped : rows;
  if (found.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `there are ${found.length} security roles "${role}": ${found.map((row) => textAt(row, "roleid")).join(", ")}`,
      remedy: "rename all but one of them in the Power Platform admin center",
    });
  }
  const id = textAt(found[0], "roleid");
  if (id !== "") return id;
  const firstWord = role.split(" ")[0] ?? role;
  const similar = await client.list("roles", {
    select: ["name"],
    filter: `startswith(name,${quoted(firstWord)}) and _businessunitid_value eq ${businessUnitId}`,
  });
  const names = (similar ?? []).map((row) => textAt(row, "name")).sort();
  throw new PscError({
    code: "PSC-E443",
    message: `security role "${role}" does not exist in the environment`,
    remedy:
      names.length === 0
        ? "check its name, and that the package which brings it is installed"
        : `use one of: ${names.join(", ")}`,
  });
}
