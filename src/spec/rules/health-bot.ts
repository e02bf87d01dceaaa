import { keyLocationAt } from "../node.ts";
import { checkGroupKey } from "./references.ts";
import { type RuleContext, reportAt } from "./rules.ts";

/** The Health Bot: who may work on it and what it keeps. */
export function checkHealthBot(context: RuleContext): void {
  const { stage, healthBot } = context.spec;
  const { access } = healthBot;
  for (const role of ["admins", "editors", "readers"] as const)
    checkGroupKey(context, ["healthBot", "access", role], access[role]);
  if (access.activation === undefined)
    context.log.report({
      code: "PSC-W113",
      message: "access to the bot is standing",
      remedy: "leave `activation` out to get it with the defaults",
      location: keyLocationAt(context.tree, ["healthBot", "access", "activation"]),
    });
  if (stage === "prod" && healthBot.sku === "F0")
    reportAt(context, ["healthBot", "sku"], {
      code: "PSC-W105",
      message: "the production bot is on the free tier F0",
      remedy: "use C1 or C0",
    });
  if (healthBot.keep.messageTextInTelemetry)
    reportAt(context, ["healthBot", "keep", "messageTextInTelemetry"], {
      code: "PSC-W112",
      message: "what patients write goes to Application Insights",
      remedy: "set it to false, unless a privacy review allows it",
    });
}
