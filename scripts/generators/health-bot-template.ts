import type { Context, Resource } from "../../src/engine/resource.ts";
import { actionGroupResources } from "../../src/resources/azure/action-group.ts";
import { activityLogAlertResources } from "../../src/resources/azure/activity-log-alert.ts";
import { activityLogExportResources } from "../../src/resources/azure/activity-log-export.ts";
import { applicationInsightsResources } from "../../src/resources/azure/application-insights.ts";
import { logAnalyticsWorkspaceResources } from "../../src/resources/azure/log-analytics-workspace.ts";
import { policyAssignmentResources } from "../../src/resources/azure/policy-assignment.ts";
import { resourceGroupResources } from "../../src/resources/azure/resource-group.ts";
import { resourceLockResources } from "../../src/resources/azure/resource-lock.ts";
import { accountResources } from "../../src/resources/health-bot/account.ts";
import { API_VERSIONS } from "../../src/services/arm.ts";
import type { EnvironmentSpec } from "../../src/spec/model.ts";
import { resolveSpec } from "../../src/spec/resolve.ts";
import { FORM, PARAMETERS, README } from "../texts/health-bot-template.ts";

/**
 * The landing zone of the bot as an ARM template. Nothing of it is written down twice: the resource kinds make the
 * resources of a spec whose values are names of parameters, and what they would send becomes the template.
 */

/** Values that stand for parameters; each is found again in what the kinds send. */
const STAND_INS: Readonly<Record<string, string | number>> = {
  environmentName: "psc-stand-in-environment",
  location: "psc-stand-in-location",
  resourceGroup: "psc-stand-in-group",
  workspaceName: "psc-stand-in-workspace",
  applicationInsightsName: "psc-stand-in-insights",
  botName: "psc-stand-in-bot",
  botSku: "psc-stand-in-sku",
  alertEmails: "psc-stand-in-email",
  retentionDays: 270,
};
const SUBSCRIPTION = "00000000-0000-4000-8000-000000000000";

function standInSpec(): EnvironmentSpec {
  const of = (name: string): string => String(STAND_INS[name]);
  const spec = resolveSpec(
    {
      name: of("environmentName"),
      stage: "prod",
      azure: {
        subscription: SUBSCRIPTION,
        resourceGroup: of("resourceGroup"),
        lock: true,
        policies: [{ name: "health-bot-azure-rbac" }, { name: "hitrust-csf-11-3" }],
        monitoring: {
          workspace: of("workspaceName"),
          applicationInsights: of("applicationInsightsName"),
          retentionDays: Number(STAND_INS["retentionDays"]),
          alerts: { email: [of("alertEmails")] },
        },
      },
      healthBot: { name: of("botName") },
    },
    undefined,
  );
  return {
    ...spec,
    azure: { ...spec.azure, location: of("location") },
    healthBot: { ...spec.healthBot, sku: of("botSku") as EnvironmentSpec["healthBot"]["sku"] },
  };
}

interface Sent {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the kinds would send to make everything anew. */
async function recorded(spec: EnvironmentSpec): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const context = {
    spec,
    services: {
      arm: {
        get: async () => undefined,
        list: async () => [],
        untilDone: async () => undefined,
        send: async (_method: string, id: string, { body }: { readonly body: Sent["body"] }) => {
          sent.push({ id, body });
          return { status: 200, headers: {}, body: {} };
        },
      },
    },
    observation: () => undefined,
    wait: async (_what: string, _options: object, look: () => Promise<{ readonly value: unknown }>) =>
      (await look()).value,
  } as unknown as Context;
  const inside: Resource[] = [
    ...resourceGroupResources(spec),
    ...logAnalyticsWorkspaceResources(spec),
    ...applicationInsightsResources(spec),
    ...activityLogExportResources(spec),
    ...accountResources(spec),
    ...actionGroupResources(spec),
    ...activityLogAlertResources(spec),
    ...policyAssignmentResources(spec),
  ];
  for (const resource of [...inside, ...resourceLockResources(spec, inside)])
    await resource.create?.(context);
  return sent;
}

const SUBSCRIPTION_ID = `/subscriptions/${SUBSCRIPTION}`;
const NAMED = Object.entries(STAND_INS).filter(([, value]) => typeof value === "string");
const TOKEN = new RegExp(`(${[SUBSCRIPTION_ID, ...NAMED.map(([, value]) => value)].join("|")})`);

/** A text with parameters in it as an expression; any other text as it is. */
function expressionOf(text: string): string {
  const parts = text.split(TOKEN).filter((part) => part !== "");
  const words = parts.map((part) => {
    if (part === SUBSCRIPTION_ID) return "subscription().id";
    const name = NAMED.find(([, value]) => value === part)?.[0];
    return name === undefined ? `'${part.replaceAll("'", "''")}'` : `parameters('${name}')`;
  });
  if (words.every((word) => word.startsWith("'"))) return text;
  return words.length === 1 ? `[${words[0]}]` : `[concat(${words.join(", ")})]`;
}

function templated(value: unknown): unknown {
  if (value === STAND_INS["retentionDays"]) return "[parameters('retentionDays')]";
  if (typeof value === "string") return expressionOf(value);
  if (Array.isArray(value)) return value.map(templated);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (name === "emailReceivers" && Array.isArray(member)) return ["copy", [receivers(member[0])]];
    return [name, templated(member)];
  });
  return Object.fromEntries(entries);
}

/** One receiver for each address. */
function receivers(first: unknown): object {
  const input = JSON.parse(
    JSON.stringify(templated(first)).replaceAll(
      "[parameters('alertEmails')]",
      "[parameters('alertEmails')[copyIndex('emailReceivers')]]",
    ),
  );
  return { name: "emailReceivers", count: "[length(parameters('alertEmails'))]", input };
}

/** Such as `Microsoft.Insights/components`, and the name. */
function typeAndName(id: string): { readonly type: string; readonly name: string } {
  const [, namespace, type, name] = /\/providers\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  if (namespace === undefined)
    return { type: "Microsoft.Resources/resourceGroups", name: id.split("/").at(-1) ?? "" };
  return { type: `${namespace}/${type}`, name: name ?? "" };
}

function versionOf(type: string): string {
  const plain = type.toLowerCase();
  const known = API_VERSIONS[plain] ?? API_VERSIONS[plain.split("/").at(-1) ?? ""];
  if (known === undefined) throw new Error(`no api-version of ${type} is known`);
  return known;
}

function resourceOf({ id, body }: Sent, all: readonly Sent[]): object {
  const { type, name } = typeAndName(id);
  const isLock = type.endsWith("/locks");
  const needs = all.filter(
    (other) =>
      other.id !== id && (isLock || JSON.stringify(body).toLowerCase().includes(other.id.toLowerCase())),
  );
  return {
    type,
    apiVersion: versionOf(type),
    name: expressionOf(name),
    ...(needs.length === 0 ? {} : { dependsOn: needs.map((other) => expressionOf(other.id)) }),
    ...(templated(body) as object),
  };
}

/** Parameters that a part of the template names, passed on or declared. */
function parametersIn(part: unknown): readonly string[] {
  const text = JSON.stringify(part);
  return Object.keys(STAND_INS).filter((name) => text.includes(`parameters('${name}')`));
}

async function template(): Promise<object> {
  const sent = await recorded(standInSpec());
  const groupId = `${SUBSCRIPTION_ID}/resourceGroups/${STAND_INS["resourceGroup"]}`;
  const group = sent.filter(({ id }) => id === groupId);
  const within = sent.filter(({ id }) => id.startsWith(`${groupId}/`));
  const beside = sent.filter(({ id }) => !id.startsWith(groupId));
  const resources = within.map((one) => resourceOf(one, within));
  const passed = parametersIn(resources);
  const deployment = "[concat('psc-health-bot-', parameters('environmentName'))]";
  return {
    $schema: "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    metadata: {
      description: "A compliant Azure Health Bot with its monitoring. Made from psc's resource kinds.",
    },
    parameters: PARAMETERS,
    resources: [
      ...group.map((one) => resourceOf(one, [])),
      {
        type: "Microsoft.Resources/deployments",
        apiVersion: "2025-04-01",
        name: deployment,
        resourceGroup: "[parameters('resourceGroup')]",
        dependsOn: [expressionOf(groupId)],
        properties: {
          mode: "Incremental",
          expressionEvaluationOptions: { scope: "inner" },
          parameters: Object.fromEntries(passed.map((name) => [name, { value: `[parameters('${name}')]` }])),
          template: {
            $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            contentVersion: "1.0.0.0",
            parameters: Object.fromEntries(passed.map((name) => [name, { type: PARAMETERS[name]?.type }])),
            resources,
          },
        },
      },
      ...beside.map((one) => ({
        ...resourceOf(one, []),
        dependsOn: [
          `[subscriptionResourceId('Microsoft.Resources/deployments', ${deployment.slice(1, -1)})]`,
        ],
      })),
    ],
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** templates/health-bot/ from the resource kinds. */
export async function files(): Promise<Record<string, string>> {
  return {
    "templates/health-bot/azuredeploy.json": json(await template()),
    "templates/health-bot/portal.json": json(FORM),
    "templates/health-bot/README.md": README,
  };
}
