import { about, type Control, differs, type Finding, judgedBy } from "../control.ts";
import {
  type CoveringPolicy,
  dataPolicies,
  type TenantSetting,
  type TenantSettings,
  tenantIsolation,
  tenantSettings,
} from "../probes/tenant.ts";
import { MUST_IN_PRODUCTION } from "./levels.ts";

const ADMINISTRATOR = "Power Platform Administrator";
const SETTINGS_KINDS = ["power-platform.tenant-settings", "power-platform.creation-by-admins"];

/** Why a policy keeps the connectors from working together; every policy of an environment holds, the strictest wins. */
function splits({ name, groups }: CoveringPolicy): Finding[] {
  const entries = Object.entries(groups);
  const blocked = entries.filter(([, group]) => group === "Blocked").map(([connector]) => connector);
  if (blocked.length > 0) return [about(dataPolicies.id, `"${name}" blocks ${blocked.join(", ")}`)];
  return new Set(Object.values(groups)).size < 2
    ? []
    : [about(dataPolicies.id, `"${name}" separates ${entries.map(([connector]) => connector).join(", ")}`)];
}

interface Expectation {
  readonly path: TenantSetting;
  readonly value: boolean;
  /** Said when it is otherwise. */
  readonly otherwise: string;
}

function unmet(settings: TenantSettings, expectations: readonly Expectation[]): Finding[] {
  return expectations.flatMap(({ path, value, otherwise }) =>
    settings[path] === value
      ? []
      : [differs(tenantSettings.id, path, String(value), String(settings[path] ?? "not said"), otherwise)],
  );
}

const CREATION: readonly Expectation[] = [
  {
    path: "disableEnvironmentCreationByNonAdminUsers",
    value: true,
    otherwise: "everybody may create environments",
  },
  {
    path: "disableTrialEnvironmentCreationByNonAdminUsers",
    value: true,
    otherwise: "everybody may create trial environments",
  },
  { path: "disablePortalsCreationByNonAdminUsers", value: true, otherwise: "everybody may create sites" },
];

const SHARING: readonly Expectation[] = [
  {
    path: "powerPlatform.powerApps.disableShareWithEveryone",
    value: true,
    otherwise: "apps may be shared with everyone in the tenant",
  },
  { path: "powerPlatform.powerApps.enableGuestsToMake", value: false, otherwise: "guests may make apps" },
];

/** Settings of the whole tenant. */
export const TENANT_CONTROLS: readonly Control[] = [
  {
    id: "PSC-ENV-04",
    title: "Data policy of the environment",
    statement:
      "A data policy covers the environment and keeps the connectors of patients' data in the Business group, together; none blocks or separates them.",
    rationale:
      "Without one a flow of any maker may carry patients' data from Dataverse to any service on the Internet.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)"],
      nist: ["SC-7(10)"],
      hitrust: ["01.m", "09.m"],
      scuba: ["MS.POWERPLATFORM.2.1", "MS.POWERPLATFORM.2.2"],
    },
    remedy: {
      spec: "environment.dataPolicy",
      steps: [
        "Declare `environment.dataPolicy`, with `manage: true` where psc may make it, and run psc deploy",
        "Or open Security, Data and privacy, Data policy in the Power Platform admin center, and put the connectors into Business of a policy that covers the environment",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: {
      kinds: ["power-platform.data-policy", "power-platform.data-policy-coverage"],
      probes: [dataPolicies],
    },
    judge({ facts }) {
      const found = facts.probe(dataPolicies);
      if (found === undefined)
        return judgedBy([about(dataPolicies.id, "the environment does not exist")], "");
      const { covering } = found;
      const together = covering.find(({ groups }) =>
        Object.values(groups).every((group) => group === "Confidential"),
      );
      const findings = covering.flatMap(splits);
      return judgedBy(
        [
          ...(covering.length === 0
            ? [about(dataPolicies.id, "no data policy covers the environment")]
            : findings),
          ...(covering.length > 0 && findings.length === 0 && together === undefined
            ? [about(dataPolicies.id, "no policy of the environment has the connectors in Business")]
            : []),
        ],
        `"${together?.name ?? ""}" covers the environment`,
      );
    },
  },
  {
    id: "PSC-ENV-05",
    title: "Tenant isolation",
    statement:
      "Connections to and from other tenants are shut off, and what is let through is a tenant named one by one.",
    rationale:
      "A maker with an account in another tenant could otherwise connect to it and carry patients' data there.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.312(e)(1)"],
      nist: ["AC-3", "SC-7(5)"],
      hitrust: ["09.m"],
      scuba: ["MS.POWERPLATFORM.3.1", "MS.POWERPLATFORM.3.2"],
    },
    remedy: {
      steps: [
        "Open Security, Identity and access, Tenant isolation in the Power Platform admin center",
        "Switch the restriction on, and add an exception for each tenant that has to be let through",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { probes: [tenantIsolation] },
    judge({ facts }) {
      const { on = false, allowed = [] } = facts.probe(tenantIsolation) ?? {};
      const all = allowed.filter(({ tenant }) => tenant === "*");
      return judgedBy(
        [
          ...(on
            ? []
            : [differs(tenantIsolation.id, "isDisabled", "false", "true", "tenant isolation is off")]),
          ...(on ? all : []).map(({ inbound, outbound }) =>
            differs(
              tenantIsolation.id,
              "allowedTenants",
              "named tenants",
              "*",
              `every tenant is let ${[...(inbound ? ["in"] : []), ...(outbound ? ["out"] : [])].join(" and ")}`,
            ),
          ),
        ],
        allowed.length === 0
          ? "isolation is on and lets nobody through"
          : `isolation is on; let through are ${allowed.map(({ tenant }) => tenant).join(", ")}: see that each has a reason`,
      );
    },
  },
  {
    id: "PSC-ENV-06",
    title: "Only administrators create environments",
    statement: "Only administrators create environments, trials and sites.",
    rationale:
      "An environment that anybody makes has no security group, no data policy and no back-up that anybody knows of.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)"],
      nist: ["AC-6(10)"],
      hitrust: ["01.c"],
      scuba: ["MS.POWERPLATFORM.1.1", "MS.POWERPLATFORM.1.2", "MS.POWERPLATFORM.5.1"],
    },
    remedy: {
      spec: "environment.tenantSettings",
      steps: [
        "Declare `environment.tenantSettings`, with `manage: true` where psc may change the tenant, and run psc deploy",
        "Or open the tenant settings of the Power Platform admin center, and choose “Only specific admins” for production and trial environments; sites take Set-TenantSettings",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: SETTINGS_KINDS, probes: [tenantSettings] },
    judge({ facts }) {
      const settings = facts.probe(tenantSettings);
      return judgedBy(
        settings === undefined
          ? [about(tenantSettings.id, "the tenant does not say its settings")]
          : unmet(settings, CREATION),
        "only administrators create environments, trials and sites",
      );
    },
  },
  {
    id: "PSC-ENV-07",
    title: "No sharing with everyone",
    statement: "Makers cannot share apps with everyone in the tenant, and guests cannot make any.",
    rationale: "One click would otherwise open an app on patients' data to the whole organisation.",
    ...MUST_IN_PRODUCTION,
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)"],
      nist: ["AC-6(5)", "AC-6(10)"],
      hitrust: ["01.c"],
      scuba: ["MS.POWERPLATFORM.6.1"],
    },
    remedy: {
      spec: "environment.tenantSettings.noSharingWithEveryone",
      steps: [
        "Set `environment.tenantSettings.noSharingWithEveryone: true`, and run psc deploy",
        "Or run Set-TenantSettings of Microsoft.PowerApps.Administration.PowerShell, with disableShareWithEveryone true and enableGuestsToMake false under powerPlatform.powerApps",
      ],
    },
    persona: ADMINISTRATOR,
    restsOn: { kinds: SETTINGS_KINDS, probes: [tenantSettings] },
    judge({ facts }) {
      const settings = facts.probe(tenantSettings);
      return judgedBy(
        settings === undefined
          ? [about(tenantSettings.id, "the tenant does not say its settings")]
          : unmet(settings, SHARING),
        "apps are shared with named people and groups, and guests make none",
      );
    },
  },
];
