import { PscError } from "../errors.ts";
import { type Row, rowsAt, textAt } from "./json-reading.ts";
import type { KnownNames } from "./known-names.ts";

export interface DataverseMetadata {
  entitySet(table: string): Promise<string>;
  navigationProperty(table: string, column: string, target?: string): Promise<string>;
  /**
   * The same, for a write: it may be from an earlier run. A wrong name in a write is refused; in a read it would pass for
   * a column that no package has brought yet.
   */
  boundName(table: string, column: string, target: string): Promise<string>;
  tableDefinition(table: string): Promise<Row | undefined>;
  columns(table: string): Promise<ReadonlySet<string> | undefined>;
}

/**
 * An organisation's own description of its tables. Names of entity sets and navigation properties are looked up
 * instead of being written down: their spelling follows no rule (`msdyn_decisionrulesetid` is the navigation property
 * of the column `msdyn_prequeueoverflowrulesetid`), and the wrong case is refused.
 * Source: "Query table definitions using the Web API" (EntityDefinitions, ManyToOneRelationships).
 * @param get reads one document below the Web API root; undefined when it does not exist.
 */
export function createMetadata(
  get: (path: string) => Promise<Row | undefined>,
  origin: string,
  names?: KnownNames,
): DataverseMetadata {
  const known = new Map<string, Promise<unknown>>();

  /** Remembers what was found, and forgets failures: a table may come with the next package. */
  function once<T>(key: string, look: () => Promise<T>): Promise<T> {
    const running = known.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const started = look();
    known.set(key, started);
    started.catch(() => known.delete(key));
    return started;
  }

  function missing(what: string): PscError {
    return new PscError({
      code: "PSC-E423",
      message: `${new URL(origin).host} has no ${what}`,
      remedy: "check that the packages and channels the spec needs are installed: `psc status`",
      side: "service",
    });
  }

  const definition = (table: string): string => `EntityDefinitions(LogicalName='${table}')`;

  async function navigationProperty(table: string, column: string, target?: string): Promise<string> {
    const relations = await once(`relations ${table}`, async () => {
      const found = await get(
        `${definition(table)}/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName`,
      );
      if (found === undefined) throw missing(`table ${table}`);
      return rowsAt(found, "value");
    });
    const fitting = relations.filter(
      (relation) =>
        textAt(relation, "ReferencingAttribute") === column &&
        (target === undefined || textAt(relation, "ReferencedEntity") === target),
    );
    const name = textAt(fitting[0], "ReferencingEntityNavigationPropertyName");
    if (name === "") throw missing(`lookup ${table}.${column}${target === undefined ? "" : ` to ${target}`}`);
    return name;
  }

  return {
    entitySet: (table) =>
      once(`set ${table}`, async () => {
        const kept = names?.get(`set ${table}`);
        if (kept !== undefined) return kept;
        const name = textAt(await get(`${definition(table)}?$select=EntitySetName`), "EntitySetName");
        if (name === "") throw missing(`table ${table}`);
        names?.set(`set ${table}`, name);
        return name;
      }),
    navigationProperty,
    async boundName(table, column, target) {
      const key = `lookup ${table}.${column} to ${target}`;
      const kept = names?.get(key);
      if (kept !== undefined) return kept;
      const name = await navigationProperty(table, column, target);
      names?.set(key, name);
      return name;
    },
    tableDefinition: (table) => get(definition(table)),
    async columns(table) {
      const found = await get(`${definition(table)}/Attributes?$select=LogicalName`);
      return found === undefined
        ? undefined
        : new Set(rowsAt(found, "value").map((column) => textAt(column, "LogicalName")));
    },
  };
}
