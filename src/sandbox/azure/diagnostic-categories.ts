import { Refusal } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { armRoute } from "./pipeline.ts";
import { requireResource } from "./tracked-resources.ts";

const TYPE = "Microsoft.Insights/diagnosticSettingsCategories";
const BOT = "Microsoft.HealthBot/healthBots";
const ONE = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${BOT}/{name}`;

/**
 * What a bot could send to Azure Monitor: nothing, unless the row of the bot has been given `diagnosticCategories`.
 * Sources: Azure/azure-rest-api-specs Microsoft.Insights/preview/2021-05-01-preview/diagnosticsSettingsCategories_API.json
 * with its example; the 400 without an `error` around it for a type that has no diagnostic settings: mondoohq/mql, test of
 * its Azure provider. That the list of categories answers as the list of settings does is an assumption.
 */
export const DIAGNOSTIC_CATEGORY_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: `${ONE}/providers/${TYPE}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at: (call) =>
      `/subscriptions/${call.param("subscription")}/resourceGroups/${call.param("group")}/providers/${BOT}/${call.param("name")}`,
    handle(call) {
      const bot = requireResource(call, BOT);
      const categories = bot["diagnosticCategories"];
      if (!Array.isArray(categories) || categories.length === 0)
        throw new Refusal({
          status: 400,
          body: {
            code: "ResourceTypeNotSupported",
            message: `The resource type '${BOT.toLowerCase()}' does not support diagnostic settings.`,
          },
        });
      return {
        status: 200,
        body: {
          value: categories.map((name) => ({
            id: `${bot.id}/providers/microsoft.insights/diagnosticSettingsCategories/${String(name)}`,
            type: "microsoft.insights/diagnosticSettingsCategories",
            name,
            properties: { categoryType: "Logs", categoryGroups: ["allLogs"] },
          })),
        },
      };
    },
  }),
];
