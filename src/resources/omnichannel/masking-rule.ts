import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, MaskingRuleSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "./channels.ts";

// Not `maskingrule`: that one masks columns of Dataverse.
const TABLE = "msdyn_maskingrule";
const ACTIVE = 0;

/** All rules of the organization; undefined while the table is missing. */
export function listMaskingRules(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [
      `${TABLE}id`,
      "msdyn_name",
      "msdyn_regular_expression",
      "msdyn_masked_character",
      "msdyn_description",
      "statecode",
    ],
  });
}

async function read(props: MaskingRuleSpec, context: Context): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await listMaskingRules(client);
  if (rows === undefined) return ABSENT_TABLE;
  const same = rows.filter((row) => textAt(row, "msdyn_name") === props.name);
  const row = onlyRow(same, `${TABLE}id`, `masking rule "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  return {
    status: "present",
    id,
    fields: {
      pattern: textAt(row, "msdyn_regular_expression"),
      character: textAt(row, "msdyn_masked_character"),
      description: textAt(row, "msdyn_description"),
      active: (numberAt(row, "statecode") ?? ACTIVE) === ACTIVE,
    },
    data: { id },
  };
}

function columnsOf({ pattern, character, description }: MaskingRuleSpec): Record<string, string> {
  return {
    msdyn_regular_expression: pattern,
    msdyn_masked_character: character,
    msdyn_description: description,
  };
}

export const maskingRule = defineKind<MaskingRuleSpec, { readonly id: string }>({
  kind: "omnichannel.masking-rule",
  summary: "Rule that hides private data in conversations",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvWrite${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/data-masking-settings.md",
    `Dataverse table reference: ${TABLE}`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `masking rule "${name}"`,
  detail: ({ pattern }) => pattern,
  declared: ({ pattern, character, description }) => ({ pattern, character, description, active: true }),
  read,
  async create(props, context) {
    await requireOrganization(context).create(`${TABLE}s`, { msdyn_name: props.name, ...columnsOf(props) });
    return undefined;
  },
  async update(props, { data }, _changes, context) {
    await requireOrganization(context).update(`${TABLE}s`, data.id, {
      ...columnsOf(props),
      statecode: ACTIVE,
      statuscode: 1,
    });
    return undefined;
  },
  destroy: deletesRow(`${TABLE}s`),
});

export function maskingRuleResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.omnichannel.masking.rules.map((declared) =>
    maskingRule.resource({
      name: declared.name,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    }),
  );
}
