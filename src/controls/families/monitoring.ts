import type { Control } from "../control.ts";
import { LOG_CONTROLS } from "./monitoring-logs.ts";
import { TELEMETRY_CONTROLS } from "./monitoring-telemetry.ts";

/** What happens is recorded, kept, and somebody is told. */
export const MONITORING_CONTROLS: readonly Control[] = [...TELEMETRY_CONTROLS, ...LOG_CONTROLS].toSorted(
  (a, b) => a.id.localeCompare(b.id),
);
