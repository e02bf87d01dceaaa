import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, PortalSpec } from "../../spec/model.ts";
import { missingDependency, organization, requireOrganization } from "../dataverse/organization.ts";
import { declarationOf, digestOf, MARKER } from "./person.ts";
import { requireRecord, settingAddresses, snippetOf } from "./setting.ts";
import { portalSite } from "./site.ts";
import { findRecord, readSetting, writeValue } from "./site-tables.ts";
import { isPerson, ONLY_A_PERSON, requireEnvironmentId } from "./website.ts";

/** The spec's part first, which an application can compare too; then that of everything that is shown. */
function markOf(props: PortalSpec, context: Context): string {
  return `${declarationOf(props)} ${digestOf(props, snippetOf(props, context))}`;
}

async function read(props: PortalSpec, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  const site = portalSite.data(context);
  if (client === undefined || site === undefined)
    return { status: "absent", reason: "the site does not exist yet" };
  if (!(await isPerson(context))) return ONLY_A_PERSON;
  const record = await findRecord(client, props, site.websiteRecordId);
  const marker = record && (await readSetting(client, record, MARKER));
  if (marker === undefined) return { status: "absent", reason: "the site has not been restarted by psc yet" };
  return { status: "present", id: marker.id, fields: { restartedFor: marker.value }, data: undefined };
}

/** Restarts first: a run that ends between the two restarts once more, which does no harm. */
async function restart(props: PortalSpec, context: Context): Promise<undefined> {
  const siteId = portalSite.data(context)?.siteId;
  if (siteId === undefined) throw missingDependency("the site");
  await context.services.powerPages.restart(requireEnvironmentId(context), siteId);
  const record = await requireRecord(props, context);
  await writeValue(requireOrganization(context), record, "setting", MARKER, markOf(props, context));
  return undefined;
}

export const portalRestart = defineKind<PortalSpec, undefined>({
  kind: "portal.restart",
  summary: "Restart of the site, by which settings and snippets come into force",
  step: 14,
  api: "Power Platform API: powerpages (restart)",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["prvReadpowerpagesite", "prvReadpowerpagecomponent"],
    write: ["PowerPages.Websites.Write (delegated)", "prvWritepowerpagecomponent"],
  },
  sources: ["Power Platform REST API: Power Pages, Websites - Restart Website (2024-10-01)"],
  nature: "managed",
  partOf: "portal.site",
  staysBecause: "it is no object, and its mark goes with the site",
  usualMinutes: 2,
  label: ({ subdomain }) => `restart of site ${subdomain}`,
  detail: () => "after its settings",
  declared: (props, context) => ({ restartedFor: markOf(props, context) }),
  read,
  create: restart,
  update: (props, _present, _changes, context) => restart(props, context),
});

export function portalRestartResources(spec: EnvironmentSpec): Resource[] {
  const { portal } = spec;
  return portal === undefined
    ? []
    : [
        portalRestart.resource({
          props: portal,
          dependsOn: [portalSite.address(), ...settingAddresses(portal)],
        }),
      ];
}
