import type { OverflowAction, OverflowSpec } from "../model.ts";
import type { SpecPath } from "../node.ts";
import { checkHoursName, checkPrincipal, checkQueueName } from "./references.ts";
import { isWritten, type RuleContext, reportAt } from "./rules.ts";

/** Queues: their hours, their members, and whether anything leads to them. */
export function checkQueues(context: RuleContext): void {
  const { spec } = context;
  const reached = new Set(
    spec.workstreams.flatMap((workstream) => [
      workstream.fallback,
      ...workstream.route.map((rule) => rule.to),
    ]),
  );
  for (const { overflow } of spec.queues)
    for (const action of actionsOf(overflow)) if (action.do === "transfer") reached.add(action.to);
  for (const [i, queue] of spec.queues.entries()) {
    if (!isWritten(context, ["queues", i])) continue;
    checkHoursName(context, ["queues", i, "operatingHours"], queue.operatingHours);
    for (const [j, member] of queue.members.entries())
      checkPrincipal(context, ["queues", i, "members", j], member);
    if (queue.overflow !== undefined) checkOverflow(context, i, queue.name, queue.overflow);
    if (queue.members.length === 0)
      reportAt(context, ["queues", i, "name"], {
        code: "PSC-W111",
        message: `the queue "${queue.name}" has no members`,
        remedy: "add members, such as [group/agents]",
      });
    if (!reached.has(queue.name))
      reportAt(context, ["queues", i, "name"], {
        code: "PSC-W117",
        message: `no workstream routes to the queue "${queue.name}"`,
        remedy: "add a rule or a fallback that names it, or remove it",
      });
    const kinds = new Set(queue.members.map((member) => member.kind === "bot"));
    if (kinds.size > 1)
      reportAt(context, ["queues", i, "members"], {
        code: "PSC-W119",
        message: `the bot shares the queue "${queue.name}" with people`,
        remedy: "give the bot a queue of its own",
      });
  }
}

function actionsOf(overflow: OverflowSpec | undefined): OverflowAction[] {
  return [overflow?.closed, overflow?.full?.action, overflow?.waiting?.action].filter(
    (action) => action !== undefined,
  );
}

function checkOverflow(context: RuleContext, index: number, name: string, overflow: OverflowSpec): void {
  const path = ["queues", index, "overflow"] as const;
  const check = (action: OverflowAction | undefined, at: SpecPath): void => {
    if (action?.do !== "transfer") return;
    checkQueueName(context, [...at, "transfer"], action.to);
    if (action.to === name)
      reportAt(context, [...at, "transfer"], {
        code: "PSC-E074",
        message: `the queue "${name}" overflows into itself`,
        remedy: "name another queue, or use end or assign-anyway",
      });
  };
  check(overflow.closed, [...path, "closed"]);
  check(overflow.full?.action, [...path, "full", "action"]);
  check(overflow.waiting?.action, [...path, "waiting", "action"]);
  if (overflow.closed !== undefined && context.spec.queues[index]?.operatingHours === undefined)
    reportAt(context, [...path, "closed"], {
      code: "PSC-W121",
      message: `the queue "${name}" is always open, so it is never closed`,
      remedy: "give it operatingHours, or leave `closed` out",
    });
}
