import type { EngineEvent } from "../engine/events.ts";
import type { GateInstructions } from "../engine/resource.ts";
import { PscError } from "../errors.ts";
import type { Session } from "../session.ts";
import { askControl } from "./sandbox-control.ts";

export interface PersonDid {
  /** A sentence without its subject, such as `consented to …`. */
  readonly did: string;
  readonly value?: string;
}

/**
 * Has the sandbox do what the instructions of a gate ask of a person.
 * @throws PscError PSC-E123 when the sandbox refuses.
 */
export async function actAsPerson(
  sandboxUrl: string,
  { action, payload }: GateInstructions["simulation"],
): Promise<PersonDid> {
  const { status, body } = await askControl(
    sandboxUrl,
    "POST",
    `person/${encodeURIComponent(action)}`,
    payload,
  );
  const answer = body as { did?: unknown; value?: unknown; error?: { message?: unknown } } | undefined;
  if (status !== 200 || typeof answer?.did !== "string") {
    throw new PscError({
      code: "PSC-E123",
      message: `the sandbox could not do "${action}" as a person would: ${String(answer?.error?.message ?? `HTTP ${status}`)}`,
      remedy:
        "look at the sandbox with `psc sandbox state` and `psc sandbox log`; `psc sandbox reset` starts afresh",
      side: "psc",
    });
  }
  return { did: answer.did, ...(typeof answer.value === "string" ? { value: answer.value } : {}) };
}

/**
 * Lets pass in the sandbox what the click and its effect usually take: no time goes by between two commands, and the
 * next one is to find it done.
 */
export async function letTakeEffect(sandboxUrl: string, usualMinutes: number): Promise<void> {
  await askControl(sandboxUrl, "POST", "clock", { advanceMs: (usualMinutes + 1) * 60_000 });
}

/** True when psc cannot see by itself that the gate was passed, or needs a value that only the person has. */
export function needsWord(instructions: GateInstructions): boolean {
  return instructions.probe === undefined || instructions.value !== undefined;
}

/** Acts on a gate and, where psc could not know of it otherwise, says so in the book of confirmations. */
export async function passAsPerson(
  session: Session,
  sandboxUrl: string,
  gate: string,
  instructions: GateInstructions,
): Promise<PersonDid> {
  const did = await actAsPerson(sandboxUrl, instructions.simulation);
  if (needsWord(instructions)) {
    session.confirmations.record({
      gate,
      by: "simulated person",
      at: new Date(session.clock.now()).toISOString(),
      how: "confirmed",
      ...(did.value === undefined ? {} : { value: did.value }),
    });
  }
  return did;
}

export interface SimulatedPersonOptions {
  readonly session: Session;
  readonly sandboxUrl: string;
  readonly signal: AbortSignal;
  readonly announce: (persona: string, did: PersonDid) => void;
  /** The gate will not be passed: the run must not wait for it. */
  readonly onFailure: (error: unknown) => void;
}

/** Stands for the people of the tenant while psc runs in the sandbox: acts on each gate after its usual time. */
export function createSimulatedPerson(options: SimulatedPersonOptions): (event: EngineEvent) => void {
  const { session, sandboxUrl, signal } = options;
  async function pass(event: Extract<EngineEvent, { type: "gate-opened" }>): Promise<void> {
    const { resource, instructions } = event;
    await session.clock.sleep(instructions.usualMinutes * 60_000, signal);
    const did = await passAsPerson(session, sandboxUrl, resource.address, instructions);
    options.announce(resource.info.persona, did);
  }
  return (event) => {
    if (event.type !== "gate-opened") return;
    pass(event).catch((error: unknown) => {
      if (!signal.aborted) options.onFailure(error);
    });
  };
}
