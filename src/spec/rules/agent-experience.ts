import { checkMacroName, checkPrincipal, checkScriptName, checkWorkstreamName } from "./references.ts";
import { isWritten, type RuleContext, reportAt } from "./rules.ts";

/** What agents have at hand: what its parts name, and that each step of a script does exactly one thing. */
export function checkAgentExperience(context: RuleContext): void {
  const { quickReplies, scripts, profiles } = context.spec.agentExperience;
  for (const [i, { users }] of profiles.entries())
    for (const [j, user] of users.entries())
      checkPrincipal(context, ["agentExperience", "profiles", i, "users", j], user);
  const titles = [...new Set(quickReplies.map(({ title }) => title))];
  for (const [i, title] of titles.entries()) {
    const reply = quickReplies.find((candidate) => candidate.title === title);
    for (const [j, name] of (reply?.workstreams ?? []).entries())
      checkWorkstreamName(context, ["agentExperience", "quickReplies", i, "workstreams", j], name);
  }
  for (const [i, script] of scripts.entries()) {
    const path = ["agentExperience", "scripts", i] as const;
    if (!isWritten(context, path)) continue;
    const twin = scripts.findIndex(
      (other) => other.uniqueName.toLowerCase() === script.uniqueName.toLowerCase(),
    );
    if (twin !== i)
      reportAt(context, [...path, "name"], {
        code: "PSC-E060",
        message: `the scripts "${scripts[twin]?.name ?? ""}" and "${script.name}" have one unique name, ${script.uniqueName}`,
        remedy: "give one of them a `uniqueName` of its own",
      });
    for (const [j, step] of script.steps.entries()) {
      const ways = [step.text, step.script, step.macro].filter((way) => way !== undefined).length;
      if (ways !== 1)
        reportAt(context, [...path, "steps", j, "name"], {
          code: "PSC-E069",
          message: `the step "${step.name}" of the script "${script.name}" ${ways === 0 ? "says nothing" : "does several things"}`,
          remedy: "give it exactly one of text, script and macro",
        });
      if (step.script !== undefined) checkScriptName(context, [...path, "steps", j, "script"], step.script);
      if (step.macro !== undefined) checkMacroName(context, [...path, "steps", j, "macro"], step.macro);
    }
  }
  checkSmartAssistBots(context);
}

function checkSmartAssistBots(context: RuleContext): void {
  const { bots } = context.spec.agentExperience.smartAssist;
  for (const [i, bot] of bots.entries()) {
    const path = ["agentExperience", "smartAssist", "bots", i] as const;
    for (const [j, name] of bot.workstreams.entries())
      checkWorkstreamName(context, [...path, "workstreams", j], name);
    if (bot.workstreams.length === 0 && isWritten(context, [...path, "workstreams"]))
      reportAt(context, [...path, "workstreams"], {
        code: "PSC-E013",
        message: `the smart assist bot "${bot.name}" helps in no workstream`,
        remedy: "name at least one workstream, or leave the bot out",
      });
    const twin = bots.find((other) => other.application === bot.application);
    if (twin !== bot && bot.application !== "")
      reportAt(context, [...path, "application"], {
        code: "PSC-E060",
        message: `the bots "${twin?.name ?? ""}" and "${bot.name}" have one application`,
        remedy: "declare the bot once, with all its workstreams",
      });
  }
}
