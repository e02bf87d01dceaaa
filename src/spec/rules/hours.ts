import { WEEKDAYS } from "../model.ts";
import { formatMinutes } from "../terms/hours.ts";
import { isWritten, type RuleContext, reportAt } from "./rules.ts";

/** Opening hours that overlap, or that nothing uses. */
export function checkHours(context: RuleContext): void {
  const { spec } = context;
  const used = new Set([
    ...spec.queues.map((queue) => queue.operatingHours),
    ...spec.workstreams.map((workstream) => workstream.widget?.operatingHours),
  ]);
  for (const [i, hours] of spec.operatingHours.entries()) {
    const overlap = overlapOf(hours.open);
    if (overlap !== undefined)
      reportAt(context, ["operatingHours", i, "open"], {
        code: "PSC-E061",
        message: `"${hours.name}" opens ${overlap} twice`,
        remedy: "make the spans of each day follow one another, or join them",
      });
    if (hours.open.length === 0 && isWritten(context, ["operatingHours", i, "open"]))
      reportAt(context, ["operatingHours", i, "open"], {
        code: "PSC-E013",
        message: `"${hours.name}" never opens`,
        remedy: "add days, such as mon-fri: 08:00-18:00",
      });
    if (!used.has(hours.name))
      reportAt(context, ["operatingHours", i, "name"], {
        code: "PSC-W117",
        message: `nothing uses the operating hours "${hours.name}"`,
        remedy: "name them in a queue or widget, or remove them",
      });
  }
}

type Open = RuleContext["spec"]["operatingHours"][number]["open"];

function overlapOf(open: Open): string | undefined {
  for (const day of WEEKDAYS) {
    const spans = open
      .filter((span) => span.days.includes(day))
      .sort((a, b) => a.startMinutes - b.startMinutes);
    for (const [i, span] of spans.entries()) {
      const next = spans[i + 1];
      if (next !== undefined && next.startMinutes < span.endMinutes)
        return `${day} ${formatMinutes(next.startMinutes)}-${formatMinutes(Math.min(span.endMinutes, next.endMinutes))}`;
    }
  }
  return undefined;
}
