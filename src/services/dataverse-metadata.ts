import { PscError } from "../errors.ts";
import { type Row, rowsAt, textAt } from "./json-reading.ts";

export interface DataverseMetadata {
  entitySet(table: string): Promise<string>;
  navigationProperty(table: string, column: string, target?: string): Promise<string>;
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

  return {
    entitySet: (table) =>
      once(`set ${table}`, async () => {
        const name = textAt(await get(`${definition(table)}?$select=EntitySetName`), "EntitySetName");
        if (name === "") throw missing(`table ${table}`);
        return name;
      }),
    async navigationProperty(table, column, target) {
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
      if (name === "")
        throw missing(`lookup ${table}.${column}${target === undefined ? "" : ` to ${target}`}`);
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
