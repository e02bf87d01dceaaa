import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { ApplicationPackage } from "../../services/power-platform.ts";
import type { EnvironmentSpec, Manifest, ManifestPackage } from "../../spec/model.ts";
import { environmentCatalogue } from "./catalogue.ts";
import { environment } from "./environment.ts";

/** A package that only older environments need is not asked for in others; a new environment is as young as can be. */
export function isNeeded(wanted: ManifestPackage, context: Context): boolean {
  if (wanted.onlyIfCreatedBefore === undefined) return true;
  const created = environment.data(context)?.createdTime;
  const time = created === undefined ? context.clock.now() : Date.parse(created);
  return time < Date.parse(`${wanted.onlyIfCreatedBefore}T00:00:00Z`);
}

function isOffered(entry: ApplicationPackage | undefined, now: number): boolean {
  if (entry === undefined) return false;
  if (entry.state === "Installed") return true;
  const end = Date.parse(entry.offeredUntil);
  // A withdrawn package stays listed for a while, marked as not visible.
  return (Number.isNaN(end) || end > now) && !entry.lastError.includes("ApplicationNotVisible");
}

/** Why it is missing and what else there is, from the manifest's own lifecycle. */
export function notOffered(missing: readonly ManifestPackage[], where: string, manifest: Manifest): PscError {
  const names = missing.map(({ uniqueName }) => uniqueName).join(", ");
  const { lifecycle } = manifest;
  const retired = lifecycle.state === "retired" ? `; Microsoft retired it on ${lifecycle.date}` : "";
  const successors =
    lifecycle.state === "retired" && lifecycle.successors.length > 0
      ? lifecycle.successors
      : ["patient-contact-center"];
  return new PscError({
    code: "PSC-E301",
    message: `${names} ${missing.length === 1 ? "is" : "are"} not offered in ${where}${retired}`,
    remedy: `put \`solution: ${successors[0]}\` into the spec: it sets up the same scenario without ${missing.length === 1 ? "this package" : "these packages"}; when only a licence is missing, assign it first`,
    permission: "a licence that includes the package",
    persona: "a Global Administrator or License Administrator",
  });
}

export const packageOffer = defineKind<Manifest, Record<string, never>>({
  kind: "power-platform.package-offer",
  summary: "Every application package of the solution is offered to the tenant and to the environment",
  step: 0,
  api: "Power Platform API: App Management",
  persona: "Power Platform Administrator",
  permissions: { read: ["AppManagement.ApplicationPackages.Read"], write: [] },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/application",
    "Power Platform REST API: App Management",
  ],
  nature: "check",
  label: ({ displayName }) => `packages of ${displayName}`,
  async read(manifest, context) {
    const needed = manifest.packages.filter((wanted) => isNeeded(wanted, context));
    const now = context.clock.now();
    const offered = (catalogue: readonly ApplicationPackage[]): ManifestPackage[] =>
      needed.filter(
        ({ uniqueName }) =>
          !isOffered(
            catalogue.find((entry) => entry.uniqueName === uniqueName),
            now,
          ),
      );
    const target = environment.data(context);
    if (target === undefined) {
      const missing = offered(await context.services.powerPlatform.tenantPackages());
      if (missing.length > 0) throw notOffered(missing, "this tenant", manifest);
    } else {
      const missing = offered(await environmentCatalogue(context, target.id));
      if (missing.length > 0) throw notOffered(missing, "this environment", manifest);
    }
    return { status: "present", id: manifest.name, fields: {}, data: {} };
  },
});

export function packageOfferResources(_spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return [packageOffer.resource({ props: manifest, dependsOn: [environment.address()] })];
}
