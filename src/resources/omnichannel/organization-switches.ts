import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Kind, type KindInfo } from "../../engine/resource.ts";
import { textAt, valueAt } from "../../services/json-reading.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";

/** Switches by name; those that are undefined are left as they are. */
export type Switches<Name extends string> = Readonly<Record<Name, boolean | undefined>>;

const TABLE = "msdyn_omnichannelconfiguration";

/** True when at least one switch is declared. */
export function isDeclared(switches: Switches<string>): boolean {
  return Object.values(switches).some((value) => value !== undefined);
}

/**
 * A kind for some of the switches in the one row of Omnichannel's configuration, which the service makes.
 * Source: Dataverse table reference, msdyn_omnichannelconfiguration.
 * @param columns the column of each switch.
 */
export function defineSwitches<Name extends string>(
  about: Pick<KindInfo, "kind" | "summary" | "step" | "sources"> & {
    readonly label: string;
    readonly columns: Readonly<Record<Name, string>>;
  },
): Kind<Switches<Name>, undefined> {
  const names = Object.keys(about.columns) as Name[];
  const declaredOf = (switches: Switches<Name>): [Name, boolean][] =>
    names.flatMap((name): [Name, boolean][] => {
      const value = switches[name];
      return value === undefined ? [] : [[name, value]];
    });

  async function read(_props: Switches<Name>, context: Context): Promise<Observation<undefined>> {
    const client = organization(context);
    if (client === undefined) return ABSENT_ENVIRONMENT;
    const rows = await client.list(`${TABLE}s`);
    const row = onlyRow(rows ?? [], `${TABLE}id`, "Omnichannel configuration");
    if (row === undefined)
      return { status: "absent", reason: "its row comes with Omnichannel, which is not ready yet" };
    return {
      status: "present",
      id: textAt(row, `${TABLE}id`),
      fields: Object.fromEntries(names.map((name) => [name, valueAt(row, about.columns[name]) === true])),
      data: undefined,
    };
  }

  async function write(switches: Switches<Name>, id: string, context: Context): Promise<undefined> {
    const row = Object.fromEntries(declaredOf(switches).map(([name, value]) => [about.columns[name], value]));
    await requireOrganization(context).update(`${TABLE}s`, id, row);
    return undefined;
  }

  return defineKind<Switches<Name>, undefined>({
    kind: about.kind,
    summary: about.summary,
    step: about.step,
    sources: about.sources,
    api: `Dataverse Web API: ${TABLE}s`,
    persona: "Omnichannel Administrator",
    permissions: { read: [`prvRead${TABLE}`], write: [`prvWrite${TABLE}`] },
    nature: "managed",
    partOf: "power-platform.environment",
    staysBecause: "it is a setting of the environment, not a thing of its own",
    label: () => about.label,
    detail: (switches) =>
      declaredOf(switches)
        .map(([name, value]) => `${name} ${value ? "on" : "off"}`)
        .join(", "),
    declared: (switches) => Object.fromEntries(declaredOf(switches)),
    read,
    async create(switches, context) {
      const seen = await read(switches, context);
      if (seen.status !== "present") throw missingDependency("the row of the Omnichannel configuration");
      return write(switches, seen.id, context);
    },
    update: (switches, { id }, _changes, context) => write(switches, id, context),
  });
}
