import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, PortalSpec } from "../../spec/model.ts";
import { missingDependency, organization, requireOrganization } from "../dataverse/organization.ts";
import { widget } from "../omnichannel/widget.ts";
import { settingsOf } from "./declared-settings.ts";
import { portalBinding, portalSite } from "./site.ts";
import {
  deleteValue,
  findRecord,
  readSetting,
  readSnippet,
  type SitePart,
  type SiteRecord,
  writeValue,
} from "./site-tables.ts";

export interface SettingProps {
  readonly portal: PortalSpec;
  readonly name: string;
}

interface ValueData {
  readonly id: string;
}

/** The script tag of the declared widget; empty while the service has not made it. */
export function snippetOf(portal: PortalSpec, context: Context): string {
  return portal.widget === undefined ? "" : (widget.data(context, portal.widget)?.snippet ?? "");
}

/** What the site is told to wait for: the site, its binding, and the widget whose script it shows. */
export function siteAddresses(portal: PortalSpec): string[] {
  return [
    portalSite.address(),
    ...(portal.websiteRecord === undefined ? [] : [portalBinding.address()]),
    ...(portal.widget === undefined ? [] : [widget.address(portal.widget)]),
  ];
}

export async function requireRecord(portal: PortalSpec, context: Context): Promise<SiteRecord> {
  const record = await findRecord(
    requireOrganization(context),
    portal,
    portalSite.data(context)?.websiteRecordId,
  );
  if (record === undefined) throw missingDependency("the website record");
  return record;
}

async function readPart(
  part: SitePart,
  portal: PortalSpec,
  name: string,
  context: Context,
): Promise<Observation<ValueData>> {
  const client = organization(context);
  const site = portalSite.data(context);
  if (client === undefined || site === undefined)
    return { status: "absent", reason: "the site does not exist yet" };
  const record = await findRecord(client, portal, site.websiteRecordId);
  if (record === undefined) return { status: "absent", reason: "the site has no website record yet" };
  const found = await (part === "setting" ? readSetting : readSnippet)(client, record, name);
  if (found === undefined) return { status: "absent" };
  return { status: "present", id: found.id, fields: { value: found.value }, data: { id: found.id } };
}

async function writePart(
  part: SitePart,
  portal: PortalSpec,
  name: string,
  value: string,
  context: Context,
): Promise<undefined> {
  await writeValue(requireOrganization(context), await requireRecord(portal, context), part, name, value);
  return undefined;
}

const common = {
  step: 14,
  persona: "Power Platform Administrator",
  nature: "managed",
  partOf: "portal.site",
} as const;

function settingValue({ portal, name }: SettingProps, context: Context): string {
  return settingsOf(portal, snippetOf(portal, context)).get(name) ?? "";
}

export const portalSetting = defineKind<SettingProps, ValueData>({
  ...common,
  kind: "portal.setting",
  summary: "Site setting: sign-in, registration, content security policy and others",
  api: "Dataverse Web API: powerpagecomponents or adx_sitesettings, by the site's data model",
  permissions: {
    read: ["prvReadpowerpagesite", "prvReadpowerpagecomponent"],
    write: ["prvCreatepowerpagecomponent", "prvWritepowerpagecomponent", "prvDeletepowerpagecomponent"],
  },
  sources: [
    "Power Pages: Configure site settings; OpenID Connect provider settings; Manage content security policy",
    "Power Pages: Enhanced data model",
  ],
  label: ({ name }) => `site setting ${name}`,
  detail: () => "",
  declared: (props, context) => ({ value: settingValue(props, context) }),
  read: ({ portal, name }, context) => readPart("setting", portal, name, context),
  create: (props, context) =>
    writePart("setting", props.portal, props.name, settingValue(props, context), context),
  update: (props, _present, _changes, context) =>
    writePart("setting", props.portal, props.name, settingValue(props, context), context),
  async destroy({ portal }, { data }, context) {
    await deleteValue(requireOrganization(context), await requireRecord(portal, context), "setting", data.id);
    return undefined;
  },
});

/** Where Power Pages templates put a chat widget ("Embed chat widget in Power Pages"). */
const CHAT_SNIPPET = "Chat Widget Code";

export const portalChat = defineKind<PortalSpec, ValueData>({
  ...common,
  kind: "portal.chat",
  summary: "Content snippet that shows the chat widget of this environment on every page",
  api: "Dataverse Web API: powerpagecomponents or adx_contentsnippets, by the site's data model",
  permissions: {
    read: ["prvReadpowerpagesite", "prvReadpowerpagecomponent"],
    write: ["prvCreatepowerpagecomponent", "prvWritepowerpagecomponent", "prvDeletepowerpagecomponent"],
  },
  sources: ["Customer Service: Embed chat widget in Power Pages", "Power Pages: Enhanced data model"],
  label: ({ widget: name }) => `chat widget "${name ?? ""}" on the site`,
  detail: () => CHAT_SNIPPET,
  declared: (props, context) => ({ value: snippetOf(props, context) }),
  read: (props, context) => readPart("snippet", props, CHAT_SNIPPET, context),
  create: (props, context) => writePart("snippet", props, CHAT_SNIPPET, snippetOf(props, context), context),
  update: (props, _present, _changes, context) =>
    writePart("snippet", props, CHAT_SNIPPET, snippetOf(props, context), context),
  async destroy(props, { data }, context) {
    await deleteValue(requireOrganization(context), await requireRecord(props, context), "snippet", data.id);
    return undefined;
  },
});

/** Addresses of everything the site has to be restarted for. */
export function settingAddresses(portal: PortalSpec): string[] {
  return [
    ...[...settingsOf(portal, "").keys()].map((name) => portalSetting.address(name)),
    ...(portal.widget === undefined ? [] : [portalChat.address()]),
  ];
}

export function portalSettingResources(spec: EnvironmentSpec): Resource[] {
  const { portal } = spec;
  if (portal === undefined) return [];
  return [
    ...[...settingsOf(portal, "").keys()].map((name) =>
      portalSetting.resource({ name, props: { portal, name }, dependsOn: siteAddresses(portal) }),
    ),
    ...(portal.widget === undefined
      ? []
      : [portalChat.resource({ props: portal, dependsOn: siteAddresses(portal) })]),
  ];
}
