import { environmentCatalogue } from "../../resources/power-platform/catalogue.ts";
import { environment, listedEnvironment } from "../../resources/power-platform/environment.ts";
import { defineProbe } from "../probe.ts";

const ADMINISTRATION = {
  persona: "Power Platform Administrator",
  permissions: ["Power Platform Administrator"],
} as const;

export type EnvironmentFacts = {
  readonly displayName: string;
  readonly region: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly managed: boolean;
  /** Days; null where the service says nothing. */
  readonly backupRetentionDays: number | null;
  /** Object id of the group; null when every licensed user may enter. */
  readonly securityGroupId: string | null;
};

export const environmentFacts = defineProbe<EnvironmentFacts>({
  ...ADMINISTRATION,
  id: "environment-record",
  summary: "the environment as the admin center lists it",
  api: "Power Platform admin API: environments",
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/environment",
    "cisagov/ScubaGear:PowerShell/ScubaGear/Modules/Providers/ProviderHelpers/PowerPlatformRestHelper.psm1",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const made = environment.data(context);
    const found = made && (await listedEnvironment(context, made.id));
    if (found === undefined) return undefined;
    const { displayName, region, type, isDefault, managed, backupRetentionDays, dataverse } = found;
    return {
      displayName,
      region,
      type,
      isDefault,
      managed,
      backupRetentionDays: backupRetentionDays ?? null,
      securityGroupId: dataverse?.securityGroupId ?? null,
    };
  },
});

export type InstalledPackages = {
  /** Unique names, in the order of the catalogue. */
  readonly names: readonly string[];
};

const INSTALLED = new Set(["Installed", "TemplateInstalled"]);

export const installedPackages = defineProbe<InstalledPackages>({
  ...ADMINISTRATION,
  id: "installed-packages",
  summary: "application packages installed in the environment",
  api: "Power Platform API: applicationPackages",
  sources: ["microsoft/terraform-provider-power-platform:internal/services/application"],
  dependsOn: () => [environment.address()],
  async read(context) {
    const made = environment.data(context);
    if (made === undefined) return undefined;
    const catalogue = await environmentCatalogue(context, made.id);
    return {
      names: catalogue.filter(({ state }) => INSTALLED.has(state)).map(({ uniqueName }) => uniqueName),
    };
  },
});
