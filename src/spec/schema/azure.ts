import * as z from "zod";
import { KNOWN_POLICIES, POLICY_ID } from "../terms/policies.ts";
import { DEFAULTS } from "./defaults.ts";
import { described, oneOf, optional, patternText, text } from "./fields.ts";
import { applicationInsightsName, azureLocation, guid, resourceGroupName, workspaceName } from "./terms.ts";

/** Microsoft Entra ID: "Log categories for streaming". */
const ENTRA_LOGS = [
  "AuditLogs",
  "SignInLogs",
  "NonInteractiveUserSignInLogs",
  "ServicePrincipalSignInLogs",
  "ManagedIdentitySignInLogs",
  "ProvisioningLogs",
  "RiskyUsers",
  "UserRiskEvents",
  "RiskyServicePrincipals",
  "ServicePrincipalRiskEvents",
  "MicrosoftGraphActivityLogs",
] as const;

const tagValue = text((value) => value.length <= 256, {
  code: "PSC-E045",
  what: "a tag value",
  remedy: "use at most 256 characters",
}).meta({ maxLength: 256 });

const emailAddress = patternText(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, {
  code: "PSC-E046",
  what: "an email address",
  remedy: "write an address such as oncall@contoso.com",
});

const monitoring = z.strictObject({
  workspace: optional(workspaceName, "Log Analytics workspace, dedicated to this environment.", {
    derivedDefault: "`log-` and the spec's `name`",
  }),
  applicationInsights: optional(
    applicationInsightsName,
    "Application Insights component of the bot, dedicated to this environment.",
    { derivedDefault: "`appi-` and the spec's `name`" },
  ),
  retentionDays: optional(
    z.number().meta({ type: "integer", enum: [30, 60, 90, 120, 180, 270, 365, 550, 730] }),
    "Days the workspace and Application Insights keep data.",
    { default: DEFAULTS.retentionDays },
  ),
  alerts: optional(
    z.strictObject({
      email: optional(
        z.array(described(emailAddress, "An address.")),
        "Who is told when somebody changes or deletes the bot.",
        { required: true },
      ),
    }),
    "An alert on every change of the bot.",
    { derivedDefault: "none" },
  ),
  entraLogs: optional(
    z.array(described(oneOf(ENTRA_LOGS), "Category of the tenant's logs.")),
    "Sign-in and audit logs of the whole tenant that also go to this workspace; needs a Security Administrator.",
    { derivedDefault: "none" },
  ),
  dataverse: optional(
    z.boolean(),
    "Telemetry of Dataverse goes to Application Insights: a person exports it once in the admin center; psc sees when.",
    { default: false },
  ),
  activityLog: optional(
    z.array(described(oneOf(DEFAULTS.activityLog), "Category of the activity log.")),
    "Categories of the subscription's activity log that go to the workspace.",
    { default: DEFAULTS.activityLog },
  ),
});

const policyName = patternText(/^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$/, {
  code: "PSC-E058",
  what: "a name of a policy assignment",
  remedy: `use 2 to 40 lower-case letters, digits and hyphens, or one psc knows: ${Object.keys(KNOWN_POLICIES).join(", ")}`,
});

const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

const policy = z.strictObject({
  name: described(
    policyName,
    `Name of the assignment; one psc knows needs no definition: ${Object.keys(KNOWN_POLICIES)
      .map((name) => `\`${name}\``)
      .join(", ")}.`,
  ),
  definition: optional(
    patternText(POLICY_ID, {
      code: "PSC-E058",
      what: "an id of a policy or initiative",
      remedy:
        "copy it from the Azure portal, Policy > Definitions, such as /providers/Microsoft.Authorization/policyDefinitions/…",
    }),
    "Id of the policy or initiative.",
    { derivedDefault: "that of a name psc knows" },
  ),
  parameters: optional(
    z.record(
      z.string(),
      described(
        z.union([parameterValue, z.array(described(parameterValue, "One of several values."))]),
        "Value of the parameter.",
      ),
    ),
    "Parameters the definition asks for. Others are left alone.",
    { derivedDefault: "none" },
  ),
});

export const azureSchema = z.strictObject({
  subscription: optional(
    guid("a subscription id (GUID)", "copy the id from the Azure portal, Subscriptions"),
    "Id of the Azure subscription of the bot and its monitoring, in the same tenant.",
    { required: true },
  ),
  location: optional(azureLocation, "Azure location of the bot and its monitoring.", {
    derivedDefault: "the one nearest to `environment.region`, such as eastus",
  }),
  resourceGroup: optional(resourceGroupName, "Resource group, made when it does not exist.", {
    derivedDefault: "`rg-` and the spec's `name`",
  }),
  tags: optional(
    z.record(z.string(), described(tagValue, "Value of the tag.")),
    "Tags of everything psc makes in Azure. Other tags are left alone.",
    { derivedDefault: "none" },
  ),
  lock: optional(
    z.boolean(),
    "Whether a lock refuses the deletion of the resource group and of everything in it.",
    { derivedDefault: "true for stage `prod`, false for others" },
  ),
  policies: optional(
    z.array(described(policy, "A policy.")),
    "Policies and initiatives that Azure checks the resource group by. Others are left alone.",
    { derivedDefault: "none" },
  ),
  monitoring: optional(monitoring, "Where logs and telemetry go."),
});
