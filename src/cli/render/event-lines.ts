import { formatDuration } from "../../durations.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { ActionName } from "../../engine/plan.ts";
import type { Resource } from "../../engine/resource.ts";
import { errorLines } from "../error-report.ts";
import { styled } from "../styles.ts";
import { apiFamily } from "./api-family.ts";
import { row, symbolOf } from "./rows.ts";

export const DONE_WORDS: Readonly<Record<ActionName, string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
  adopt: "adopted",
  wait: "finished",
  gate: "passed",
  none: "already so",
};

/** Times below this are not worth a column. */
const WORTH_SHOWING_MS = 60_000;

function stepped(resource: Resource, line: string): string {
  return `${styled("dim", String(resource.info.step).padStart(2))}${line}`;
}

/** What an event adds to the log above the running work; nothing for most. */
export function eventLines(event: EngineEvent, columns: number, verbose: boolean): string[] {
  const { resource } = event;
  switch (event.type) {
    case "finished": {
      if (event.action === "none" && !verbose) return [];
      const time = event.elapsedMs >= WORTH_SHOWING_MS ? ` in ${formatDuration(event.elapsedMs)}` : "";
      const lines = [
        stepped(
          resource,
          row({
            symbol: symbolOf("done"),
            label: resource.label,
            detail: `${DONE_WORDS[event.action]}${time}`,
            right: styled("dim", verbose ? resource.info.api : apiFamily(resource.info.api)),
            indent: 1,
            columns: columns - 2,
          }),
        ),
      ];
      if (verbose)
        for (const { method, url, status, requestId } of event.exchanges)
          lines.push(
            styled(
              "dim",
              `       ${method} ${url} ${status}${requestId === undefined ? "" : ` ${requestId}`}`,
            ),
          );
      return lines;
    }
    case "failed":
      return [...errorLines(event.error, columns, `step ${resource.info.step} · ${resource.label}`), ""];
    case "gate-passed": {
      const { by, how, value } = event.confirmation;
      const seen = how === "detected" ? "done: psc sees it in the tenant" : `confirmed by ${by}`;
      const brought = value === undefined ? "" : ` with ${value}`;
      return [
        stepped(
          resource,
          row({
            symbol: symbolOf("done"),
            label: resource.label,
            detail: `${seen}${brought}`,
            indent: 1,
            columns: columns - 2,
          }),
        ),
      ];
    }
    case "note":
      return [styled("dim", `     ${resource.label}: ${event.text}`)];
    case "blocked":
      return verbose
        ? [
            stepped(
              resource,
              row({
                symbol: " ",
                label: resource.label,
                detail: `waits for ${event.by}`,
                indent: 1,
                columns: columns - 2,
              }),
            ),
          ]
        : [];
    case "started":
    case "waiting":
    case "gate-opened":
    case "gate-left":
      return [];
  }
}
