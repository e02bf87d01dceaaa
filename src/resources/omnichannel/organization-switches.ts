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

/** A table of one row, which its product makes. */
export interface SettingsTable {
  readonly name: string;
  /** Its row, in words. */
  readonly what: string;
  /** What brings the row. */
  readonly comesWith: string;
  /** Who may change it. */
  readonly persona: KindInfo["persona"];
}

const OMNICHANNEL: SettingsTable = {
  name: "msdyn_omnichannelconfiguration",
  what: "Omnichannel configuration",
  comesWith: "Omnichannel",
  persona: "Omnichannel Administrator",
};

/** True when at least one switch is declared. */
export function isDeclared(switches: Switches<string>): boolean {
  return Object.values(switches).some((value) => value !== undefined);
}

/**
 * A kind for some of the switches in the one row of a settings table, which the service makes.
 * Source: Dataverse table reference, msdyn_omnichannelconfiguration.
 * @param columns the column of each switch.
 * @param table Omnichannel's configuration unless told otherwise.
 */
export function defineSwitches<Name extends string>(
  about: Pick<KindInfo, "kind" | "summary" | "step" | "sources"> & {
    readonly label: string;
    readonly columns: Readonly<Record<Name, string>>;
    readonly table?: SettingsTable;
  },
): Kind<Switches<Name>, undefined> {
  const names = Object.keys(about.columns) as Name[];
  const { name: table, what, comesWith, persona } = about.table ?? OMNICHANNEL;
  const declaredOf = (switches: Switches<Name>): [Name, boolean][] =>
    names.flatMap((name): [Name, boolean][] => {
      const value = switches[name];
      return value === undefined ? [] : [[name, value]];
    });

  async function read(_props: Switches<Name>, context: Context): Promise<Observation<undefined>> {
    const client = organization(context);
    if (client === undefined) return ABSENT_ENVIRONMENT;
    const rows = await client.list(`${table}s`);
    const row = onlyRow(rows ?? [], `${table}id`, what);
    if (row === undefined)
      return { status: "absent", reason: `its row comes with ${comesWith}, which is not ready yet` };
    return {
      status: "present",
      id: textAt(row, `${table}id`),
      fields: Object.fromEntries(names.map((name) => [name, valueAt(row, about.columns[name]) === true])),
      data: undefined,
    };
  }

  async function write(switches: Switches<Name>, id: string, context: Context): Promise<undefined> {
    const row = Object.fromEntries(declaredOf(switches).map(([name, value]) => [about.columns[name], value]));
    await requireOrganization(context).update(`${table}s`, id, row);
    return undefined;
  }

  return defineKind<Switches<Name>, undefined>({
    kind: about.kind,
    summary: about.summary,
    step: about.step,
    sources: about.sources,
    api: `Dataverse Web API: ${table}s`,
    persona,
    permissions: { read: [`prvRead${table}`], write: [`prvWrite${table}`] },
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
      if (seen.status !== "present") throw missingDependency(`the row of the ${what}`);
      return write(switches, seen.id, context);
    },
    update: (switches, { id }, _changes, context) => write(switches, id, context),
  });
}
