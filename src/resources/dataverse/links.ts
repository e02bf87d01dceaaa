import type { Dataverse } from "../../services/dataverse.ts";

/**
 * Makes the rows behind a many-to-many relationship exactly the wanted ones. Links are set members: each is added or
 * taken away once, and a link that is there already, or gone already, is no error.
 * @param path the row whose links are set, such as `msdyn_cannedmessages(<id>)`.
 */
export async function linkExactly(
  client: Dataverse,
  path: string,
  navigation: string,
  target: {
    readonly entitySet: string;
    readonly present: readonly string[];
    readonly wanted: readonly string[];
  },
): Promise<void> {
  const { entitySet, present, wanted } = target;
  for (const id of wanted)
    if (!present.includes(id)) await client.associate(path, navigation, `${entitySet}(${id})`);
  for (const id of present)
    if (!wanted.includes(id)) await client.disassociate(path, navigation, `${entitySet}(${id})`);
}
