import { z } from "zod";
import type { JsonObject } from "../exchange.ts";
import { Refusal } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { PERSON_ACTIONS, type PersonResult } from "./actions.ts";

/**
 * Gates that a client has met: what a person is asked to do, for whoever looks at the sandbox. The board belongs to the
 * runs that write on it, not to the tenant, so it is not kept when the sandbox ends.
 */

const announcement = z.strictObject({
  /** Name of the environment's spec: several may use one sandbox. */
  environment: z.string().min(1),
  /** The client's own name of the gate, such as `health-bot.channel`. */
  address: z.string().min(1),
  label: z.string(),
  persona: z.string(),
  steps: z.array(z.string()),
  /** Where the person would act in a real tenant. */
  link: z
    .string()
    .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text), "must be a web address"),
  /** How the client notices; absent when it cannot. */
  probe: z.string().optional(),
  usualMinutes: z.number().min(0).optional(),
  /** What `POST person/{action}` is asked. */
  action: z.string().min(1),
  payload: z.record(z.string(), z.json()),
  /** A simulated person of the client is about to act. */
  simulated: z.boolean().optional(),
  /** `waiting`: the client waits; `left`: it ended and has to be run again; `passed`. */
  state: z.enum(["waiting", "left", "passed"]).default("waiting"),
});

export type GateAnnouncement = z.infer<typeof announcement>;

export interface BoardGate extends GateAnnouncement {
  readonly id: number;
  /** Sandbox time of the first announcement, and of the last. */
  readonly opened: string;
  readonly changed: string;
  /** What was done on the console, and the value that only the person can bring back. */
  readonly acted?: PersonResult & { readonly at: string };
}

const KEPT = 200;

export interface GateBoard {
  readonly gates: readonly BoardGate[];
  clear(): void;
  routes(): readonly Route[];
}

function refuse(status: number, message: string): never {
  throw new Refusal({ status, body: { error: { code: "SandboxControl", message } } });
}

export function createGateBoard(world: World, bodyOf: (request: RoutedRequest) => JsonObject): GateBoard {
  let gates: readonly BoardGate[] = [];
  let next = 1;

  function put(gate: BoardGate): BoardGate {
    const others = gates.filter(({ id }) => id !== gate.id);
    gates = [...others, gate].sort((a, b) => a.id - b.id).slice(-KEPT);
    return gate;
  }

  function announce(request: RoutedRequest): BoardGate {
    const parsed = announcement.safeParse(bodyOf(request));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return refuse(400, `a gate's ${issue?.path.join(".") || "announcement"} is wrong: ${issue?.message}`);
    }
    const told = parsed.data;
    const known = gates.find(
      ({ environment, address }) => environment === told.environment && address === told.address,
    );
    // What was done on another bot or organization, or before somebody undid it, says nothing about this gate.
    const isSame =
      known !== undefined &&
      JSON.stringify(known.payload) === JSON.stringify(told.payload) &&
      (known.state !== "passed" || told.state === "passed");
    const { id = next, opened = world.iso() } = known ?? {};
    if (known === undefined) next += 1;
    return put({
      ...told,
      id,
      opened: isSame ? opened : world.iso(),
      changed: world.iso(),
      ...(isSame && known.acted !== undefined ? { acted: known.acted } : {}),
    });
  }

  function named(request: RoutedRequest): BoardGate {
    const { id = "" } = request.params;
    return gates.find((gate) => String(gate.id) === id) ?? refuse(404, `no gate has the id ${id}`);
  }

  return {
    get gates() {
      return gates;
    },
    clear() {
      gates = [];
    },
    routes: () => [
      route("GET", "/_sandbox/gates", () => ({ status: 200, body: { value: gates } })),
      route("POST", "/_sandbox/gates", (request) => ({ status: 201, body: announce(request) })),
      route("DELETE", "/_sandbox/gates", () => {
        gates = [];
        return { status: 204 };
      }),
      route("DELETE", "/_sandbox/gates/{id}", (request) => {
        const { id } = named(request);
        gates = gates.filter((gate) => gate.id !== id);
        return { status: 204 };
      }),
      route("POST", "/_sandbox/gates/{id}/pass", (request) => {
        const gate = named(request);
        const act = PERSON_ACTIONS[gate.action] ?? refuse(400, `nobody knows how to do "${gate.action}"`);
        const acted = { ...act(gate.payload as JsonObject, world), at: world.iso() };
        return { status: 200, body: put({ ...gate, acted }) };
      }),
    ],
  };
}
