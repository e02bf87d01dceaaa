import { closeSync, openSync, writeSync } from "node:fs";
import type { EngineEvent } from "../engine/events.ts";
import { PscError } from "../errors.ts";
import { errorRecord } from "./error-report.ts";

/** The record of a run for other programs: one JSON object a line, each with `format` and `type`. */
export interface EventStream {
  write(type: string, members: Readonly<Record<string, unknown>>): void;
  event(event: EngineEvent): void;
  close(): void;
}

const FORMAT = "psc.event/1";

/** @throws PscError PSC-E112 when the file cannot be written. */
export function openEventStream(file: string, now: () => number): EventStream {
  let handle: number;
  try {
    handle = openSync(file, "w", 0o600);
  } catch (error) {
    throw new PscError({
      code: "PSC-E112",
      message: `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      remedy: "give a path in a folder that exists and that you may write to",
      cause: error,
    });
  }
  const write: EventStream["write"] = (type, members) => {
    writeSync(
      handle,
      `${JSON.stringify({ format: FORMAT, time: new Date(now()).toISOString(), type, ...members })}\n`,
    );
  };
  return {
    write,
    event({ type, resource, ...members }) {
      const { address, info } = resource;
      write(type, {
        address,
        kind: info.kind,
        step: info.step,
        ...("error" in members ? { ...members, error: errorRecord(members.error) } : members),
        ...("instructions" in members ? { instructions: instructionsRecord(members.instructions) } : {}),
      });
    },
    close: () => closeSync(handle),
  };
}

type Instructions = Extract<EngineEvent, { type: "gate-opened" }>["instructions"];

/** Instructions as programs read them. */
export function instructionsRecord({ steps, link, probe, value, usualMinutes }: Instructions): object {
  return {
    steps,
    link,
    probe: probe ?? null,
    value: value === undefined ? null : { name: value.name, pattern: value.pattern.source, hint: value.hint },
    usualMinutes,
  };
}
