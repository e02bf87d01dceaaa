import type { PermissionList } from "../../src/permissions.ts";
import type { ParsedJson } from "../harness/sandbox.ts";
import { type Auditor, administrator, ROLE_ID } from "./auditor-identity.ts";
import type { Workplace } from "./support.ts";

/** A permission and how to take it away from the auditor. */
export interface Taking {
  readonly name: string;
  readonly take: () => Promise<void>;
}

type Row = Readonly<Record<string, ParsedJson>>;

/** Everything the auditor was given, each with a way to take just that away. */
export async function takings(
  place: Workplace,
  auditor: Auditor,
  domain: string,
  vault: string,
  list: PermissionList,
): Promise<readonly Taking[]> {
  const { control } = place.sandbox;
  const rowsAt = async (path: string): Promise<Row[]> =>
    Object.values((await control("GET", `state?path=${encodeURIComponent(path)}`)).body ?? {});
  const edit = async (body: object): Promise<void> => {
    const { status, text } = await control("POST", "state", body);
    if (status !== 200) throw new Error(`${JSON.stringify(body)}: ${text}`);
  };
  const ask = administrator(place);
  const api = `https://${domain}.crm.dynamics.com/api/data/v9.2`;
  const { value: privileges } = await ask("GET", `${api}/privileges?$select=name,privilegeid`);
  const privilegeOf = (name: string): string =>
    privileges.find((row: Row) => row["name"].toLowerCase() === name.toLowerCase())?.privilegeid;
  const given = await rowsAt(`dataverse/organizations/${domain}/tables/roleprivileges`);
  const idOf = new Map(
    list.services.flatMap(({ permissions }) => permissions.map(({ name, id }) => [name, id] as const)),
  );
  const each = (names: readonly string[], take: (name: string) => Promise<void>): Taking[] =>
    names.map((name) => ({ name, take: () => take(name) }));
  return [
    ...each(auditor.names("graph"), (name) =>
      edit({
        path: "graph/appRoleAssignments",
        where: { principalId: auditor.objectId, appRoleId: idOf.get(name) },
        delete: true,
      }),
    ),
    ...each(auditor.names("azure"), async (name) => {
      const role = (await rowsAt("arm/roleDefinitions"))[0];
      const actions = role?.["actions"].filter((action: string) => action !== name);
      await edit({ path: "arm/roleDefinitions", where: { id: ROLE_ID.split("/").at(-1) }, set: { actions } });
    }),
    ...each(auditor.names("dataverse"), (name) =>
      edit({
        path: `dataverse/organizations/${domain}/tables/roleprivileges`,
        where: {
          roleprivilegeid: given.find((row) => row["privilegeid"] === privilegeOf(name))?.["roleprivilegeid"],
        },
        delete: true,
      }),
    ),
    ...each(auditor.names("key-vault"), () =>
      edit({ path: "keyVault/vaults", where: { name: vault }, set: { roleAssignments: [] } }),
    ),
    ...each(["Power Platform Administrator"], () =>
      edit({ path: "bap/managementApplications", where: { applicationId: auditor.appId }, delete: true }),
    ),
  ];
}
