import { createHash } from "node:crypto";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest, PortalSpec } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, organization } from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";
import { settingsOf } from "./declared-settings.ts";
import { findRecord, readSetting } from "./site-tables.ts";
import { isPerson } from "./website.ts";

/** Site setting in which psc keeps what the site was restarted for. */
export const MARKER = "psc/DeployedFor";

/** Of everything that is deployed through the portal's part. */
export function digestOf(props: PortalSpec, snippet: string): string {
  const content = JSON.stringify([props, settingsOf(props, snippet), snippet]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/** True when a person's run has left the mark of just this declaration. */
async function isDeployed(props: PortalSpec, context: Context): Promise<boolean> {
  const client = organization(context);
  const record = client && (await findRecord(client, props));
  if (client === undefined || record === undefined) return false;
  const marker = await readSetting(client, record, MARKER);
  return marker?.value.startsWith(`${declarationOf(props)} `) === true;
}

/** The part of the mark that stands for the spec alone: an application cannot know the rest. */
export function declarationOf(props: PortalSpec): string {
  return createHash("sha256").update(JSON.stringify(props)).digest("hex").slice(0, 12);
}

/**
 * Power Pages administration takes people's tokens only, so that an application stops here until a person has run the
 * portal's part. What that run did is known by a site setting, which applications can read.
 * Source: "Use Power Pages admin APIs" (Power Pages documentation: the service principal flow is not available).
 */
export const portalPerson = defineKind<PortalSpec, undefined>({
  kind: "portal.person",
  summary: "A person's sign-in, which Power Pages administration asks for",
  step: 14,
  api: "Power Platform API: powerpages (people only)",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["prvReadpowerpagesite", "prvReadpowerpagecomponent"],
    write: ["PowerPages.Websites.Write (delegated)"],
  },
  sources: ["Power Pages: Use Power Pages admin APIs"],
  nature: "gate",
  label: () => "person's sign-in for the portal",
  detail: () => "Power Pages takes no tokens of applications",
  async read(props, context) {
    if (environment.data(context) === undefined) return ABSENT_ENVIRONMENT;
    const passed = (await isPerson(context)) || (await isDeployed(props, context));
    return passed
      ? { status: "present", id: props.subdomain, fields: {}, data: undefined }
      : { status: "absent" };
  },
  instructions: (_props, context) => ({
    steps: [
      "Sign in as a Power Platform Administrator: az login",
      'Run psc deploy with the same file, and with --persona "Power Platform Administrator" to do this part only',
      "Run the pipeline again: it finds what you did",
    ],
    link: `https://admin.powerplatform.microsoft.com/environments/environment/${environment.data(context)?.id ?? ""}/hub`,
    probe: `the site setting ${MARKER} tells which declaration a person deployed`,
    usualMinutes: 15,
    simulation: { action: "portal-person", payload: {} },
  }),
});

export function portalPersonResources(spec: EnvironmentSpec, _manifest: Manifest): Resource[] {
  return spec.portal === undefined
    ? []
    : [portalPerson.resource({ props: spec.portal, dependsOn: [environment.address()] })];
}
