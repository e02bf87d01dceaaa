import type { PrincipalRef } from "../model.ts";
import { keyLocationAt, locationAt, type SpecPath } from "../node.ts";
import { closest } from "../suggest.ts";
import { isWritten, placeOf, type RuleContext } from "./rules.ts";

interface Declared {
  readonly what: string;
  readonly section: string;
  readonly names: readonly string[];
  readonly pathOf: (index: number) => SpecPath;
  /** The name is a key of the spec, not a value. */
  readonly marksKey?: boolean;
}

function checkName(context: RuleContext, path: SpecPath, name: string | undefined, declared: Declared): void {
  if (context.log.full || name === undefined || name === "" || declared.names.includes(name)) return;
  const guess = closest(name, declared.names);
  const guessPath = guess === undefined ? [] : declared.pathOf(declared.names.indexOf(guess));
  const where = isWritten(context, guessPath) ? ` (declared at ${placeOf(context, guessPath)})` : "";
  const choices =
    declared.names.length === 0
      ? `declare it under ${declared.section}`
      : `declare it under ${declared.section}, or use one of: ${declared.names.join(", ")}`;
  context.log.report({
    location: declared.marksKey === true ? keyLocationAt(context.tree, path) : locationAt(context.tree, path),
    code: "PSC-E012",
    message: `${declared.what} "${name}" is not declared`,
    remedy: guess === undefined ? choices : `did you mean "${guess}"${where}?`,
  });
}

export function checkQueueName(context: RuleContext, path: SpecPath, name: string): void {
  checkName(context, path, name, {
    what: "queue",
    section: "queues",
    names: context.spec.queues.map((queue) => queue.name),
    pathOf: (i) => ["queues", i, "name"],
  });
}

export function checkWorkstreamName(context: RuleContext, path: SpecPath, name: string): void {
  checkName(context, path, name, {
    what: "workstream",
    section: "workstreams",
    names: context.spec.workstreams.map((workstream) => workstream.name),
    pathOf: (i) => ["workstreams", i, "name"],
  });
}

export function checkScriptName(context: RuleContext, path: SpecPath, name: string): void {
  checkName(context, path, name, {
    what: "script",
    section: "agentExperience.scripts",
    names: context.spec.agentExperience.scripts.map((script) => script.name),
    pathOf: (i) => ["agentExperience", "scripts", i, "name"],
  });
}

export function checkMacroName(context: RuleContext, path: SpecPath, name: string): void {
  checkName(context, path, name, {
    what: "macro",
    section: "agentExperience.macros",
    names: context.spec.agentExperience.macros.map((macro) => macro.name),
    pathOf: (i) => ["agentExperience", "macros", i, "name"],
  });
}

export function checkCapacityProfileName(
  context: RuleContext,
  path: SpecPath,
  name: string | undefined,
): void {
  checkName(context, path, name, {
    what: "capacity profile",
    section: "omnichannel.capacityProfiles",
    names: context.spec.omnichannel.capacityProfiles.map((profile) => profile.name),
    pathOf: (i) => ["omnichannel", "capacityProfiles", i, "name"],
  });
}

export function checkWidgetName(context: RuleContext, path: SpecPath, name: string | undefined): void {
  const names = context.spec.workstreams.flatMap(({ widget }) => (widget === undefined ? [] : [widget.name]));
  checkName(context, path, name, {
    what: "chat widget",
    section: "a workstream",
    names,
    pathOf: (i) => [
      "workstreams",
      context.spec.workstreams.findIndex(({ widget }) => widget?.name === names[i]),
      "widget",
      "name",
    ],
  });
}

export function checkHoursName(context: RuleContext, path: SpecPath, name: string | undefined): void {
  checkName(context, path, name, {
    what: "operating hours",
    section: "operatingHours",
    names: context.spec.operatingHours.map((hours) => hours.name),
    pathOf: (i) => ["operatingHours", i, "name"],
  });
}

export function checkGroupKey(context: RuleContext, path: SpecPath, key: string | undefined): void {
  const keys = context.spec.identity.groups.map((group) => group.key);
  checkName(context, path, key, {
    what: "group",
    section: "identity.groups",
    names: keys,
    pathOf: (i) => ["identity", "groups", keys[i] ?? ""],
  });
}

export function checkPrincipal(context: RuleContext, path: SpecPath, principal: PrincipalRef): void {
  if (principal.kind === "group") checkGroupKey(context, path, principal.group);
}

export function checkVariableName(
  context: RuleContext,
  path: SpecPath,
  name: string,
  workstream: number,
): void {
  const names = context.spec.workstreams[workstream]?.variables.map((variable) => variable.name) ?? [];
  checkName(context, path, name, {
    what: "context variable",
    section: "the workstream's variables",
    names,
    pathOf: (i) => ["workstreams", workstream, "variables", names[i] ?? ""],
    marksKey: true,
  });
}
