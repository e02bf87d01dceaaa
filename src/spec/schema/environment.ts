import * as z from "zod";
import {
  BACKUP_RETENTION_DAYS,
  CREATION_BY_ADMINS,
  ENVIRONMENT_TYPES,
  OTHER_CONNECTORS,
  PACKAGE_ROADS,
} from "../model.ts";
import { LANGUAGE_TAGS, languageTagOf } from "../terms/languages.ts";
import { DEFAULTS } from "./defaults.ts";
import {
  described,
  type Expectation,
  oneOf,
  optional,
  patternText,
  shortText,
  wholeNumber,
} from "./fields.ts";
import { currencyCode, environmentDomain, groupReference, languageTag, regionName } from "./terms.ts";

const tableName = patternText(/^[a-z][a-z0-9_]{0,127}$/, {
  code: "PSC-E044",
  what: "a Dataverse table",
  remedy: "write the table's logical name, such as contact or msemr_careplan",
});

const lcid = z.number().refine((value) => languageTagOf(value) !== undefined, {
  params: {
    expectation: {
      code: "PSC-E053",
      what: "a language of Dataverse",
      remedy: `write a language tag such as en-US; psc knows ${LANGUAGE_TAGS.length} of them`,
    } satisfies Expectation,
  },
});

const audit = z.strictObject({
  tables: optional(
    z.array(described(tableName, "Logical name of a table.")),
    "Tables whose changes are recorded.",
    { default: DEFAULTS.auditTables },
  ),
  retentionDays: optional(wholeNumber(1, 365_000), "Days audit records are kept.", {
    default: DEFAULTS.retentionDays,
  }),
});

const connectorName = patternText(/^[A-Za-z][A-Za-z0-9_-]{0,199}$/, {
  code: "PSC-E087",
  what: "the name of a connector",
  remedy: "write it as the maker portal's addresses have it, such as shared_commondataserviceforapps",
});

const backupDays = z
  .number()
  .refine((days) => (BACKUP_RETENTION_DAYS as readonly number[]).includes(days), {
    params: {
      expectation: {
        code: "PSC-E088",
        what: "a time the Power Platform can keep back-ups",
        remedy: `write ${BACKUP_RETENTION_DAYS.join(", ")} days`,
      } satisfies Expectation,
    },
  })
  .meta({ type: "integer", enum: [...BACKUP_RETENTION_DAYS] });

const dataPolicy = z.strictObject({
  manage: optional(
    z.boolean(),
    "psc makes the policy and changes it. Otherwise it looks whether the tenant's policies do what is written here; what is wrong is a gate.",
    { default: DEFAULTS.manageTenantWide },
  ),
  name: optional(shortText(100), "Name of the policy; psc finds it by this name.", {
    derivedDefault: "`environment.displayName`",
  }),
  business: optional(
    z.array(described(connectorName, "Name of a connector.")),
    "Connectors of patients' data, which are in the group Business; an empty list asks only for a policy. With `manage` no other connector is in it.",
    { default: DEFAULTS.businessConnectors },
  ),
  otherConnectors: optional(
    oneOf(OTHER_CONNECTORS),
    "With `manage`: what the policy does with connectors that it does not name.",
    { default: DEFAULTS.otherConnectors },
  ),
});

const tenantSettings = z.strictObject({
  manage: optional(
    z.boolean(),
    "psc switches the settings on, for the whole tenant, and never off. Otherwise it looks; what is wrong is a gate.",
    { default: DEFAULTS.manageTenantWide },
  ),
  onlyAdminsCreate: optional(
    z.array(described(oneOf(CREATION_BY_ADMINS), "What only administrators create.")),
    "What only administrators of the tenant create: production and sandbox `environments`, `trials`, `developer` environments, `sites`.",
    { default: DEFAULTS.onlyAdminsCreate },
  ),
  noSharingWithEveryone: optional(
    z.boolean(),
    "Makers share apps with people and groups they name, and with nobody else; otherwise psc leaves the setting as it is.",
    { default: DEFAULTS.noSharingWithEveryone },
  ),
});

export const environmentSchema = z.strictObject({
  displayName: optional(shortText(100), "Name of the environment in the Power Platform admin center.", {
    derivedDefault: "the spec's `name`",
  }),
  domain: optional(
    environmentDomain,
    "First label of the organisation's address: `contosohealth-dev` gives contosohealth-dev.crm.dynamics.com. Also what psc finds the environment by.",
    { required: true },
  ),
  region: optional(
    regionName,
    "Power Platform region. The guide asks for the United States; it cannot be changed later.",
    { default: DEFAULTS.region },
  ),
  type: optional(oneOf(ENVIRONMENT_TYPES), "Kind of environment.", {
    derivedDefault: "`Production` for stage prod, else `Sandbox`",
  }),
  currency: optional(currencyCode, "Base currency, ISO 4217. Cannot be changed later.", {
    default: DEFAULTS.currency,
  }),
  language: optional(
    z.union([languageTag, lcid]),
    "Base language as a tag, or as LCID (1033). Cannot be changed later.",
    { default: DEFAULTS.language },
  ),
  securityGroup: optional(
    z.union([groupReference, z.literal("none")]),
    "Group whose members may enter the environment, or `none` to leave it open to every licensed user.",
    { derivedDefault: "`group/users` when that group is declared" },
  ),
  managed: optional(z.boolean(), "Makes it a Managed Environment, which needs premium licences.", {
    default: DEFAULTS.managed,
  }),
  backupRetentionDays: optional(
    backupDays,
    "Days that back-ups are kept: 7, 14, 21 or 28, more than 7 in managed production environments. Those with Dynamics 365 apps keep 28 days by themselves.",
    { derivedDefault: "left as it is" },
  ),
  dataPolicy: optional(
    dataPolicy,
    "A data policy that covers the environment and keeps connectors of patients' data together; `{}` looks for one.",
    { derivedDefault: "nobody looks" },
  ),
  tenantSettings: optional(
    tenantSettings,
    "Settings of the whole tenant; `{}` looks whether only administrators create environments and sites.",
    { derivedDefault: "nobody looks" },
  ),
  packagesBy: optional(
    oneOf(PACKAGE_ROADS),
    "How application packages are installed: by the Power Platform API, or by Microsoft's CLI `pac`, which the user has installed (docs/pac.md), for organisations that allow nothing else. Either way psc reads the result by the API.",
    { default: DEFAULTS.packagesBy },
  ),
  audit: optional(
    z.union([audit, z.literal("none")]),
    "Dataverse auditing, or `none` to leave it as it is.",
    { derivedDefault: "on, with the defaults below" },
  ),
});
