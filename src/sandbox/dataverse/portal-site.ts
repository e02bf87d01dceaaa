import { Refusal } from "../exchange.ts";
import type { World } from "../world.ts";
import { findRow, findRowBy, insertRow, textOf } from "./rows.ts";
import { systemSession } from "./session.ts";
import { dataverseState, type OrganizationState, organizationById } from "./state.ts";

/**
 * What a site of Power Pages is in Dataverse: a row of `powerpagesites` (enhanced data model), unless it is made for a
 * row of `adx_websites` that is there already ("Enhanced data model", Power Pages documentation).
 */

export type DataModel = "Enhanced" | "Standard";

export function dataModelOf(world: World, organizationId: string, websiteRecordId: string): DataModel {
  const organization = organizationById(world, organizationId);
  const isStandard =
    organization !== undefined && findRow(organization, "adx_website", websiteRecordId) !== undefined;
  return isStandard ? "Standard" : "Enhanced";
}

/** Makes the website record of a new site where there is none of this id. */
export function registerSite(
  world: World,
  organizationId: string,
  site: { readonly websiteRecordId: string; readonly name: string; readonly domain: string },
): void {
  const organization: OrganizationState | undefined = organizationById(world, organizationId);
  if (organization === undefined) return;
  const known =
    findRow(organization, "adx_website", site.websiteRecordId) ??
    findRow(organization, "powerpagesite", site.websiteRecordId);
  if (known !== undefined) return;
  insertRow(systemSession(world, organization), "powerpagesite", {
    powerpagesiteid: site.websiteRecordId,
    name: site.name,
    primarydomainname: site.domain,
    datamodelversion: "2.0.0.0",
    content: "{}",
  });
}

/** Id of the website record of this name, in either data model. */
export function websiteRecordNamed(world: World, name: string): string {
  for (const organization of Object.values(dataverseState(world).organizations)) {
    const standard = findRowBy(organization, "adx_website", { adx_name: name });
    if (standard !== undefined) return textOf(standard, "adx_websiteid");
    const enhanced = findRowBy(organization, "powerpagesite", { name });
    if (enhanced !== undefined) return textOf(enhanced, "powerpagesiteid");
  }
  throw new Refusal({
    status: 409,
    body: { error: { code: "AdminCenter", message: `there is no website record "${name}"` } },
  });
}
