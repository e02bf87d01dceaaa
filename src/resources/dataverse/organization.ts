import type { Context } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import { environment } from "../power-platform/environment.ts";

/** The environment's Dataverse; undefined while the environment does not exist. */
export function organization(context: Context): Dataverse | undefined {
  const data = environment.data(context);
  return data && context.services.dataverse(data.instanceUrl, data.version);
}

/** The environment's Dataverse for something that is about to be written. */
export function requireOrganization(context: Context): Dataverse {
  const client = organization(context);
  if (client === undefined) throw missingDependency("the environment");
  return client;
}

/** For states that the engine rules out: a dependency that should have been made before. */
export function missingDependency(what: string): PscError {
  return new PscError({
    code: "PSC-E402",
    message: `${what} is missing, although psc makes it before`,
    remedy: "run the same command again; when it stays, `psc plan` shows what happened to it",
    side: "psc",
  });
}

export const ABSENT_ENVIRONMENT = { status: "absent", reason: "the environment does not exist yet" } as const;
/** How `psc destroy` deletes a row of a table where its environment stays; a row that is gone is no error. */
export function deletesRow(entitySet: string) {
  return async (_props: unknown, { id }: { readonly id: string }, context: Context): Promise<undefined> => {
    await requireOrganization(context).delete(entitySet, id);
    return undefined;
  };
}

/** Tables come with the packages: their absence is a normal state. */
export const ABSENT_TABLE = {
  status: "absent",
  reason: "its table comes with packages that are not installed yet",
} as const;

/**
 * The one row that carries a natural key.
 * @throws PscError PSC-E401 naming all of them when there are several: psc would not know which one is meant.
 */
export function onlyRow(rows: readonly Row[], idColumn: string, what: string): Row | undefined {
  if (rows.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `there are ${rows.length} of ${what}: ${rows.map((row) => textAt(row, idColumn)).join(", ")}`,
      remedy: "rename or remove all but one of them, then run the same command again",
    });
  }
  return rows[0];
}

export interface BusinessUnit {
  readonly id: string;
  readonly name: string;
}

const rootUnits = new WeakMap<Dataverse, Promise<BusinessUnit>>();

/** The root business unit of an organisation. It never changes, so it is read once per client. */
export function rootBusinessUnit(client: Dataverse): Promise<BusinessUnit> {
  const known = rootUnits.get(client);
  if (known !== undefined) return known;
  const reading = readRootBusinessUnit(client);
  rootUnits.set(client, reading);
  reading.catch(() => rootUnits.delete(client));
  return reading;
}

async function readRootBusinessUnit(client: Dataverse): Promise<BusinessUnit> {
  const rows = await client.list("businessunits", {
    select: ["businessunitid", "name"],
    filter: "parentbusinessunitid eq null",
  });
  const root = onlyRow(rows ?? [], "businessunitid", "the root business unit");
  if (root === undefined) throw missingDependency("the root business unit");
  return { id: textAt(root, "businessunitid"), name: textAt(root, "name") };
}
