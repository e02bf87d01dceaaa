import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { textAt } from "../../services/json-reading.ts";
import type { ManifestPackage } from "../../spec/model.ts";

/** The names of a list that a table has no row for, compared without case as Dataverse compares. */
async function absentNames(
  client: Dataverse,
  entitySet: string,
  column: string,
  wanted: readonly string[],
): Promise<string[]> {
  if (wanted.length === 0) return [];
  const rows = await client.list(entitySet, {
    select: [column],
    filter: wanted.map((name) => `${column} eq ${quoted(name)}`).join(" or "),
  });
  const found = new Set((rows ?? []).map((row) => textAt(row, column).toLowerCase()));
  return wanted.filter((name) => !found.has(name.toLowerCase()));
}

async function absentColumns(client: Dataverse, wanted: readonly string[]): Promise<string[]> {
  const tables = new Map<string, string[]>();
  for (const entry of wanted) {
    const [table = "", column = ""] = entry.split(".");
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  const missing = await Promise.all(
    [...tables].map(async ([table, columns]) => {
      const known = await client.columns(table);
      return columns
        .filter((column) => known === undefined || !known.has(column))
        .map((column) => `${table}.${column}`);
    }),
  );
  return missing.flat();
}

/**
 * What an installed package should have brought and has not: solutions, roles, columns. Presence is the proof;
 * versions move weekly and prove nothing. Each entry says what it is, for messages.
 */
export async function missingProof(client: Dataverse, proof: ManifestPackage["proof"]): Promise<string[]> {
  const [solutions, roles, columns] = await Promise.all([
    absentNames(client, "solutions", "uniquename", proof.solutions),
    absentNames(client, "roles", "name", proof.roles),
    absentColumns(client, proof.columns),
  ]);
  return [
    ...solutions.map((name) => `solution ${name}`),
    ...roles.map((name) => `role "${name}"`),
    ...columns.map((name) => `column ${name}`),
  ];
}
