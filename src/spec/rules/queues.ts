import { checkHoursName, checkPrincipal } from "./references.ts";
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
  for (const [i, queue] of spec.queues.entries()) {
    if (!isWritten(context, ["queues", i])) continue;
    checkHoursName(context, ["queues", i, "operatingHours"], queue.operatingHours);
    for (const [j, member] of queue.members.entries())
      checkPrincipal(context, ["queues", i, "members", j], member);
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
