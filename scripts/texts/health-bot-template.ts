import { DEFAULTS } from "../../src/spec/schema/defaults.ts";

interface Parameter {
  readonly type: "string" | "int" | "array";
  readonly defaultValue?: string | number | readonly string[];
  readonly allowedValues?: readonly (string | number)[];
  readonly metadata: { readonly description: string };
}

/** What somebody who deploys the template is asked. */
export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  environmentName: {
    type: "string",
    defaultValue: "health",
    metadata: { description: "Name of the environment: part of names and of the tag psc-environment." },
  },
  location: {
    type: "string",
    defaultValue: "[deployment().location]",
    metadata: { description: "Region of everything." },
  },
  resourceGroup: { type: "string", metadata: { description: "Resource group, made when it is not there." } },
  botName: { type: "string", metadata: { description: "Name of the Health Bot." } },
  botSku: {
    type: "string",
    defaultValue: DEFAULTS.sku,
    allowedValues: ["F0", "C0", "PES", "C1"],
    metadata: { description: "SKU of the bot; F0 and C0 are not for production." },
  },
  workspaceName: { type: "string", metadata: { description: "Log Analytics workspace." } },
  applicationInsightsName: {
    type: "string",
    metadata: { description: "Application Insights, for this bot alone." },
  },
  retentionDays: {
    type: "int",
    defaultValue: DEFAULTS.retentionDays,
    allowedValues: [30, 60, 90, 120, 180, 270, 365, 550, 730],
    metadata: { description: "Days that logs and telemetry are kept." },
  },
  alertEmails: {
    type: "array",
    defaultValue: [],
    metadata: { description: "Who is told when the bot is changed or deleted." },
  },
};

const textBox = (name: string, label: string, toolTip: string, regex: string, message: string): object => ({
  name,
  type: "Microsoft.Common.TextBox",
  label,
  toolTip,
  constraints: { required: true, regex, validationMessage: message },
  visible: true,
});

const choice = (
  name: string,
  label: string,
  values: readonly (string | number)[],
  usual: string,
): object => ({
  name,
  type: "Microsoft.Common.DropDown",
  label,
  defaultValue: usual,
  constraints: {
    allowedValues: values.map((value) => ({ label: String(value), value })),
    required: true,
  },
  visible: true,
});

/**
 * The form that the Azure portal shows for the template. Elements and outputs as microsoft/industry uses them in
 * `healthcare/solutions/healthcareApis/healthcare-portal.json`.
 */
export const FORM = {
  $schema: "https://schema.management.azure.com/schemas/2021-09-09/uiFormDefinition.schema.json#",
  view: {
    kind: "Form",
    properties: {
      title: "Compliant Azure Health Bot",
      steps: [
        {
          name: "basics",
          label: "Where",
          elements: [
            {
              name: "resourceScope",
              type: "Microsoft.Common.ResourceScope",
              location: { resourceTypes: ["Microsoft.HealthBot/healthBots"] },
            },
          ],
        },
        {
          name: "bot",
          label: "Bot and monitoring",
          elements: [
            {
              name: "info",
              type: "Microsoft.Common.TextBlock",
              visible: true,
              options: {
                text: "Makes the Health Bot in a resource group of its own with a lock, a Log Analytics workspace, Application Insights, the subscription's activity log, an alert on changes of the bot, and policies. Access, handoff and channels are set up by psc or by hand afterwards.",
              },
            },
            textBox(
              "environmentName",
              "Environment",
              "Part of names and tags.",
              "^[a-z0-9][a-z0-9-]{0,19}$",
              "1 to 20 small letters, digits and hyphens.",
            ),
            textBox(
              "resourceGroup",
              "Resource group",
              "Made when it is not there.",
              "^[A-Za-z0-9._()-]{1,89}[A-Za-z0-9_()-]$",
              "At most 90 letters, digits and ._()-, not ending in a full stop.",
            ),
            textBox(
              "botName",
              "Health Bot",
              "Name of the bot.",
              "^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$",
              "2 to 64 letters, digits and _.-",
            ),
            choice("botSku", "SKU", PARAMETERS["botSku"]?.allowedValues ?? [], DEFAULTS.sku),
            textBox(
              "workspaceName",
              "Log Analytics workspace",
              "For this bot's logs.",
              "^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$",
              "4 to 63 letters, digits and hyphens.",
            ),
            textBox(
              "applicationInsightsName",
              "Application Insights",
              "For this bot alone.",
              "^[A-Za-z0-9._()-]{1,254}[A-Za-z0-9_()-]$",
              "At most 255 letters, digits and ._()-",
            ),
            choice(
              "retentionDays",
              "Days kept",
              PARAMETERS["retentionDays"]?.allowedValues ?? [],
              String(DEFAULTS.retentionDays),
            ),
            textBox(
              "alertEmail",
              "Told of changes",
              "Address of who is told when the bot is changed or deleted.",
              "^[^@\\s]+@[^@\\s]+$",
              "An email address.",
            ),
          ],
        },
      ],
    },
    outputs: {
      parameters: {
        location: "[steps('basics').resourceScope.location.name]",
        ...Object.fromEntries(
          [
            "environmentName",
            "resourceGroup",
            "botName",
            "botSku",
            "workspaceName",
            "applicationInsightsName",
            "retentionDays",
          ].map((name) => [name, `[steps('bot').${name}]`]),
        ),
        alertEmails: "[parse(concat('[\"', steps('bot').alertEmail, '\"]'))]",
      },
      kind: "Subscription",
      location: "[steps('basics').resourceScope.location.name]",
      subscriptionId: "[steps('basics').resourceScope.subscription.id]",
    },
  },
} as const;

export const README = `<!-- Made by \`npm run generate\`; do not edit. -->
# A compliant Health Bot as an ARM template

What the guide's *Deploy* button stands for, for teams that deploy Azure by templates: the Health Bot in a resource group with a lock, a Log Analytics workspace, Application Insights for this bot alone, the subscription's activity log, an alert on changes of the bot, and policies. \`azuredeploy.json\` is made from the resource kinds of psc, so that both roads lead to the same resources: after it \`psc plan\` finds nothing to change in them.

\`\`\`sh
az deployment sub create --location eastus --template-file azuredeploy.json \\
  --parameters resourceGroup=rg-contoso-health-dev botName=bot-contoso-dev environmentName=contoso-dev \\
    workspaceName=log-contoso-dev applicationInsightsName=appi-contoso-dev alertEmails='["oncall@contoso.com"]'
\`\`\`

In the Azure portal both files together are a form: \`https://portal.azure.com/#blade/Microsoft_Azure_CreateUIDef/CustomDeploymentBlade/uri/TEMPLATE/uiFormDefinitionUri/FORM\` with the encoded addresses of \`azuredeploy.json\` and \`portal.json\`, which must be readable without sign-in.

Not in it, because a template cannot do it or should not: who may work on the bot (eligible roles need the group's id and go by Privileged Identity Management), its configuration, handoff and channels. \`psc deploy\` does them.
`;
