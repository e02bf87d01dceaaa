import type { EngineEvent } from "../engine/events.ts";
import type { GateInstructions } from "../engine/resource.ts";
import type { Session } from "../session.ts";
import { askControl } from "./sandbox-control.ts";
import { needsWord } from "./simulated-person.ts";

/** Real milliseconds between two looks at whether somebody acted on the console. */
const LOOK_EVERY_MS = 500;

export interface GateAnnouncementOptions {
  readonly session: Session;
  readonly sandboxUrl: string;
  /** Name of the environment's spec. */
  readonly environment: string;
  /** A simulated person acts on the gates of this run. */
  readonly simulated: boolean;
}

export interface GateAnnouncements {
  onEvent(event: EngineEvent): void;
  /** Resolves when the sandbox knows how every gate was left. */
  close(): Promise<void>;
}

interface OpenGate {
  readonly event: Extract<EngineEvent, { type: "gate-opened" }>;
  /** Somebody's word is recorded, or none is needed. */
  settled: boolean;
}

interface Acted {
  readonly value?: unknown;
}

function actedOn(gates: unknown, environment: string, address: string): Acted | undefined {
  if (!Array.isArray(gates)) return undefined;
  const gate = (gates as readonly Record<string, unknown>[]).find(
    (candidate) => candidate["environment"] === environment && candidate["address"] === address,
  );
  return gate?.["acted"] as Acted | undefined;
}

/** The value the gate asks for, when what was brought back has its form; undefined when nothing fits. */
function wordOf({ value: asked }: GateInstructions, { value }: Acted): { value?: string } | undefined {
  if (asked === undefined) return {};
  return typeof value === "string" && asked.pattern.test(value) ? { value } : undefined;
}

/**
 * Tells the sandbox which gates a run has met, so that its console can show them with a button, and hears from it when
 * somebody pressed one: where psc cannot see the click by itself, that is the person's word. A courtesy: a sandbox that
 * does not take it never disturbs the run.
 */
export function createGateAnnouncements(options: GateAnnouncementOptions): GateAnnouncements {
  const { session, sandboxUrl, environment, simulated } = options;
  const open = new Map<string, OpenGate>();
  let sent: Promise<unknown> = Promise.resolve();
  let looking = false;

  function tell({ event: { resource, instructions } }: OpenGate, state: "waiting" | "left" | "passed"): void {
    const { steps, link, probe, usualMinutes, simulation } = instructions;
    const told = {
      environment,
      address: resource.address,
      label: resource.label,
      persona: resource.info.persona,
      steps,
      link,
      ...(probe === undefined ? {} : { probe }),
      usualMinutes,
      action: simulation.action,
      payload: simulation.payload,
      simulated,
      state,
    };
    sent = sent.then(() => askControl(sandboxUrl, "POST", "gates", told)).catch(() => {});
  }

  /** Records what was done on the console for the gates that need somebody's word. */
  async function look(): Promise<void> {
    const waiting = [...open].filter(([, gate]) => !gate.settled);
    if (waiting.length === 0 || looking) return;
    looking = true;
    try {
      await sent;
      const { body } = await askControl(sandboxUrl, "GET", "gates");
      const gates = (body as { value?: unknown } | undefined)?.value;
      for (const [address, gate] of waiting) {
        const acted = actedOn(gates, environment, address);
        const word = acted === undefined ? undefined : wordOf(gate.event.instructions, acted);
        if (word === undefined || gate.settled) continue;
        gate.settled = true;
        session.confirmations.record({
          gate: address,
          by: "sandbox console",
          at: new Date(session.clock.now()).toISOString(),
          how: "confirmed",
          ...word,
        });
      }
    } catch {
      // The run itself meets a sandbox that is gone soon enough, and says so.
    } finally {
      looking = false;
    }
  }

  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();

  return {
    onEvent(event) {
      const { address } = event.resource;
      if (event.type === "gate-opened") {
        const gate = { event, settled: simulated || !needsWord(event.instructions) };
        open.set(address, gate);
        tell(gate, "waiting");
        void look();
        return;
      }
      const gate = open.get(address);
      if (gate === undefined || (event.type !== "gate-passed" && event.type !== "gate-left")) return;
      open.delete(address);
      tell(gate, event.type === "gate-passed" ? "passed" : "left");
    },
    async close() {
      clearInterval(timer);
      // The run was interrupted while these waited.
      for (const gate of open.values()) tell(gate, "left");
      open.clear();
      await sent;
    },
  };
}
