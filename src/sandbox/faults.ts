import type { SandboxRequest, SandboxResponse } from "./exchange.ts";

/** Trouble ordered through the control API: the next `times` requests that match are answered with it. */
export interface Fault {
  readonly service?: string;
  readonly method?: string;
  /** Regular expression on host and path. */
  readonly match?: string;
  readonly times: number;
  readonly skip?: number;
  readonly action:
    | {
        readonly kind: "respond";
        readonly status: number;
        readonly headers?: Record<string, string>;
        readonly body?: unknown;
      }
    /** The connection is closed without an answer and without effect. */
    | { readonly kind: "drop" }
    /** The request takes effect, but its answer is lost. */
    | { readonly kind: "drop-after" }
    /** Real milliseconds before the request is handled. */
    | { readonly kind: "delay"; readonly ms: number };
}

export interface ArmedFault extends Fault {
  readonly id: number;
  left: number;
  toSkip: number;
}

export interface FaultBox {
  readonly armed: ArmedFault[];
  arm(fault: Fault): ArmedFault;
  clear(): void;
  /** The fault this request trips, if any; uses one of its times. */
  trip(service: string, request: SandboxRequest): ArmedFault | undefined;
}

export function createFaultBox(): FaultBox {
  const armed: ArmedFault[] = [];
  let next = 1;
  return {
    armed,
    arm(fault) {
      const entry: ArmedFault = { ...fault, id: next, left: fault.times, toSkip: fault.skip ?? 0 };
      next += 1;
      armed.push(entry);
      return entry;
    },
    clear() {
      armed.length = 0;
    },
    trip(service, request) {
      for (const fault of armed) {
        if (fault.left <= 0) continue;
        if (fault.service !== undefined && fault.service !== service) continue;
        if (fault.method !== undefined && fault.method !== request.method) continue;
        if (
          fault.match !== undefined &&
          !new RegExp(fault.match).test(`${request.host}${request.path}${request.url.search}`)
        )
          continue;
        if (fault.toSkip > 0) {
          fault.toSkip -= 1;
          continue;
        }
        fault.left -= 1;
        return fault;
      }
      return undefined;
    },
  };
}

export function faultResponse(fault: ArmedFault): SandboxResponse | undefined {
  if (fault.action.kind !== "respond") return undefined;
  return { status: fault.action.status, headers: fault.action.headers ?? {}, body: fault.action.body };
}
