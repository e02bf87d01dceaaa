import { findRow, findRowBy, rowsOf, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import { isWithinOperatingHours } from "./opening-hours.ts";
import { disabledRules, evaluateRuleset, type RuleInput, type RuleValue } from "./ruleset-evaluation.ts";

/**
 * Unified routing of a conversation: the workstream's active routing configuration, its steps in order, their
 * rulesets; the fallback queue where no rule gives a queue ("Unified routing", Customer Service administration guide).
 */

const CLASSIFICATION = 192350000;
const ROUTE_TO_QUEUE = 192350002;
const VARIABLE_PREFIX = "liveworkitemcontext.";
const WORK_ITEM_PREFIX = "msdyn_ocliveworkitem.";
const QUEUE_TARGET = "assign_to.queue";
const OVERFLOW_TARGET = "overflowaction.msdyn_overflowactionconfig.msdyn_overflowactionconfigid";

/** Kinds of overflow action (`msdyn_overflowactiontype`). */
const ASSIGN_ANYWAY = 192350000;
const END_CONVERSATION = 192350001;
const QUEUE_TRANSFER = 192350005;

export interface Routed {
  readonly queue: Row | undefined;
  /** True when the queue's overflow ends the conversation. */
  readonly ended: boolean;
  readonly reasons: readonly string[];
}

export function variablesOf(session: Session, workstreamId: string): Row[] {
  return rowsOf(session.organization, "msdyn_ocliveworkstreamcontextvariable").filter(
    (variable) => variable["_msdyn_liveworkstreamid_value"] === workstreamId,
  );
}

function inputOf(context: Map<string, RuleValue>, workItem: Row): RuleInput {
  return (name) => {
    if (name.startsWith(VARIABLE_PREFIX)) return context.get(name.slice(VARIABLE_PREFIX.length));
    if (!name.startsWith(WORK_ITEM_PREFIX)) return undefined;
    const column = name.slice(WORK_ITEM_PREFIX.length);
    const value = workItem[column] ?? workItem[`_${column}_value`];
    return typeof value === "object" ? null : value;
  };
}

const guid = (text: string): string => text.replace(/^\{|\}$/g, "").toLowerCase();

function fallbackQueue(session: Session, workstream: Row): { queue: Row | undefined; reason: string } {
  const own = findRow(session.organization, "queue", textOf(workstream, "_msdyn_defaultqueue_value"));
  if (own !== undefined)
    return { queue: own, reason: `no rule gave a queue: fallback queue "${textOf(own, "name")}"` };
  const shipped = findRowBy(session.organization, "queue", {
    msdyn_isdefaultqueue: true,
    msdyn_queuetype: 192350000,
  });
  return {
    queue: shipped,
    reason: `no rule gave a queue and the workstream has no fallback queue: "${textOf(shipped, "name")}"`,
  };
}

function stepsOf(session: Session, configuration: Row): Row[] {
  return rowsOf(session.organization, "msdyn_routingconfigurationstep")
    .filter(
      (step) =>
        step["_msdyn_routingconfigurationid_value"] === textOf(configuration, "msdyn_routingconfigurationid"),
    )
    .sort((a, b) => Number(a["msdyn_steporder"] ?? 0) - Number(b["msdyn_steporder"] ?? 0));
}

const OPEN = 1;

/** Conversations in the queue that nobody has taken yet. */
function waitingIn(session: Session, queue: Row): number {
  const id = textOf(queue, "queueid");
  return rowsOf(session.organization, "msdyn_ocliveworkitem").filter(
    (item) => item["_msdyn_cdsqueueid_value"] === id && item["statuscode"] === OPEN,
  ).length;
}

/** Overflow is ignored for a fallback queue and looked at before the item is queued. */
function overflow(session: Session, queue: Row, reasons: string[]): Routed {
  const name = textOf(queue, "name");
  const ruleset = findRow(
    session.organization,
    "msdyn_decisionruleset",
    textOf(queue, "_msdyn_prequeueoverflowrulesetid_value"),
  );
  if (ruleset === undefined) return { queue, ended: false, reasons };
  const outcome = evaluateRuleset(textOf(ruleset, "msdyn_rulesetdefinition"), (attribute) => {
    if (attribute === "queue_prequeue.iswithinoperatinghour")
      return String(isWithinOperatingHours(session, queue));
    return attribute === "queue_prequeue.currentqueuesize" ? waitingIn(session, queue) : undefined;
  });
  const target = outcome?.values.get(OVERFLOW_TARGET);
  if (target === undefined) return { queue, ended: false, reasons };
  const action = findRow(session.organization, "msdyn_overflowactionconfig", guid(target));
  switch (action?.["msdyn_overflowactiontype"]) {
    case ASSIGN_ANYWAY:
      reasons.push(
        isWithinOperatingHours(session, queue)
          ? `queue "${name}" overflows: assigned anyway`
          : `queue "${name}" is outside its operating hours: assigned anyway`,
      );
      return { queue, ended: false, reasons };
    case END_CONVERSATION:
      reasons.push(`overflow of queue "${name}" ends the conversation`);
      return { queue, ended: true, reasons };
    case QUEUE_TRANSFER: {
      const other = findRow(session.organization, "queue", guid(textOf(action, "msdyn_overflowactiondata")));
      reasons.push(`overflow of queue "${name}" transfers to "${textOf(other, "name")}"`);
      return { queue: other ?? queue, ended: false, reasons };
    }
    default:
      reasons.push(`the sandbox does not simulate the overflow action of queue "${name}": assigned anyway`);
      return { queue, ended: false, reasons };
  }
}

/** Which queue gets the conversation now. `context` holds the values of the workstream's context variables. */
export function routeToQueue(
  session: Session,
  workstream: Row,
  workItem: Row,
  context: Readonly<Record<string, string | number>>,
): Routed {
  const reasons: string[] = [];
  const workstreamId = textOf(workstream, "msdyn_liveworkstreamid");
  const configuration = findRowBy(session.organization, "msdyn_routingconfiguration", {
    _msdyn_liveworkstreamid_value: workstreamId,
    msdyn_isactiveconfiguration: true,
  });
  if (configuration === undefined) reasons.push("the workstream has no active routing configuration");
  const declared = new Set(variablesOf(session, workstreamId).map((row) => textOf(row, "msdyn_name")));
  const values = new Map<string, RuleValue>(Object.entries(context).filter(([name]) => declared.has(name)));
  for (const step of configuration === undefined ? [] : stepsOf(session, configuration)) {
    const ruleset = findRow(
      session.organization,
      "msdyn_decisionruleset",
      textOf(step, "_msdyn_rulesetid_value"),
    );
    if (ruleset === undefined) continue;
    const outcome = evaluateRuleset(
      textOf(ruleset, "msdyn_rulesetdefinition"),
      inputOf(values, workItem),
      disabledRules(ruleset["msdyn_disabledrules"]),
    );
    const name = textOf(ruleset, "msdyn_name");
    if (outcome === undefined) {
      reasons.push(`ruleset "${name}" cannot be read`);
      continue;
    }
    if (step["msdyn_type"] === CLASSIFICATION) {
      for (const [attribute, value] of outcome.values)
        if (attribute.startsWith(VARIABLE_PREFIX)) values.set(attribute.slice(VARIABLE_PREFIX.length), value);
      continue;
    }
    const target = outcome.values.get(QUEUE_TARGET);
    if (step["msdyn_type"] !== ROUTE_TO_QUEUE || target === undefined) continue;
    const queue = findRow(session.organization, "queue", guid(target));
    const rule = outcome.matched.at(-1) ?? "";
    if (queue === undefined) {
      reasons.push(`rule "${rule}" of "${name}" names a queue that does not exist`);
      continue;
    }
    reasons.push(`rule "${rule}" of "${name}": queue "${textOf(queue, "name")}"`);
    return overflow(session, queue, reasons);
  }
  const { queue, reason } = fallbackQueue(session, workstream);
  return { queue, ended: false, reasons: [...reasons, reason] };
}
