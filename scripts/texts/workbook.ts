/**
 * What the workbook shows. Tables and columns are those of workspace-based Application Insights and of the activity and
 * Entra logs (Azure Monitor Logs, table reference); events are those of "Custom telemetry" (Azure Health Bot).
 */

export interface Panel {
  readonly title: string;
  readonly query: string;
  readonly visualization: "timechart" | "barchart" | "table";
}

export interface Section {
  readonly title: string;
  /** Markdown: what it says, and what has to be on for it. */
  readonly explains: string;
  readonly panels: readonly Panel[];
}

export const SECTIONS: readonly Section[] = [
  {
    title: "Health Bot",
    explains:
      "From the bot's custom telemetry (`healthBot` in the spec; the key is set by psc). What patients write is in it only with `healthBot.keep.messageTextInTelemetry`.",
    panels: [
      {
        title: "Messages",
        query: 'AppEvents | where Name == "Message" | summarize Messages = count() by bin(TimeGenerated, 1h)',
        visualization: "timechart",
      },
      {
        title: "Not understood, in per cent",
        query:
          'AppEvents | where Name in ("TopLevelUtterance", "UtteranceMisunderstanding") | summarize Asked = countif(Name == "TopLevelUtterance"), Missed = countif(Name == "UtteranceMisunderstanding") by bin(TimeGenerated, 1h) | project TimeGenerated, PerCent = iff(Asked == 0, 0.0, 100.0 * Missed / Asked)',
        visualization: "timechart",
      },
      {
        title: "Scenarios begun and left",
        query:
          'AppEvents | where Name in ("ScenarioStart", "ScenarioOut") | summarize Times = count() by Name, bin(TimeGenerated, 1d)',
        visualization: "barchart",
      },
    ],
  },
  {
    title: "Changes of the bot",
    explains:
      "From the subscription's activity log (`azure.monitoring.activityLog`). Nobody should be here who has not activated a role.",
    panels: [
      {
        title: "Who changed or deleted it",
        query:
          'AzureActivity | where OperationNameValue startswith "MICROSOFT.HEALTHBOT" | project TimeGenerated, Caller, OperationNameValue, ActivityStatusValue | order by TimeGenerated desc',
        visualization: "table",
      },
    ],
  },
  {
    title: "Omnichannel and Dataverse",
    explains:
      "From the telemetry that the environment exports (`azure.monitoring.dataverse`, a person's move). The first rows arrive within a day.",
    panels: [
      {
        title: "Requests that failed",
        query: "AppRequests | where Success == false | summarize Failed = count() by bin(TimeGenerated, 1h)",
        visualization: "timechart",
      },
      {
        title: "Slowest operations on conversations",
        query:
          'AppRequests | where Name has "msdyn_oc" or OperationName has "msdyn_oc" | summarize Times = count(), P95ms = percentile(DurationMs, 95) by Name | top 20 by P95ms',
        visualization: "table",
      },
      {
        title: "Calls to other services that failed",
        query:
          "AppDependencies | where Success == false | summarize Failed = count() by Target, bin(TimeGenerated, 1h)",
        visualization: "timechart",
      },
    ],
  },
  {
    title: "Portal",
    explains: "From the site's own telemetry (`portal.telemetry`, a person's move).",
    panels: [
      {
        title: "Page views",
        query: "AppPageViews | summarize Views = count() by bin(TimeGenerated, 1h)",
        visualization: "timechart",
      },
      {
        title: "Errors in the browser",
        query: "AppExceptions | summarize Errors = count() by ProblemId, bin(TimeGenerated, 1h)",
        visualization: "timechart",
      },
    ],
  },
  {
    title: "Sign-ins",
    explains: "From the logs of the tenant (`azure.monitoring.entraLogs`).",
    panels: [
      {
        title: "Sign-ins that failed, by application",
        query:
          'SigninLogs | where ResultType != "0" | summarize Failed = count() by AppDisplayName, bin(TimeGenerated, 1d)',
        visualization: "barchart",
      },
      {
        title: "Roles and groups that were changed",
        query:
          'AuditLogs | where Category in ("RoleManagement", "GroupManagement") | project TimeGenerated, OperationName, Result, Identity | order by TimeGenerated desc',
        visualization: "table",
      },
    ],
  },
];

export const README = `<!-- Made by \`npm run generate\`; do not edit. -->
# A workbook for the contact centre

One page in Azure Monitor on the environment's Log Analytics workspace: ${SECTIONS.map(({ title }) => title).join(", ")}. Each part says which field of the spec feeds it; a part whose source is off stays empty.

\`\`\`sh
az deployment group create --resource-group rg-contoso-health-dev --template-file azuredeploy.json \\
  --parameters workspaceName=log-contoso-dev
\`\`\`

Then: Azure portal, the workspace, *Workbooks*, "Patient service center".
`;
