import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Row, valueAt } from "../../services/json-reading.ts";
import type { CreationByAdmins, EnvironmentSpec } from "../../spec/model.ts";

export interface TenantSettingsProps {
  readonly onlyAdminsCreate: readonly CreationByAdmins[];
  readonly noSharingWithEveryone: boolean;
}

/** Where the tenant settings say it; true keeps everybody out who is no administrator. */
const SETTINGS: Readonly<Record<CreationByAdmins, string>> = {
  environments: "disableEnvironmentCreationByNonAdminUsers",
  trials: "disableTrialEnvironmentCreationByNonAdminUsers",
  developer: "powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers",
  sites: "disablePortalsCreationByNonAdminUsers",
};

/** True keeps makers from sharing an app with the whole tenant in one click ("Limit sharing with everyone"). */
const NO_SHARING = "powerPlatform.powerApps.disableShareWithEveryone";

/** Paths of the settings that have to be true. */
function pathsOf({ onlyAdminsCreate, noSharingWithEveryone }: TenantSettingsProps): readonly string[] {
  return [...onlyAdminsCreate.map((what) => SETTINGS[what]), ...(noSharingWithEveryone ? [NO_SHARING] : [])];
}

/** As the admin center has it; the creation of sites is in no page of it. */
const IN_ADMIN_CENTER: Readonly<Partial<Record<CreationByAdmins, string>>> = {
  environments: "Production environment assignments",
  trials: "Trial environment assignments",
  developer: "Developer environment assignments",
};

function howTo({ onlyAdminsCreate, noSharingWithEveryone }: TenantSettingsProps): string[] {
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
    ...(noSharingWithEveryone
      ? [
          "Sharing with everyone has no page either: run Set-TenantSettings -RequestBody @{ powerPlatform = @{ powerApps = @{ disableShareWithEveryone = $true } } }",
        ]
      : []),
  ];
}

const isOn = (settings: Row, path: string): boolean => valueAt(settings, ...path.split(".")) === true;

function detailOf({ onlyAdminsCreate, noSharingWithEveryone }: TenantSettingsProps): string {
  return [
    ...(onlyAdminsCreate.length === 0 ? [] : [`only admins create ${onlyAdminsCreate.join(", ")}`]),
    ...(noSharingWithEveryone ? ["no sharing with everyone"] : []),
  ].join("; ");
}

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
async function switchOn(props: TenantSettingsProps, context: Context): Promise<undefined> {
  const top: Record<string, unknown> = {};
  for (const path of pathsOf(props)) {
    const names = path.split(".");
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
  summary:
    "Tenant settings of the Power Platform: who creates things, and whether apps are shared with everyone",
  api: "Power Platform admin API: listTenantSettings, updateTenantSettings",
  permissions: { read: RIGHTS, write: RIGHTS },
  nature: "managed",
  staysBecause: "it holds for the whole tenant",
  label: () => "settings of the whole tenant",
  detail: detailOf,
  declared: ({ onlyAdminsCreate, noSharingWithEveryone }) => ({
    onlyAdminsCreate: Object.fromEntries(onlyAdminsCreate.map((what) => [what, true])),
    ...(noSharingWithEveryone ? { noSharingWithEveryone } : {}),
  }),
  async read({ onlyAdminsCreate, noSharingWithEveryone }, context) {
    const settings = await context.services.bap.tenantSettings();
    return {
      status: "present",
      id: "tenant settings",
      fields: {
        onlyAdminsCreate: Object.fromEntries(
          onlyAdminsCreate.map((what) => [what, isOn(settings, SETTINGS[what])]),
        ),
        ...(noSharingWithEveryone ? { noSharingWithEveryone: isOn(settings, NO_SHARING) } : {}),
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
  summary:
    "Only administrators create environments and sites in the tenant, and apps are not shared with everyone; psc looks and changes nothing",
  api: "Power Platform admin API: listTenantSettings (read only)",
  permissions: { read: RIGHTS, write: RIGHTS },
  nature: "gate",
  label: () => "settings of the whole tenant",
  detail: detailOf,
  async read({ onlyAdminsCreate, noSharingWithEveryone }, context): Promise<Observation<undefined>> {
    const settings = await context.services.bap.tenantSettings();
    const open = onlyAdminsCreate.filter((what) => !isOn(settings, SETTINGS[what]));
    const wrong = [
      ...(open.length === 0 ? [] : [`everybody in the tenant may create ${open.join(", ")}`]),
      ...(noSharingWithEveryone && !isOn(settings, NO_SHARING) ? ["apps may be shared with everyone"] : []),
    ];
    return wrong.length === 0
      ? { status: "present", id: onlyAdminsCreate.join(","), fields: {}, data: undefined }
      : { status: "absent", reason: wrong.join("; ") };
  },
  instructions: (props, context) => ({
    steps: [
      "Agree with whoever answers for the tenant: the settings hold for all of it, not for this environment alone",
      ...howTo(props),
    ],
    link: context.services.cloud.adminCenter,
    probe: `the tenant settings ${pathsOf(props).join(", ")} are true`,
    usualMinutes: 5,
    simulation: {
      action: "tenant-settings",
      payload: { settings: pathsOf(props) },
    },
  }),
});

export function tenantSettingsResources(spec: EnvironmentSpec): Resource[] {
  const { tenantSettings: given } = spec.environment;
  if (given === undefined) return [];
  const { manage, ...props } = given;
  if (pathsOf(props).length === 0) return [];
  return [(manage ? tenantSettings : creationByAdmins).resource({ props, dependsOn: [] })];
}
