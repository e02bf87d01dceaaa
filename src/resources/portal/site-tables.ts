import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { asRow, type Row, textAt } from "../../services/json-reading.ts";
import type { PortalSpec } from "../../spec/model.ts";
import { onlyRow } from "../dataverse/organization.ts";

/**
 * The two data models of Power Pages: rows of their own tables (`adx_*`), or components with JSON inside
 * (`powerpagecomponents`). Sources: "Enhanced data model" (Power Pages documentation);
 * microsoft/powerplatform-vscode (WebsiteUtil.ts, site settings). Assumption: a content snippet's JSON holds its text
 * as `value`, as a site setting's does.
 */

export interface SiteRecord {
  readonly model: "standard" | "enhanced";
  readonly id: string;
  readonly name: string;
}

export interface SiteValue {
  readonly id: string;
  readonly value: string;
  /** The whole JSON of an enhanced component: what psc does not know stays in it. */
  readonly content: Row;
}

export type SitePart = "setting" | "snippet";

const COMPONENT_TYPES: Readonly<Record<SitePart, number>> = { snippet: 7, setting: 9 };
const STANDARD: Readonly<Record<SitePart, string>> = {
  snippet: "adx_contentsnippet",
  setting: "adx_sitesetting",
};
const HTML = 756150001;

async function recordsNamed(client: Dataverse, name: string): Promise<readonly SiteRecord[]> {
  const [enhanced, standard] = await Promise.all([
    client.list("powerpagesites", {
      select: ["powerpagesiteid", "name"],
      filter: `name eq ${quoted(name)}`,
    }),
    client.list("adx_websites", {
      select: ["adx_websiteid", "adx_name"],
      filter: `adx_name eq ${quoted(name)}`,
    }),
  ]);
  return [
    ...(enhanced ?? []).map((row) => ({
      model: "enhanced" as const,
      id: textAt(row, "powerpagesiteid"),
      name: textAt(row, "name"),
    })),
    ...(standard ?? []).map((row) => ({
      model: "standard" as const,
      id: textAt(row, "adx_websiteid"),
      name: textAt(row, "adx_name"),
    })),
  ];
}

/** The website record by its name; with an id, the one of that id. Undefined while there is none. */
export async function findRecord(
  client: Dataverse,
  props: Pick<PortalSpec, "name" | "websiteRecord">,
  id?: string,
): Promise<SiteRecord | undefined> {
  const name = props.websiteRecord ?? props.name;
  const records = (await recordsNamed(client, name)).filter(
    (record) => id === undefined || record.id.toLowerCase() === id.toLowerCase(),
  );
  onlyRow(
    records.map((record) => ({ id: record.id })),
    "id",
    `website record "${name}"`,
  );
  return records[0];
}

function parsed(text: string): Row {
  try {
    return asRow(JSON.parse(text));
  } catch {
    return {};
  }
}

async function readValue(
  client: Dataverse,
  record: SiteRecord,
  part: SitePart,
  name: string,
): Promise<SiteValue | undefined> {
  const what = `site ${part} "${name}" of "${record.name}"`;
  if (record.model === "standard") {
    const table = STANDARD[part];
    const rows = await client.list(`${table}s`, {
      select: [`${table}id`, "adx_name", "adx_value"],
      filter: `_adx_websiteid_value eq ${record.id} and adx_name eq ${quoted(name)}`,
    });
    const row = onlyRow(rows ?? [], `${table}id`, what);
    return row && { id: textAt(row, `${table}id`), value: textAt(row, "adx_value"), content: {} };
  }
  const rows = await client.list("powerpagecomponents", {
    select: ["powerpagecomponentid", "name", "content"],
    filter: `_powerpagesiteid_value eq ${record.id} and powerpagecomponenttype eq ${COMPONENT_TYPES[part]} and name eq ${quoted(name)}`,
  });
  const row = onlyRow(rows ?? [], "powerpagecomponentid", what);
  if (row === undefined) return undefined;
  const content = parsed(textAt(row, "content"));
  return { id: textAt(row, "powerpagecomponentid"), value: textAt(content, "value"), content };
}

export const readSetting = (
  client: Dataverse,
  record: SiteRecord,
  name: string,
): Promise<SiteValue | undefined> => readValue(client, record, "setting", name);

export const readSnippet = (
  client: Dataverse,
  record: SiteRecord,
  name: string,
): Promise<SiteValue | undefined> => readValue(client, record, "snippet", name);

/** Writes a setting or a snippet, in the model of its site. */
export async function writeValue(
  client: Dataverse,
  record: SiteRecord,
  part: SitePart,
  name: string,
  value: string,
): Promise<void> {
  const present = await readValue(client, record, part, name);
  if (record.model === "standard") {
    const table = STANDARD[part];
    if (present !== undefined) await client.update(`${table}s`, present.id, { adx_value: value });
    else
      await client.create(`${table}s`, {
        adx_name: name,
        adx_value: value,
        ...(await client.lookup(table, "adx_websiteid", "adx_website", record.id)),
      });
    return;
  }
  const content = JSON.stringify({
    ...(part === "setting" ? { source: 0 } : { type: HTML, display_name: name }),
    ...present?.content,
    value,
  });
  if (present !== undefined) await client.update("powerpagecomponents", present.id, { content });
  else
    await client.create("powerpagecomponents", {
      name,
      powerpagecomponenttype: COMPONENT_TYPES[part],
      content,
      ...(await client.lookup("powerpagecomponent", "powerpagesiteid", "powerpagesite", record.id)),
    });
}

export async function deleteValue(
  client: Dataverse,
  record: SiteRecord,
  part: SitePart,
  id: string,
): Promise<void> {
  await client.delete(record.model === "standard" ? `${STANDARD[part]}s` : "powerpagecomponents", id);
}
