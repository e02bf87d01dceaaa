import { README, SECTIONS } from "../texts/workbook.ts";

const PERIOD = "Period";
const WORKSPACE = "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]";

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]+/g, "-");
}

function items(): object[] {
  return [
    {
      type: 9,
      content: {
        version: "KqlParameterItem/1.0",
        parameters: [
          {
            version: "KqlParameterItem/1.0",
            name: PERIOD,
            type: 4,
            isRequired: true,
            value: { durationMs: 604_800_000 },
            typeSettings: {
              selectableValues: [
                { durationMs: 86_400_000 },
                { durationMs: 604_800_000 },
                { durationMs: 2_592_000_000 },
              ],
              allowCustom: true,
            },
          },
        ],
      },
      name: "period",
    },
    ...SECTIONS.flatMap(({ title, explains, panels }) => [
      { type: 1, content: { json: `## ${title}\n\n${explains}` }, name: slug(title) },
      ...panels.map((panel) => ({
        type: 3,
        content: {
          version: "KqlItem/1.0",
          title: panel.title,
          query: panel.query,
          size: 0,
          timeContextFromParameter: PERIOD,
          queryType: 0,
          resourceType: "microsoft.operationalinsights/workspaces",
          visualization: panel.visualization,
        },
        name: `${slug(title)}-${slug(panel.title)}`,
      })),
    ]),
  ];
}

/** A workbook is kept as JSON in a text ("Workbooks", REST API of Application Insights, 2022-04-01). */
function template(): object {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: {
      workspaceName: {
        type: "string",
        metadata: { description: "Log Analytics workspace of the environment." },
      },
      location: { type: "string", defaultValue: "[resourceGroup().location]" },
    },
    variables: {
      workbook: {
        version: "Notebook/1.0",
        items: items(),
        fallbackResourceIds: [WORKSPACE],
      },
    },
    resources: [
      {
        type: "Microsoft.Insights/workbooks",
        apiVersion: "2022-04-01",
        name: "[guid(resourceGroup().id, parameters('workspaceName'), 'psc')]",
        location: "[parameters('location')]",
        kind: "shared",
        properties: {
          displayName: "Patient service center",
          category: "workbook",
          version: "Notebook/1.0",
          sourceId: WORKSPACE,
          serializedData: "[string(variables('workbook'))]",
        },
      },
    ],
  };
}

/** templates/workbook/ */
export function files(): Record<string, string> {
  return {
    "templates/workbook/azuredeploy.json": `${JSON.stringify(template(), null, 2)}\n`,
    "templates/workbook/README.md": README,
  };
}
