import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxClock } from "../clock.ts";
import type { ControlContext } from "../control/routes.ts";
import type { SandboxResponse } from "../exchange.ts";
import { Refusal } from "../exchange.ts";
import type { ArmedFault } from "../faults/fault-box.ts";
import type { BoardGate, GateBoard } from "../person/gate-board.ts";
import { type Route, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import { SANDBOX_SERVICES } from "../services.ts";
import type { Pace } from "./pace.ts";
import { treeRoutes } from "./tree/routes.ts";

/** The page's own files, sent as they are: what the browser runs is what lies here. */
const FILES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "console.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
  ...Object.fromEntries(
    [
      "app",
      "control",
      "clock-view",
      "elements",
      "faults-view",
      "gates-view",
      "json-text",
      "overview-view",
      "requests-view",
      "snapshots-view",
      "tenant-view",
      "words",
    ].map((name) => [`${name}.js`, "text/javascript; charset=utf-8"]),
  ),
};

/**
 * Nothing but the sandbox itself may be loaded or asked, no text can become markup (Trusted Types), and nobody may
 * frame the page (W3C "Content Security Policy Level 3", "Trusted Types").
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

function file(name: string): SandboxResponse {
  const type = FILES[name];
  if (type === undefined)
    throw new Refusal({
      status: 404,
      body: { error: { code: "NotFound", message: `the console has no file ${name}` } },
    });
  return {
    status: 200,
    headers: {
      "Content-Type": type,
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    },
    body: readFileSync(join(import.meta.dirname, "browser", name), "utf8"),
  };
}

/** What `GET /_sandbox/overview` answers: everything the page repeats its question for, but the log. */
export interface Overview {
  readonly tenant: { readonly id: string; readonly displayName: string; readonly domain: string };
  readonly pid: number;
  readonly uptimeMs: number;
  readonly clock: Pick<SandboxClock, "speed" | "paused" | "changes"> & { readonly now: number };
  readonly requests: { readonly last: number; readonly lastMinute: number };
  readonly services: readonly string[];
  readonly faults: readonly ArmedFault[];
  readonly gates: readonly BoardGate[];
  readonly snapshots: readonly string[];
}

export interface ConsoleContext extends ControlContext {
  readonly gates: GateBoard;
  readonly pace: Pace;
}

/** The console page, and what it alone asks for. */
export function consoleRoutes({
  world,
  answering,
  log,
  keeping,
  gates,
  pace,
}: ConsoleContext): readonly Route[] {
  const started = performance.now();
  const overview = (): Overview => ({
    tenant: { id: TENANT.id, displayName: TENANT.displayName, domain: TENANT.domain },
    pid: process.pid,
    uptimeMs: Math.floor(performance.now() - started),
    clock: {
      now: world.clock.now(),
      speed: world.clock.speed,
      paused: world.clock.paused,
      changes: world.clock.changes,
    },
    requests: { last: log.last, lastMinute: pace.lastMinute() },
    services: SANDBOX_SERVICES.map(({ name }) => name),
    faults: answering.faults.armed,
    gates: gates.gates,
    snapshots: keeping.snapshots.names(),
  });
  return [
    route("GET", "/_sandbox", () => file("index.html")),
    route("GET", "/_sandbox/console", () => file("index.html")),
    route("GET", "/_sandbox/console/{file}", (request) => file(request.params["file"] ?? "")),
    route("GET", "/_sandbox/overview", () => ({ status: 200, body: overview() })),
    ...treeRoutes(),
  ];
}
