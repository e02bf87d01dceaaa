import { describe, expect, test } from "vitest";
import { GRAPH_ROUTES } from "../../src/sandbox/entra/graph-service.ts";
import { prove } from "../harness/fidelity.ts";
import { graphDescriptionsAvailable, readPermissionTable, type Scheme } from "./graph/csdl.ts";

const WITHOUT = graphDescriptionsAvailable ? "" : " (skipped: the permission table is not in PSC_SPECS_DIR)";
const allowed = graphDescriptionsAvailable ? readPermissionTable() : undefined;

/** The table writes every key as `{id}` and leaves out casts and, mostly, `$ref` and `$count`. */
function tablePath(template: string): string {
  return template
    .replace(/\{[^}]+\}/g, "{id}")
    .replace(/\/microsoft\.graph\.[^/]+$/, "")
    .replace(/\/\$(count|ref)$/, "");
}

/** Permissions for products that the sandbox has no object of; it accepts them nowhere. */
const ELSEWHERE = /^(AgentIdUser|DeviceManagement|Group-|User\.ReadWrite\.CrossCloud)/;

/** Where the table and the documentation's own pages differ; the sandbox follows the pages. */
const BY_THE_PAGES: Readonly<Record<string, readonly string[]>> = {
  // "Get organization" names the same permissions for one organization as for the list.
  "GET /organization/{id}": [
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Organization.Read.All",
    "User.Read",
  ],
  // A PATCH may turn out to be an upsert, which Group.Create allows ("Upsert group").
  "PATCH /groups/{id}": ["Group.Create"],
  // "Get directoryObject" and "getByIds": Directory.ReadWrite.All is the higher privileged permission.
  "GET /directoryObjects/{id}": ["Directory.ReadWrite.All"],
  "POST /directoryObjects/getByIds": ["Directory.ReadWrite.All"],
};

/** The table knows the rules of directory roles only; "Update rules in PIM" names what those of groups take. */
const GROUP_RULES = ["RoleManagementPolicy.Read.AzureADGroup", "RoleManagementPolicy.ReadWrite.AzureADGroup"];
const byThePages = (operation: string): readonly string[] =>
  BY_THE_PAGES[operation] ?? (/ \/policies\/roleManagementPolic/.test(operation) ? GROUP_RULES : []);

/** Forgetting `/$ref` deletes the member itself; what the table has at this path is the reference. */
const DELETES_THE_MEMBER = "/groups/{key}/members/{member}";

const CASES = GRAPH_ROUTES.filter((route) => route.template !== DELETES_THE_MEMBER)
  .flatMap((route) =>
    (["DelegatedWork", "Application"] as const).map((scheme: Scheme) => ({
      operation: `${route.method} ${tablePath(route.template)}`,
      scheme,
      route,
      table: allowed?.(route.method, tablePath(route.template), scheme),
    })),
  )
  .filter(({ table }) => !graphDescriptionsAvailable || (table !== undefined && table.all.size > 0));

describe.skipIf(!graphDescriptionsAvailable)(`Graph's permission table${WITHOUT}`, () => {
  test.each(CASES)("$operation as $scheme", ({ operation, scheme, route, table }) => {
    const { permit } = route;
    const accepted = new Set([
      ...(scheme === "DelegatedWork" ? permit.scopes : [...permit.roles, ...(permit.ownedRoles ?? [])]),
      ...(permit.also ?? []),
    ]);
    const excused = byThePages(operation);
    const tooLenient = [...accepted].filter(
      (name) => table?.all.has(name) !== true && !excused.includes(name),
    );
    const tooStrict = [...(table?.least ?? [])].filter(
      (name) => !accepted.has(name) && !ELSEWHERE.test(name),
    );
    expect({ tooLenient, tooStrict }).toEqual({ tooLenient: [], tooStrict: [] });
    prove({
      api: "Microsoft Graph",
      operation: `permissions of ${operation}`,
      proof: "official description",
      source: "microsoftgraph/microsoft-graph-devx-content permissions/new/permissions.json",
    });
  });

  test("most routes are in the table", () => {
    expect(CASES.length).toBeGreaterThan(GRAPH_ROUTES.length);
  });
});
