import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Row, valueAt } from "../../services/json-reading.ts";
import type { CreationByAdmins, EnvironmentSpec } from "../../spec/model.ts";

export interface TenantSettingsProps {
  readonly onlyAdminsCreate: readonly CreationByAdmins[];
}

/** Where the tenant settings say it; true keeps everybody out who is no administrator. */
const SETTINGS: Readonly<Record<CreationByAdmins, string>> = {
  environments: "disableEnvironmentCreationByNonAdminUsers",
  trials: "disableTrialEnvironmentCreationByNonAdminUsers",
  developer: "powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers",
  sites: "disablePortalsCreationByNonAdminUsers",
};

/** As the admin center has it; the creation of sites is in no page of it. */
const IN_ADMIN_CENTER: Readonly<Partial<Record<CreationByAdmins, string>>> = {
  environments: "Production environment assignments",
  trials: "Trial environment assignments",
  developer: "Developer environment assignments",
};

function howTo(onlyAdminsCreate: readonly CreationByAdmins[]): string[] {
  const pages = onlyAdminsCreate.map((what) => IN_ADMIN_CENTER[what]).filter((one) => one !== undefined);
  return [
    ...(pages.length === 0
      ? []
      : [
          `Open the tenant settings of the Power Platform admin center and choose "Only specific admins" under ${pages.join(", ")}`,
        ]),
    ...(onlyAdminsCreate.includes("sites")
      ? [
          `Sites have no page there: run Set-TenantSettings -RequestBody @{ "${SETTINGS.sites}" = $true } of Microsoft.PowerApps.Administration.PowerShell`,
        ]
      : []),
  ];
}

const isOn = (settings: Row, what: CreationByAdmins): boolean =>
  valueAt(settings, ...SETTINGS[what].split(".")) === true;

const BASICS = {
  step: 1,
  persona: "Power Platform Administrator",
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/tenant_settings",
    "cisagov/ScubaGear:PowerShell/ScubaGear/baselines/powerplatform.md (MS.POWERPLATFORM.1, MS.POWERPLATFORM.5)",
    "Power Platform: Tenant settings",
  ],
} as const;

const RIGHTS = ["Power Platform Administrator"];

/** Switches them on; psc never switches one off, so that environments of one tenant cannot undo one another's. */
async function switchOn({ onlyAdminsCreate }: TenantSettingsProps, context: Context): Promise<undefined> {
  const top: Record<string, unknown> = {};
  for (const what of onlyAdminsCreate) {
    const names = SETTINGS[what].split(".");
    const last = names.pop() ?? "";
    let at = top;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = true;
  }
  await context.services.bap.changeTenantSettings(top);
  return undefined;
}

/** The settings themselves, where the spec hands them to psc. */
export const tenantSettings = defineKind<TenantSettingsProps, Record<string, never>>({
  ...BASICS,
  kind: "power-platform.tenant-settings",
  summary: "Tenant settings of the Power Platform that leave creating things to administrators",
  api: "Power Platform admin API: listTenantSettings, updateTenantSettings",
  permissions: { read: RIGHTS, write: RIGHTS },
  nature: "managed",
  staysBecause: "it holds for the whole tenant",
  label: () => "settings of the whole tenant",
  detail: ({ onlyAdminsCreate }) => `only admins create ${onlyAdminsCreate.join(", ")}`,
  declared: ({ onlyAdminsCreate }) => ({
    onlyAdminsCreate: Object.fromEntries(onlyAdminsCreate.map((what) => [what, true])),
  }),
  async read({ onlyAdminsCreate }, context) {
    const settings = await context.services.bap.tenantSettings();
    return {
      status: "present",
      id: "tenant settings",
      fields: {
        onlyAdminsCreate: Object.fromEntries(onlyAdminsCreate.map((what) => [what, isOn(settings, what)])),
      },
      data: {},
    };
  },
  create: switchOn,
  update: (props, _present, _changes, context) => switchOn(props, context),
});

/** The same settings where psc only looks: whoever answers for the tenant changes them. */
export const creationByAdmins = defineKind<TenantSettingsProps, undefined>({
  ...BASICS,
  kind: "power-platform.creation-by-admins",
  summary: "Only administrators create environments and sites in the tenant; psc looks and changes nothing",
  api: "Power Platform admin API: listTenantSettings (read only)",
  permissions: { read: RIGHTS, write: RIGHTS },
  nature: "gate",
  label: () => "settings of the whole tenant",
  detail: ({ onlyAdminsCreate }) => `only admins create ${onlyAdminsCreate.join(", ")}`,
  async read({ onlyAdminsCreate }, context): Promise<Observation<undefined>> {
    const settings = await context.services.bap.tenantSettings();
    const open = onlyAdminsCreate.filter((what) => !isOn(settings, what));
    return open.length === 0
      ? { status: "present", id: onlyAdminsCreate.join(","), fields: {}, data: undefined }
      : { status: "absent", reason: `everybody in the tenant may create ${open.join(", ")}` };
  },
  instructions: ({ onlyAdminsCreate }, context) => ({
    steps: [
      "Agree with whoever answers for the tenant: the settings hold for all of it, not for this environment alone",
      ...howTo(onlyAdminsCreate),
    ],
    link: context.services.cloud.adminCenter,
    probe: `the tenant settings ${onlyAdminsCreate.map((what) => SETTINGS[what]).join(", ")} are true`,
    usualMinutes: 5,
    simulation: {
      action: "tenant-settings",
      payload: { settings: onlyAdminsCreate.map((what) => SETTINGS[what]) },
    },
  }),
});

export function tenantSettingsResources(spec: EnvironmentSpec): Resource[] {
  const { tenantSettings: given } = spec.environment;
  if (given === undefined || given.onlyAdminsCreate.length === 0) return [];
  const props = { onlyAdminsCreate: given.onlyAdminsCreate };
  return [(given.manage ? tenantSettings : creationByAdmins).resource({ props, dependsOn: [] })];
}
