import type { Context } from "../../engine/resource.ts";
import type { Website } from "../../services/power-pages.ts";
import type { PortalSpec } from "../../spec/model.ts";
import { missingDependency } from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";

/** What every part of the portal needs to know of the site. */
export interface SiteData {
  readonly siteId: string;
  readonly websiteRecordId: string;
  readonly url: string;
}

/** True when psc is signed in as a person: Power Pages takes no tokens of applications. */
export async function isPerson(context: Context): Promise<boolean> {
  return (await context.services.signedIn()).kind === "user";
}

/** Observation of a part that this identity may not look at; the person's gate before it says whose move it is. */
export const ONLY_A_PERSON = {
  status: "not-needed",
  reason: "only a person's sign-in can look at it; one has deployed it as declared",
  unseen: true,
} as const;

export function requireEnvironmentId(context: Context): string {
  const id = environment.data(context)?.id;
  if (id === undefined) throw missingDependency("the environment");
  return id;
}

/** The site by its host name, which no two sites share. */
export async function findSite(
  props: Pick<PortalSpec, "subdomain">,
  context: Context,
): Promise<Website | undefined> {
  const sites = await context.services.powerPages.websites(requireEnvironmentId(context));
  return sites.find(({ subdomain }) => subdomain.toLowerCase() === props.subdomain.toLowerCase());
}
