import { tenant } from "../../resources/entra/tenant.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { covers, groupOf } from "../../services/data-policies.ts";
import { valueAt } from "../../services/json-reading.ts";
import { defineProbe } from "../probe.ts";

const ADMINISTRATION = {
  persona: "Power Platform Administrator",
  permissions: ["Power Platform Administrator"],
} as const;

/** The settings that controls ask about, by their paths in the service's own object. */
const SETTINGS = [
  "disableEnvironmentCreationByNonAdminUsers",
  "disableTrialEnvironmentCreationByNonAdminUsers",
  "disablePortalsCreationByNonAdminUsers",
  "powerPlatform.powerApps.disableShareWithEveryone",
  "powerPlatform.powerApps.enableGuestsToMake",
] as const;
export type TenantSetting = (typeof SETTINGS)[number];

/** Null where the service says nothing. */
export type TenantSettings = Readonly<Record<TenantSetting, boolean | null>>;

export const tenantSettings = defineProbe<TenantSettings>({
  ...ADMINISTRATION,
  id: "tenant-settings",
  summary: "settings of the whole tenant: who creates things, what is shared",
  api: "Power Platform admin API: listTenantSettings",
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/tenant_settings",
    "cisagov/ScubaGear:PowerShell/ScubaGear/baselines/powerplatform.md",
  ],
  dependsOn: () => [],
  async read({ services: { bap } }) {
    const settings = await bap.tenantSettings();
    const entries = SETTINGS.map((path): [TenantSetting, boolean | null] => {
      const value = valueAt(settings, ...path.split("."));
      return [path, typeof value === "boolean" ? value : null];
    });
    return Object.fromEntries(entries) as TenantSettings;
  },
});

export type TenantIsolation = {
  readonly on: boolean;
  readonly allowed: readonly {
    readonly tenant: string;
    readonly inbound: boolean;
    readonly outbound: boolean;
  }[];
};

export const tenantIsolation = defineProbe<TenantIsolation>({
  ...ADMINISTRATION,
  id: "tenant-isolation",
  summary: "which other tenants' connections go in and out",
  api: "Power Platform admin API: PowerPlatform.Governance tenantIsolationPolicy",
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/tenant_isolation_policy",
    "cisagov/ScubaGear:PowerShell/ScubaGear/baselines/powerplatform.md (MS.POWERPLATFORM.3)",
  ],
  dependsOn: () => [tenant.address()],
  async read({ services }) {
    const { tenantId } = await services.signedIn();
    return services.bap.tenantIsolation(tenantId);
  },
});

export type CoveringPolicy = {
  readonly name: string;
  /** Group of each connector that the spec wants together: `Confidential`, `General`, `Blocked`. */
  readonly groups: Readonly<Record<string, string>>;
};

/** Where no spec names any: Dataverse, by either of its connectors, and what Omnichannel's bots call it through. */
const PATIENT_CONNECTORS = ["shared_commondataserviceforapps", "shared_commondataservice"];

export const dataPolicies = defineProbe<{ readonly covering: readonly CoveringPolicy[] }>({
  ...ADMINISTRATION,
  id: "data-policies",
  summary: "data policies that hold in the environment, and where they put the connectors of patients' data",
  api: "Power Platform admin API: PowerPlatform.Governance v2 policies",
  sources: ["microsoft/terraform-provider-power-platform:internal/services/dlp_policy"],
  dependsOn: () => [environment.address()],
  async read(context) {
    const made = environment.data(context);
    if (made === undefined) return undefined;
    const { dataPolicies: client } = context.services;
    const connectors = context.spec.environment.dataPolicy?.business ?? PATIENT_CONNECTORS;
    const listed = (await client.list()).filter((policy) => covers(policy, made.id));
    const whole = await Promise.all(listed.map(({ id }) => client.get(id)));
    return {
      covering: whole.flatMap((policy) =>
        policy === undefined
          ? []
          : [
              {
                name: policy.displayName,
                groups: Object.fromEntries(connectors.map((one) => [one, groupOf(policy, one)])),
              },
            ],
      ),
    };
  },
});
