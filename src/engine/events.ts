import type { PscError } from "../errors.ts";
import type { Exchange } from "../services/http/types.ts";
import type { ActionName } from "./plan.ts";
import type { Confirmation, GateInstructions, Resource } from "./resource.ts";

/** What happens while a plan is applied, in order. The CLI draws it, `--events` writes it, the journal keeps it. */
export type EngineEvent =
  | {
      readonly type: "started";
      readonly resource: Resource;
      readonly action: ActionName;
      readonly reason: string;
    }
  /** Still waiting: the operation, how long it has run, and when psc looks next (milliseconds on psc's clock). */
  | {
      readonly type: "waiting";
      readonly resource: Resource;
      readonly what: string;
      readonly elapsedMs: number;
      readonly nextLookMs: number;
      readonly operationUrl?: string;
    }
  | { readonly type: "note"; readonly resource: Resource; readonly text: string }
  | {
      readonly type: "finished";
      readonly resource: Resource;
      readonly action: ActionName;
      readonly elapsedMs: number;
      readonly id: string;
      /** Requests that did it. */
      readonly exchanges: readonly Exchange[];
    }
  | {
      readonly type: "failed";
      readonly resource: Resource;
      readonly action: ActionName;
      readonly error: PscError;
      /** Of what a creation left half made. */
      readonly id?: string;
    }
  /** Cannot be done because of another resource. */
  | {
      readonly type: "blocked";
      readonly resource: Resource;
      readonly action: ActionName;
      readonly by: string;
    }
  | { readonly type: "gate-opened"; readonly resource: Resource; readonly instructions: GateInstructions }
  | { readonly type: "gate-passed"; readonly resource: Resource; readonly confirmation: Confirmation }
  /** Nobody passed it while this run lasted. */
  | { readonly type: "gate-left"; readonly resource: Resource; readonly instructions: GateInstructions };

export type EventSink = (event: EngineEvent) => void;

export interface ApplyResult {
  readonly outcome: "done" | "waiting-for-person" | "failed" | "interrupted";
  readonly finished: readonly {
    readonly address: string;
    readonly action: ActionName;
    readonly elapsedMs: number;
  }[];
  readonly failures: readonly { readonly resource: Resource; readonly error: PscError }[];
  readonly blocked: readonly { readonly resource: Resource; readonly by: string }[];
  readonly gates: readonly { readonly resource: Resource; readonly instructions: GateInstructions }[];
  /** Not done because somebody else does it; only where a run does one team's part. */
  readonly others?: readonly Resource[];
}
