import type { IncludedFiles } from "../included-files.ts";
import type { EnvironmentSpec, Manifest } from "../model.ts";
import { locationAt, nodeAt, type SpecNode, type SpecPath } from "../node.ts";
import type { Problem, ProblemLog } from "../problems.ts";
import type { SpecDocument } from "../schema.ts";
import { checkAgentExperience } from "./agent-experience.ts";
import { checkAzure } from "./azure.ts";
import { checkEnvironment } from "./environment.ts";
import { checkHealthBot } from "./health-bot.ts";
import { checkHours } from "./hours.ts";
import { checkIdentity } from "./identity.ts";
import { checkOwnSolutions } from "./own-solutions.ts";
import { checkPortal } from "./portal.ts";
import { checkQueues } from "./queues.ts";
import { checkSolution } from "./solution.ts";
import { checkVerify } from "./verify.ts";
import { checkWorkstreams } from "./workstreams.ts";

export interface RuleContext {
  readonly spec: EnvironmentSpec;
  /** Undefined when the solution could not be found. */
  readonly manifest: Manifest | undefined;
  readonly tree: SpecNode;
  readonly log: ProblemLog;
  /** As written, after overlays. */
  readonly document: SpecDocument;
  readonly included: IncludedFiles;
}

/** What the parts of a sound document must fulfil together. */
export function checkRules(context: RuleContext): void {
  checkSolution(context);
  checkOwnSolutions(context);
  checkEnvironment(context);
  checkAzure(context);
  checkIdentity(context);
  checkHours(context);
  checkQueues(context);
  checkWorkstreams(context);
  checkHealthBot(context);
  checkPortal(context);
  checkAgentExperience(context);
  checkVerify(context);
}

/** Reports a problem at the value the path leads to. */
export function reportAt(context: RuleContext, path: SpecPath, problem: Omit<Problem, "location">): void {
  context.log.report({ ...problem, location: locationAt(context.tree, path) });
}

/** `file:line` of the value at a path, for messages that point to a second place. */
export function placeOf(context: RuleContext, path: SpecPath): string {
  const { file, line } = locationAt(context.tree, path);
  return `${file}:${line}`;
}

/** True when a file says it, false when it is a default. */
export function isWritten(context: RuleContext, path: SpecPath): boolean {
  return nodeAt(context.tree, path) !== undefined;
}
