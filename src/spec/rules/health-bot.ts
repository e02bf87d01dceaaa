import { readBotScenarios, readBotStrings } from "../bot-content.ts";
import { keyLocationAt, type SpecPath } from "../node.ts";
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
  checkBotFiles(context);
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

/** What the files hold, and that no two scenarios have one name. */
function checkBotFiles(context: RuleContext): void {
  const { document, included, spec } = context;
  const refuse = (path: SpecPath, what: string): void =>
    reportAt(context, path, {
      code: "PSC-E037",
      message: `the file holds ${what}`,
      remedy: "export it anew from the bot's management portal",
    });
  const seen = new Set([spec.healthBot.handoff.scenario.toLowerCase()]);
  for (const [i] of (document.healthBot?.scenarios ?? []).entries()) {
    const path = ["healthBot", "scenarios", i];
    const text = included.textAt(path);
    const scenarios = text === undefined ? [] : readBotScenarios(text);
    if (typeof scenarios === "string") refuse(path, scenarios);
    else
      for (const { name } of scenarios) {
        if (seen.has(name.toLowerCase()))
          reportAt(context, path, {
            code: "PSC-E060",
            message: `there are two scenarios called "${name}"`,
            remedy: "rename one; the handoff's scenario is generated and needs no file",
          });
        seen.add(name.toLowerCase());
      }
  }
  const text = included.textAt(["healthBot", "localization"]);
  const strings = text === undefined ? [] : readBotStrings(text);
  if (typeof strings === "string") refuse(["healthBot", "localization"], strings);
}
