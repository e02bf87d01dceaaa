import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import { requireTenantMember } from "./administrators.ts";
import { bapRefusal } from "./power-platform-errors.ts";

export interface Location {
  readonly name: string;
  readonly displayName: string;
  readonly code: string;
  readonly azureRegions: readonly string[];
  readonly isDisabled?: boolean;
  /** Dataverse host suffix before `.dynamics.com`. */
  readonly crm: string;
  /** Short name of the geography in cluster names. */
  readonly geoShortName: string;
}

/**
 * Locations with their codes, Azure regions and availability as microsoft/terraform-provider-power-platform records
 * them (services/locations/tests), joined with the Dataverse suffixes of microsoft/PowerPlatform-DataverseServiceClient
 * (Client/Model/DiscoveryServers.cs). Assumption: only `EU` and `CH` are recorded as short names; the others are
 * formed alike, and `sweden`, which that list lacks, keeps `crm`.
 */
export const LOCATIONS: readonly Location[] = [
  place("unitedstates", "United States", "NA", "crm", "US", ["eastus", "westus"]),
  place("unitedstatesfirstrelease", "Preview (United States)", "NA", "crm", "US", ["eastus", "westus"]),
  place("europe", "Europe", "EMEA", "crm4", "EU", ["westeurope", "northeurope"]),
  place("asia", "Asia", "APAC", "crm5", "AS", ["eastasia", "southeastasia"]),
  shut("australia", "Australia", "OCE", "crm6", "AU", ["australiaeast", "australiasoutheast"]),
  shut("india", "India", "IND", "crm8", "IN", ["centralindia", "southindia"]),
  place("japan", "Japan", "JPN", "crm7", "JP", ["japaneast", "japanwest"]),
  place("canada", "Canada", "CAN", "crm3", "CA", ["canadacentral", "canadaeast"]),
  place("unitedkingdom", "United Kingdom", "GBR", "crm11", "UK", ["uksouth", "ukwest"]),
  place("southamerica", "South America", "SAM", "crm2", "BR", ["brazilsouth"]),
  place("france", "France", "FRA", "crm12", "FR", ["francecentral", "francesouth"]),
  place("unitedarabemirates", "United Arab Emirates (UAE)", "UAE", "crm15", "AE", ["uaenorth"]),
  place("germany", "Germany", "GER", "crm16", "DE", ["germanynorth", "germanywestcentral"]),
  place("switzerland", "Switzerland", "CHE", "crm17", "CH", ["switzerlandnorth", "switzerlandwest"]),
  place("norway", "Norway", "NOR", "crm19", "NO", ["norwayeast", "norwaywest"]),
  place("korea", "Korea", "KOR", "crm21", "KR", ["koreacentral", "koreasouth"]),
  shut("sweden", "sweden", "SWE", "crm", "SE", ["swedencentral"]),
  place("southafrica", "South Africa", "ZAF", "crm14", "ZA", ["southafricanorth"]),
];

function place(
  name: string,
  displayName: string,
  code: string,
  crm: string,
  geoShortName: string,
  azureRegions: readonly string[],
): Location {
  return { name, displayName, code, crm, geoShortName, azureRegions };
}

/** A location that the recorded tenant may not use. */
function shut(...facts: Parameters<typeof place>): Location {
  return { ...place(...facts), isDisabled: true };
}

export function findLocation(name: string): Location | undefined {
  return LOCATIONS.find((location) => location.name === name.toLowerCase());
}

/** Host on which the operations of a location are polled, `europe.api.bap.microsoft.com`. */
export function regionalHost(location: string): string {
  return `${location}.api.bap.microsoft.com`;
}

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";

function locationBody(location: Location): object {
  return {
    id: `${PROVIDER}/locations/${location.name}`,
    type: "Microsoft.BusinessAppPlatform/locations",
    name: location.name,
    properties: {
      displayName: location.displayName,
      code: location.code,
      isDefault: location.name === "unitedstates",
      isDisabled: location.isDisabled ?? false,
      canProvisionDatabase: true,
      canProvisionCustomerEngagementDatabase: true,
      azureRegions: location.azureRegions,
    },
  };
}

/** Base languages of Dataverse: LCID and language tag ("Windows Language Code Identifier (LCID) Reference", MS-LCID). */
const LANGUAGES: readonly (readonly [number, string])[] = [
  [1033, "en-US"],
  [1025, "ar-SA"],
  [1069, "eu-ES"],
  [1026, "bg-BG"],
  [1027, "ca-ES"],
  [3076, "zh-HK"],
  [2052, "zh-CN"],
  [1028, "zh-TW"],
  [1050, "hr-HR"],
  [1029, "cs-CZ"],
  [1030, "da-DK"],
  [1043, "nl-NL"],
  [1061, "et-EE"],
  [1035, "fi-FI"],
  [1036, "fr-FR"],
  [1110, "gl-ES"],
  [1031, "de-DE"],
  [1032, "el-GR"],
  [1037, "he-IL"],
  [1081, "hi-IN"],
  [1038, "hu-HU"],
  [1040, "it-IT"],
  [1041, "ja-JP"],
  [1087, "kk-KZ"],
  [1042, "ko-KR"],
  [1062, "lv-LV"],
  [1063, "lt-LT"],
  [1044, "nb-NO"],
  [1045, "pl-PL"],
  [1046, "pt-BR"],
  [2070, "pt-PT"],
  [1048, "ro-RO"],
  [1049, "ru-RU"],
  [1051, "sk-SK"],
  [1060, "sl-SI"],
  [3082, "es-ES"],
  [1053, "sv-SE"],
  [1054, "th-TH"],
  [1055, "tr-TR"],
  [1058, "uk-UA"],
  [1066, "vi-VN"],
  [1086, "ms-MY"],
  [1057, "id-ID"],
];

export function isBaseLanguage(lcid: number): boolean {
  return LANGUAGES.some(([known]) => known === lcid);
}

function languageName(tag: string): string {
  const [language = "en", region = "US"] = tag.split("-");
  const languages = new Intl.DisplayNames([tag], { type: "language" });
  const regions = new Intl.DisplayNames([tag], { type: "region" });
  return `${languages.of(language)} (${regions.of(region)})`;
}

const CURRENCIES = [
  ..."AED AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY".split(" "),
  ..."KRW MXN MYR NOK NZD PEN PHP PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD VND ZAR".split(" "),
];

export function isCurrency(code: string): boolean {
  return CURRENCIES.includes(code);
}

function currencySymbol(code: string): string {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency: code, currencyDisplay: "narrowSymbol" })
      .formatToParts(1)
      .find((part) => part.type === "currency")?.value ?? code
  );
}

interface Template {
  readonly name: string;
  readonly displayName: string;
  readonly isCustomerEngagement: boolean;
  readonly isSupportedForResetOperation: boolean;
  /** Dynamics 365 licence that the sandbox's tenant lacks. */
  readonly unlicensed?: boolean;
}

/**
 * Environment templates (services/environment_templates/tests of microsoft/terraform-provider-power-platform). The
 * sandbox's tenant holds Customer Service licences, so those templates are open and the others carry
 * `DynamicsEntitlementMissing`.
 */
export const TEMPLATES: readonly Template[] = [
  template("D365_CustomerService", "Customer Service", true, true),
  template("D365_CustomerServicePro", "Customer Service Pro", true, false),
  template("D365_CDSSampleApp", "Sample App", false, false),
  template("D365_DeveloperEdition", "Developer Edition", false, true),
  template("D365_PowerFrameworkTemplate", "Power Framework", false, true),
  { ...template("D365_Sales", "Sales Enterprise", true, true), unlicensed: true },
  { ...template("D365_SalesPro", "Sales Pro", true, false), unlicensed: true },
  { ...template("D365_FieldService", "Field Service", true, true), unlicensed: true },
  { ...template("D365_ProjectOperations", "Project Operations", true, true), unlicensed: true },
  { ...template("D365_SmbMarketing", "SMB Marketing", false, false), unlicensed: true },
  { ...template("D365_RemoteAssist", "Remote Assist", true, true), unlicensed: true },
  { ...template("D365_Guides", "Guides", true, false), unlicensed: true },
];

function template(
  name: string,
  displayName: string,
  isCustomerEngagement: boolean,
  isSupportedForResetOperation: boolean,
): Template {
  return { name, displayName, isCustomerEngagement, isSupportedForResetOperation };
}

/** Template names by SKU, keyed as BAP keys them. */
const TEMPLATES_OF_SKU: Readonly<Record<string, readonly string[]>> = {
  standard: [],
  premium: [],
  developer: ["D365_CDSSampleApp"],
  basic: [],
  production: TEMPLATES.map((row) => row.name),
  sandbox: TEMPLATES.map((row) => row.name),
  trial: [
    "D365_CustomerService",
    "D365_DeveloperEdition",
    "D365_CDSSampleApp",
    "D365_PowerFrameworkTemplate",
  ],
  default: ["D365_CDSSampleApp"],
  support: [],
  subscriptionBasedTrial: ["D365_CustomerService", "D365_DeveloperEdition", "D365_CDSSampleApp"],
  teams: [],
  platform: [],
};

export function disabledReason(row: Template): { code: string; message: string } | undefined {
  return row.unlicensed === true
    ? {
        code: "DynamicsEntitlementMissing",
        message: `You do not have the required Dynamics 365 licenses to create databases with the '${row.displayName}' Dynamics app.`,
      }
    : undefined;
}

function templateBody(location: Location, row: Template): object {
  const reason = disabledReason(row);
  return {
    id: `${PROVIDER}/locations/${location.name}/environmentTemplates/${row.name}`,
    name: row.name,
    location: location.name,
    properties: {
      displayName: row.displayName,
      isDisabled: reason !== undefined,
      ...(reason === undefined ? {} : { disabledReason: reason }),
      isCustomerEngagement: row.isCustomerEngagement,
      isSupportedForResetOperation: row.isSupportedForResetOperation,
    },
  };
}

/** The template in the form of the Power Platform API ("Environment Provisioning", REST reference 2024-10-01). */
export function provisioningTemplates(): object[] {
  return TEMPLATES.map((row) => ({
    name: row.name,
    displayName: row.displayName,
    isCustomerEngagement: row.isCustomerEngagement,
    isSupportedForResetOperation: row.isSupportedForResetOperation,
    availability: Object.entries(TEMPLATES_OF_SKU)
      .filter(([, names]) => names.includes(row.name))
      .map(([sku]) => {
        const reason = disabledReason(row);
        return {
          environmentSku: `${sku[0]?.toUpperCase()}${sku.slice(1)}`,
          isDisabled: reason !== undefined,
          ...(reason === undefined ? {} : { disabledReason: reason }),
        };
      }),
  }));
}

/** Assumption: a location nobody has heard of is answered like an unknown environment, with `LocationNotFound`. */
function locationOf(request: SandboxRequest & { params: Readonly<Record<string, string>> }): Location {
  const name = request.params["location"] ?? "";
  const location = findLocation(name);
  if (location === undefined)
    throw bapRefusal(404, "LocationNotFound", `The location '${name}' could not be found.`);
  return location;
}

function listOf(value: unknown): SandboxResponse {
  return { status: 200, body: { value } };
}

/** Locations and what can be chosen in each of them (services/locations, languages, currencies, environment_templates). */
export const LOCATION_ROUTES: readonly Route[] = [
  route("GET", `${PROVIDER}/locations`, (request, world) => {
    requireTenantMember(request, world);
    return listOf(LOCATIONS.map(locationBody));
  }),
  route("GET", `${PROVIDER}/locations/{location}/environmentLanguages`, (request, world) => {
    requireTenantMember(request, world);
    const location = locationOf(request);
    return listOf(
      LANGUAGES.map(([lcid, tag]) => ({
        name: String(lcid),
        id: `${PROVIDER}/locations/${location.name}/environmentLanguages/${lcid}`,
        type: "Microsoft.BusinessAppPlatform/locations/environmentLanguages",
        properties: {
          localeId: lcid,
          localizedName: languageName(tag),
          displayName: languageName(tag),
          isTenantDefault: lcid === 1033,
        },
      })),
    );
  }),
  route("GET", `${PROVIDER}/locations/{location}/environmentCurrencies`, (request, world) => {
    requireTenantMember(request, world);
    const location = locationOf(request);
    return listOf(
      CURRENCIES.map((code) => ({
        name: code,
        id: `${PROVIDER}/locations/${location.name}/environmentCurrencies/${code}`,
        type: "Microsoft.BusinessAppPlatform/locations/environmentCurrencies",
        properties: { code, symbol: currencySymbol(code), isTenantDefault: code === "USD" },
      })),
    );
  }),
  route("GET", `${PROVIDER}/locations/{location}/templates`, (request, world) => {
    requireTenantMember(request, world);
    const location = locationOf(request);
    const bySku = Object.entries(TEMPLATES_OF_SKU).map(([sku, names]) => [
      sku,
      TEMPLATES.filter((row) => names.includes(row.name)).map((row) => templateBody(location, row)),
    ]);
    return { status: 200, body: Object.fromEntries(bySku) };
  }),
];
