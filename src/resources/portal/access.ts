import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, PortalSpec } from "../../spec/model.ts";
import { missingDependency } from "../dataverse/organization.ts";
import { portalRestart } from "./restart.ts";
import { portalSite } from "./site.ts";
import { findSite, isPerson, ONLY_A_PERSON, requireEnvironmentId } from "./website.ts";

interface AccessData {
  readonly siteId: string;
}

async function read(props: PortalSpec, context: Context): Promise<Observation<AccessData>> {
  const site = portalSite.data(context);
  if (site === undefined) return { status: "absent", reason: "the site does not exist yet" };
  if (!(await isPerson(context))) return ONLY_A_PERSON;
  const environmentId = requireEnvironmentId(context);
  const { powerPages } = context.services;
  const [found, firewall, addresses] = await Promise.all([
    findSite(props, context),
    powerPages.firewall(environmentId, site.siteId),
    props.allowedAddresses === undefined
      ? undefined
      : powerPages.allowedAddresses(environmentId, site.siteId),
  ]);
  return {
    status: "present",
    id: site.siteId,
    fields: {
      firewall,
      ...(addresses === undefined ? {} : { allowedAddresses: [...addresses] }),
      visibility: found?.visibility ?? null,
    },
    data: { siteId: site.siteId },
  };
}

/** Adds before it takes away: an empty list would open the site to everybody. */
async function writeAddresses(props: PortalSpec, siteId: string, context: Context): Promise<void> {
  const environmentId = requireEnvironmentId(context);
  const { powerPages } = context.services;
  const wanted = props.allowedAddresses ?? [];
  const present = await powerPages.allowedAddresses(environmentId, siteId);
  const missing = wanted.filter((address) => !present.includes(address));
  const others = present.filter((address) => !wanted.includes(address));
  if (missing.length > 0) await powerPages.allow(environmentId, siteId, missing);
  if (others.length > 0) await powerPages.disallow(environmentId, siteId, others);
}

async function write(
  props: PortalSpec,
  changed: (field: string) => boolean,
  context: Context,
): Promise<undefined> {
  const siteId = portalSite.data(context)?.siteId;
  if (siteId === undefined) throw missingDependency("the site");
  const environmentId = requireEnvironmentId(context);
  const { powerPages } = context.services;
  if (props.allowedAddresses !== undefined && changed("allowedAddresses"))
    await writeAddresses(props, siteId, context);
  if (changed("firewall")) {
    await powerPages.setFirewall(environmentId, siteId, props.firewall);
    await context.wait("the firewall", { everyMs: 30_000 }, async () =>
      (await powerPages.firewall(environmentId, siteId)) === props.firewall
        ? { done: true, value: undefined }
        : { done: false },
    );
  }
  // Last, so that nobody sees the site before it is protected.
  if (changed("visibility")) await powerPages.setVisibility(environmentId, siteId, props.visibility);
  return undefined;
}

export const portalAccess = defineKind<PortalSpec, AccessData>({
  kind: "portal.access",
  summary: "Who reaches the site: visibility, allowed addresses, web application firewall",
  step: 14,
  api: "Power Platform API: powerpages (ipaddressrules, enableWaf, updateSiteVisibility)",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["PowerPages.Websites.Read (delegated)", "prvReadpowerpagesite"],
    write: ["PowerPages.Websites.Write (delegated)"],
  },
  sources: [
    "Power Platform REST API: Power Pages, Websites (2024-10-01)",
    "Power Pages: Restrict access by IP address; Web application firewall; Site visibility",
  ],
  nature: "managed",
  partOf: "portal.site",
  staysBecause: "it goes with the site",
  usualMinutes: ({ firewall }) => (firewall ? 15 : 0),
  label: ({ subdomain }) => `access to site ${subdomain}`,
  detail: ({ visibility, firewall, allowedAddresses }) =>
    [
      visibility,
      firewall ? "firewall" : "no firewall",
      ...(allowedAddresses === undefined ? [] : [`from ${allowedAddresses.join(", ") || "everywhere"}`]),
    ].join(", "),
  declared: ({ firewall, visibility, allowedAddresses }) => ({
    firewall,
    ...(allowedAddresses === undefined ? {} : { allowedAddresses }),
    visibility,
  }),
  read,
  create: (props, context) => write(props, () => true, context),
  update: (props, _present, changes, context) =>
    write(props, (field) => changes.some(({ path }) => path.split(/[.[]/)[0] === field), context),
});

export function portalAccessResources(spec: EnvironmentSpec): Resource[] {
  const { portal } = spec;
  return portal === undefined
    ? []
    : [
        portalAccess.resource({
          props: portal,
          dependsOn: [
            portalSite.address(),
            // Public only once the settings that protect it are in force.
            ...(portal.visibility === "public" ? [portalRestart.address()] : []),
          ],
        }),
      ];
}
