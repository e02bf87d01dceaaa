import type * as z from "zod";
import { isCurrency } from "../terms/currencies.ts";
import { isTimeZone, timeZoneNames } from "../terms/hours.ts";
import { LANGUAGE_TAGS, lcidOf } from "../terms/languages.ts";
import { parsePrincipal, USER_PRINCIPAL_NAME } from "../terms/principals.ts";
import { patternText, text } from "./fields.ts";

const GUID =
  /^(?!00000000-0000-0000-0000-000000000000$)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const DOMAIN = /^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;

export function guid(what: string, remedy: string): z.ZodString {
  return patternText(GUID, { code: "PSC-E040", what, remedy });
}

export const tenantText = text(
  (value) => GUID.test(value) || DOMAIN.test(value),
  {
    code: "PSC-E041",
    what: "a tenant id or a domain",
    remedy: "write the tenant's verified domain, such as contoso.onmicrosoft.com, or its directory id",
  },
  new RegExp(`${GUID.source}|${DOMAIN.source}`),
);

export const environmentDomain = patternText(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/, {
  code: "PSC-E042",
  what: "an environment domain",
  remedy: "use lower-case letters, digits and hyphens, and begin with a letter, such as contosohealth-dev",
});

export const environmentName = patternText(/^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$/, {
  code: "PSC-E049",
  what: "an environment name",
  remedy: "use 2 to 40 lower-case letters, digits and hyphens, such as contoso-dev",
});

/** Azure/azure-rest-api-specs: healthbot, BotResourceName. */
export const botName = patternText(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}$/, {
  code: "PSC-E043",
  what: "a Health Bot name",
  remedy: "use 2 to 64 letters, digits, hyphens, dots and underscores, and begin with a letter or digit",
});

/** "Naming rules and restrictions for Azure resources" (Azure Resource Manager). */
export const resourceGroupName = text(
  (value) => /^[\p{L}\p{N}_.()-]{0,89}[\p{L}\p{N}_()-]$/u.test(value),
  {
    code: "PSC-E043",
    what: "a resource group name",
    remedy: "use 1 to 90 letters, digits, hyphens, underscores, dots and parentheses, not ending in a dot",
  },
  // Not every editor knows Unicode classes, so they get the length and the end.
  /^[^\s/]{0,89}[^\s/.]$/,
);

/** Azure/azure-rest-api-specs: operationalinsights, workspaceName. */
export const workspaceName = patternText(/^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/, {
  code: "PSC-E043",
  what: "a Log Analytics workspace name",
  remedy: "use 4 to 63 letters, digits and hyphens, beginning and ending with a letter or digit",
});

/** "Naming rules and restrictions for Azure resources", Microsoft.Insights/components. */
export const applicationInsightsName = patternText(/^[^%&\\?/]{0,259}[^%&\\?/ .]$/, {
  code: "PSC-E043",
  what: "an Application Insights name",
  remedy: "use 1 to 260 characters without % & \\ ? /, not ending in a space or dot",
});

export const azureLocation = patternText(/^[a-z]+[a-z0-9]*$/, {
  code: "PSC-E043",
  what: "an Azure location",
  remedy: "write the location's short name, such as eastus",
});

export const regionName = patternText(/^[a-z][a-z0-9]*$/, {
  code: "PSC-E070",
  what: "a Power Platform region",
  remedy: "write the region's short name, such as unitedstates",
});

export const currencyCode = text(
  isCurrency,
  {
    code: "PSC-E054",
    what: "a currency",
    remedy: "write an ISO 4217 code in capitals, such as USD",
    known: () => Intl.supportedValuesOf("currency"),
  },
  /^[A-Z]{3}$/,
);

export const languageTag = text(
  (value) => lcidOf(value) !== undefined,
  {
    code: "PSC-E053",
    what: "a language of Dataverse",
    remedy: "write a language tag such as en-US",
    known: () => LANGUAGE_TAGS,
  },
  /^[a-z]{2}-[A-Z]{2}$/,
);

export const timeZone = text(
  isTimeZone,
  {
    code: "PSC-E052",
    what: "a time zone",
    remedy: "write an IANA name, such as America/New_York",
    known: timeZoneNames,
  },
  /^(UTC|[A-Z][A-Za-z_]+\/.+)$/,
);

export const userPrincipalName = patternText(USER_PRINCIPAL_NAME, {
  code: "PSC-E046",
  what: "a user principal name",
  remedy: "write the name the person signs in with, such as amara@contoso.com",
});

export const principal = text(
  (value) => parsePrincipal(value) !== undefined,
  {
    code: "PSC-E047",
    what: "a principal",
    remedy: "write group/KEY with a key of identity.groups, user/NAME@DOMAIN, or bot",
  },
  /^(bot|group\/\S+|user\/\S+@\S+)$/,
);

export const groupReference = patternText(/^group\/\S+$/, {
  code: "PSC-E047",
  what: "a group",
  remedy: "write group/KEY with a key of identity.groups",
});
