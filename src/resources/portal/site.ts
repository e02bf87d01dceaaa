import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, PortalSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";
import { portalPerson } from "./person.ts";
import { findRecord } from "./site-tables.ts";
import { findSite, isPerson, requireEnvironmentId, type SiteData } from "./website.ts";

const READY = "OperationComplete";

async function read(props: PortalSpec, context: Context): Promise<Observation<SiteData>> {
  if (environment.data(context) === undefined) return ABSENT_ENVIRONMENT;
  if (!(await isPerson(context))) {
    const client = organization(context);
    const record = client && (await findRecord(client, props));
    if (record === undefined) return { status: "absent", reason: "a person has not deployed the portal yet" };
    // The record is all that an application can see of a site.
    const data = { siteId: "", websiteRecordId: record.id, url: "" };
    return { status: "present", id: record.id, fields: { record: true }, data };
  }
  const site = await findSite(props, context);
  if (site === undefined) return { status: "absent" };
  if (site.status !== READY)
    return { status: "in-progress", what: `the site is being made (${site.status})` };
  const client = requireOrganization(context);
  const record = await findRecord(client, props, site.websiteRecordId);
  return {
    status: "present",
    id: site.id,
    fields: { record: record !== undefined },
    data: { siteId: site.id, websiteRecordId: site.websiteRecordId, url: site.url },
  };
}

async function create(props: PortalSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const environmentId = requireEnvironmentId(context);
  const { organizationId } = await client.whoAmI();
  const bound = props.websiteRecord === undefined ? undefined : await findRecord(client, props);
  if (props.websiteRecord !== undefined && bound === undefined)
    throw missingDependency(`website record "${props.websiteRecord}"`);
  await context.services.powerPages.create(environmentId, {
    name: props.name,
    subdomain: props.subdomain,
    templateName: props.template,
    selectedBaseLanguage: context.spec.environment.language,
    dataverseOrganizationId: organizationId,
    ...(bound === undefined ? {} : { websiteRecordId: bound.id }),
  });
  await context.wait("the site", { everyMs: 30_000 }, async () => {
    const site = await findSite(props, context);
    return site?.status === READY
      ? { done: true, value: undefined }
      : { done: false, note: `the site is being made (${site?.status ?? "accepted"})` };
  });
  return undefined;
}

export const portalSite = defineKind<PortalSpec, SiteData>({
  kind: "portal.site",
  summary: "Power Pages site of the patient access portal",
  step: 14,
  api: "Power Platform API: powerpages/environments/{id}/websites",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["PowerPages.Websites.Read (delegated)", "prvReadpowerpagesite"],
    write: ["PowerPages.Websites.Write (delegated)"],
  },
  sources: [
    "Power Platform REST API: Power Pages, Websites (2024-10-01)",
    "microsoft/industry:healthcare/solutions/patientAccess/readme.md",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  usualMinutes: 10,
  label: ({ subdomain }) => `site ${subdomain}`,
  detail: ({ template, visibility }) => `${template}, ${visibility}`,
  declared: () => ({ record: true }),
  read,
  create,
  async destroy(props, { data }, context) {
    if (data.siteId !== "")
      await context.services.powerPages.remove(requireEnvironmentId(context), data.siteId);
    await context.wait("the site's end", { everyMs: 15_000 }, async () =>
      (await findSite(props, context)) === undefined ? { done: true, value: undefined } : { done: false },
    );
    return undefined;
  },
});

/**
 * A site shows the website record it is bound to. One that exists already is bound anew in the admin center only:
 * no page shows an API for it (training lab, "Update Portal Binding").
 */
export const portalBinding = defineKind<PortalSpec, undefined>({
  kind: "portal.binding",
  summary: "Binding of an existing site to the website record of the solution",
  step: 14,
  api: "Power Platform API: powerpages (read only)",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["PowerPages.Websites.Read (delegated)", "prvReadpowerpagesite"],
    write: ["System Administrator"],
  },
  sources: [
    "MicrosoftLearning/IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs (Update Portal Binding)",
  ],
  nature: "gate",
  partOf: "portal.site",
  label: ({ websiteRecord }) => `binding to "${websiteRecord ?? ""}"`,
  detail: () => "a person chooses the record in the admin center",
  async read(props, context) {
    const site = portalSite.data(context);
    const client = organization(context);
    if (site === undefined || client === undefined)
      return { status: "absent", reason: "the site does not exist yet" };
    const record = await findRecord(client, props);
    return record !== undefined && record.id.toLowerCase() === site.websiteRecordId.toLowerCase()
      ? { status: "present", id: record.id, fields: {}, data: undefined }
      : { status: "absent" };
  },
  instructions: (props, context) => ({
    steps: [
      `Open the site ${props.subdomain} in the Power Platform admin center under Resources > Power Pages sites`,
      `Choose Site Details > Edit > Website record and pick "${props.websiteRecord ?? ""}"`,
      "Save, and restart the site",
    ],
    link: `https://admin.powerplatform.microsoft.com/environments/environment/${environment.data(context)?.id ?? ""}/hub`,
    probe: "the site's website record is the declared one",
    usualMinutes: 5,
    simulation: {
      action: "portal-binding",
      payload: { subdomain: props.subdomain, name: props.websiteRecord ?? "" },
    },
  }),
});

export function portalSiteResources(spec: EnvironmentSpec): Resource[] {
  const { portal } = spec;
  if (portal === undefined) return [];
  return [
    portalSite.resource({ props: portal, dependsOn: [environment.address(), portalPerson.address()] }),
    ...(portal.websiteRecord === undefined
      ? []
      : [portalBinding.resource({ props: portal, dependsOn: [portalSite.address()] })]),
  ];
}
