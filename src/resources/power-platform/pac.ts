import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { environmentCatalogue } from "./catalogue.ts";
import { environment } from "./environment.ts";
import { isNeeded } from "./package-offer.ts";

/** A check of its own, so that a missing pac is noticed before anything is written and not hours later. */
export const pac = defineKind<Manifest, Record<string, never>>({
  kind: "power-platform.pac",
  summary:
    "Power Platform CLI that can sign in without a secret on its command line, where packages go by it",
  step: 0,
  api: "Power Platform CLI: pac auth create",
  persona: "Power Platform Administrator",
  permissions: { read: ["AppManagement.ApplicationPackages.Read"], write: [] },
  sources: [
    "Microsoft Power Platform CLI: auth command group",
    "microsoft/powerplatform-cli-wrapper:src/pac/auth/authenticate.ts",
  ],
  nature: "check",
  onlyForWriting: true,
  label: () => "Power Platform CLI (pac)",
  async read(manifest, context) {
    const target = environment.data(context);
    const installed =
      target === undefined
        ? []
        : (await environmentCatalogue(context, target.id)).filter(({ state }) => state === "Installed");
    const missing = manifest.packages.filter(
      (wanted) =>
        isNeeded(wanted, context) && !installed.some(({ uniqueName }) => uniqueName === wanted.uniqueName),
    );
    if (missing.length > 0) await context.services.pac?.check();
    return { status: "present", id: "pac", fields: {}, data: {} };
  },
});

export function pacResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.environment.packagesBy === "pac"
    ? [pac.resource({ props: manifest, dependsOn: [environment.address()] })]
    : [];
}
