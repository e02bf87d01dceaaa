import { portalSite } from "../../resources/portal/site.ts";
import { findSite, isPerson } from "../../resources/portal/website.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { defineProbe } from "../probe.ts";

/** The portal as Power Pages administration shows it, which it does to people only. */
export const portalWebsite = defineProbe<{ readonly type: string; readonly visibility: string }>({
  id: "portal-website",
  summary: "type and visibility of the portal's site",
  api: portalSite.info.api,
  persona: portalSite.info.persona,
  permissions: portalSite.info.permissions.read,
  sources: [
    ...portalSite.info.sources,
    "pnp/cli-microsoft365:docs/docs/cmd/pp/website/website-get.mdx (type)",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const { portal } = context.spec;
    if (portal === undefined || environment.data(context) === undefined || !(await isPerson(context)))
      return undefined;
    const site = await findSite(portal, context);
    return site && { type: site.type, visibility: site.visibility };
  },
});
