import { keyLocationAt } from "../node.ts";
import { APP_INSIGHTS_RETENTION_DAYS } from "../schema/defaults.ts";
import { KNOWN_POLICIES } from "../terms/policies.ts";
import { HEALTH_BOT_LOCATIONS, locationFitsCloud } from "../terms/regions.ts";
import { type RuleContext, reportAt } from "./rules.ts";

/** Azure: location, retention, tags. */
export function checkAzure(context: RuleContext): void {
  const { cloud, azure } = context.spec;
  if (!locationFitsCloud(cloud, azure.location))
    reportAt(context, ["azure", "location"], {
      code: "PSC-E072",
      message: `the Azure location ${azure.location} is not in the ${cloud} cloud`,
      remedy: "name a location of that cloud, or correct `cloud`",
    });
  else if (cloud !== "public")
    reportAt(context, ["cloud"], {
      code: "PSC-W109",
      message: `nothing public says that the Health Bot is offered in the ${cloud} cloud`,
      remedy: "run `psc plan`: it asks the provider before anything is made",
    });
  else if (!HEALTH_BOT_LOCATIONS.includes(azure.location))
    reportAt(context, ["azure", "location"], {
      code: "PSC-W108",
      message: `psc has not seen the Health Bot in ${azure.location}`,
      remedy: `run \`psc plan\` to ask the provider; seen in: ${HEALTH_BOT_LOCATIONS.join(", ")}`,
    });
  checkRetention(context, azure.monitoring.retentionDays);
  checkTags(context);
  // A definition that was refused is not missing as well.
  for (const [i, { name, definition }] of azure.policies.entries())
    if (
      definition === "" &&
      !context.log.errors.some(({ message }) => message.startsWith(`azure.policies[${i}].definition:`))
    )
      reportAt(context, ["azure", "policies", i, "name"], {
        code: "PSC-E058",
        message: `psc knows no policy "${name}"`,
        remedy: `give its \`definition\`, or use one of: ${Object.keys(KNOWN_POLICIES).join(", ")}`,
      });
}

function checkRetention(context: RuleContext, days: number): void {
  const path = ["azure", "monitoring", "retentionDays"];
  if (APP_INSIGHTS_RETENTION_DAYS.includes(days)) return;
  if (days < 30 || days > 730 || !Number.isInteger(days))
    reportAt(context, path, {
      code: "PSC-E055",
      message: `a workspace cannot keep data for ${days} days`,
      remedy: "use 30 to 730 days; for longer, archive the workspace's tables",
    });
  else {
    const above = APP_INSIGHTS_RETENTION_DAYS.find((offered) => offered > days);
    reportAt(context, path, {
      code: "PSC-E056",
      message: `Application Insights does not offer ${days} days`,
      remedy: `use ${above ?? 730}, or another of ${APP_INSIGHTS_RETENTION_DAYS.join(", ")}`,
    });
  }
}

function checkTags(context: RuleContext): void {
  const names = Object.keys(context.spec.azure.tags);
  if (names.length > 50)
    reportAt(context, ["azure", "tags"], {
      code: "PSC-E045",
      message: `${names.length} tags are more than the 50 a resource takes`,
      remedy: "drop some",
    });
  for (const name of names)
    if (name === "" || name.length > 512 || /[<>%&\\?/]/.test(name))
      context.log.report({
        code: "PSC-E045",
        message: `"${name.slice(0, 60)}" is not a name Azure takes for a tag`,
        remedy: "use 1 to 512 characters without < > % & \\ ? /",
        location: keyLocationAt(context.tree, ["azure", "tags", name]),
      });
}
