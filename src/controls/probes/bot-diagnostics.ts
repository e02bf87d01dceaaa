import { isServiceError } from "../../errors.ts";
import { account } from "../../resources/health-bot/account.ts";
import { defineProbe } from "../probe.ts";

/** What the bot could send to Azure Monitor by itself. So far Azure offers nothing. */
export const botDiagnostics = defineProbe<readonly string[]>({
  id: "bot-diagnostics",
  summary: "categories of logs that Azure Monitor offers for the bot itself",
  api: "Azure Resource Manager Microsoft.Insights/diagnosticSettingsCategories",
  persona: "Subscription Contributor",
  permissions: ["Microsoft.Insights/diagnosticSettingsCategories/read"],
  sources: [
    "Azure/azure-rest-api-specs:specification/monitor (Diagnostic Settings Categories - List, 2021-05-01-preview)",
    "mondoohq/mql: providers/azure (400 ResourceTypeNotSupported for a type without diagnostic settings)",
  ],
  dependsOn: () => [account.address()],
  async read(context) {
    const bot = account.data(context);
    if (bot === undefined) return undefined;
    try {
      const found = await context.services.arm.list<{ readonly name: string }>(
        `${bot.resourceId}/providers/Microsoft.Insights/diagnosticSettingsCategories`,
      );
      return found.map(({ name }) => name);
    } catch (error) {
      if (isServiceError(error, 400, 404) && error.refusal.serviceCode === "ResourceTypeNotSupported")
        return [];
      throw error;
    }
  },
});
