import type { RouteRuleSpec, WorkstreamSpec } from "../model.ts";
import { keyLocationAt } from "../node.ts";
import { checkCapacityProfileName, checkHoursName, checkQueueName, checkVariableName } from "./references.ts";
import { isWritten, placeOf, type RuleContext, reportAt } from "./rules.ts";

/** Workstreams: channel, variables, rules, bot and widget. */
export function checkWorkstreams(context: RuleContext): void {
  for (const [i, workstream] of context.spec.workstreams.entries()) {
    const isUsual = !isWritten(context, ["workstreams", i]);
    checkChannel(context, i, workstream);
    if (isUsual) continue;
    checkQueueName(context, ["workstreams", i, "fallback"], workstream.fallback);
    checkCapacityProfileName(context, ["workstreams", i, "capacityProfile"], workstream.capacityProfile);
    checkRules(context, i, workstream);
    checkWidget(context, i, workstream);
    if (workstream.bot) checkBot(context, i, workstream);
  }
  checkWidgetNames(context);
}

function checkChannel(context: RuleContext, index: number, workstream: WorkstreamSpec): void {
  const { channels } = context.spec.omnichannel;
  if (channels.includes(workstream.channel)) return;
  const path = isWritten(context, ["workstreams", index])
    ? ["workstreams", index, "channel"]
    : ["omnichannel", "channels"];
  reportAt(context, path, {
    code: "PSC-E066",
    message: `the channel ${workstream.channel} of "${workstream.name}" is not enabled`,
    remedy: `add ${workstream.channel} to omnichannel.channels (${placeOf(context, ["omnichannel", "channels"])})`,
  });
}

function isUnconditional(rule: RouteRuleSpec): boolean {
  return Object.keys(rule.when).length === 0;
}

function checkRules(context: RuleContext, index: number, workstream: WorkstreamSpec): void {
  let catchAll: RouteRuleSpec | undefined;
  for (const [j, rule] of workstream.route.entries()) {
    const path = ["workstreams", index, "route", j];
    checkQueueName(context, [...path, "to"], rule.to);
    if (catchAll !== undefined)
      reportAt(context, [...path, "name"], {
        code: "PSC-E062",
        message: `the rule "${rule.name}" is never reached: "${catchAll.name}" before it takes every conversation`,
        remedy: isUnconditional(rule)
          ? "keep one of the rules without `when`"
          : `move it before "${catchAll.name}"`,
      });
    else if (isUnconditional(rule)) catchAll = rule;
    for (const [name, value] of Object.entries(rule.when)) {
      const variable = workstream.variables.find((candidate) => candidate.name === name);
      if (variable === undefined) {
        checkVariableName(context, [...path, "when", name], name, index);
        continue;
      }
      const fits = variable.type === "number" ? typeof value === "number" : typeof value === "string";
      if (!fits)
        reportAt(context, [...path, "when", name], {
          code: "PSC-E063",
          message: `${name} is a ${variable.type} variable, and ${typeof value === "string" ? `"${value}"` : value} is a ${typeof value === "string" ? "text" : "number"}`,
          remedy:
            variable.type === "number"
              ? "write the number without quotes, or declare the variable as text"
              : "put the value in quotes, or declare the variable as number",
        });
    }
  }
}

function checkWidget(context: RuleContext, index: number, workstream: WorkstreamSpec): void {
  const { widget } = workstream;
  if (widget === undefined) return;
  const path = ["workstreams", index, "widget"];
  if (workstream.channel !== "chat")
    context.log.report({
      code: "PSC-E065",
      message: `the ${workstream.channel} workstream "${workstream.name}" has a chat widget`,
      remedy: "remove the widget, or use `channel: chat`",
      location: keyLocationAt(context.tree, path),
    });
  checkHoursName(context, [...path, "operatingHours"], widget.operatingHours);
  for (const [j, { name, answer, options }] of widget.survey.entries())
    if ((answer === "choice") !== options.length > 0)
      reportAt(context, [...path, "survey", j, "name"], {
        code: "PSC-E079",
        message:
          answer === "choice"
            ? `the question "${name}" offers no answers`
            : `the question "${name}" offers answers, and is answered by a ${answer}`,
        remedy: "give `answer: choice` and `options` together, or neither",
      });
}

function checkWidgetNames(context: RuleContext): void {
  const seen = new Map<string, number>();
  for (const [i, { widget }] of context.spec.workstreams.entries()) {
    if (widget === undefined) continue;
    const first = seen.get(widget.name);
    if (first === undefined) seen.set(widget.name, i);
    else
      reportAt(context, ["workstreams", i, "widget", "name"], {
        code: "PSC-E060",
        message: `two widgets are named "${widget.name}"`,
        remedy: `rename one; the first stands at ${placeOf(context, ["workstreams", first, "widget"])}`,
      });
  }
}

function checkBot(context: RuleContext, index: number, workstream: WorkstreamSpec): void {
  const { queues, healthBot } = context.spec;
  const { sets, value } = healthBot.handoff;
  const path = ["workstreams", index];
  const variable = workstream.variables.find((candidate) => candidate.name === sets);
  if (variable === undefined || variable.type !== "number")
    reportAt(context, [...path, ...(variable === undefined ? ["name"] : ["variables", sets])], {
      code: "PSC-E064",
      message:
        variable === undefined
          ? `the bot sets ${sets} at handoff, and "${workstream.name}" does not declare it`
          : `the bot sets ${sets} to the number ${value}, and "${workstream.name}" declares it as text`,
      remedy: `add \`variables: { ${sets}: number }\` to the workstream`,
    });
  else if (!handoffIsRouted(workstream, sets, value))
    reportAt(context, [...path, "name"], {
      code: "PSC-W118",
      message: `no rule of "${workstream.name}" takes ${sets} = ${value}, which the bot sets at handoff`,
      remedy: `add a rule with \`when: { ${sets}: ${value} }\` that leads to people`,
    });
  if (workstream.capacity > healthBot.capacity)
    reportAt(context, [...path, "capacity"], {
      code: "PSC-E068",
      message: `one conversation takes ${workstream.capacity} units, and the bot has ${healthBot.capacity}`,
      remedy: "raise healthBot.capacity, or lower the workstream's capacity",
    });
  const targets = [workstream.fallback, ...workstream.route.map((rule) => rule.to)];
  const botHasQueue = queues.some(
    (queue) => targets.includes(queue.name) && queue.members.some((member) => member.kind === "bot"),
  );
  if (!botHasQueue)
    reportAt(context, [...path, "bot"], {
      code: "PSC-W110",
      message: `the bot is a member of no queue that "${workstream.name}" routes to`,
      remedy: "add a queue with `members: [bot]` and a last rule that leads to it",
    });
}

function handoffIsRouted(workstream: WorkstreamSpec, variable: string, value: number): boolean {
  return workstream.route.some((rule) => rule.when[variable] === value);
}
