import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { createSimulatedPerson } from "../../src/cli/simulated-person.ts";
import { scaledClock } from "../../src/clock.ts";
import type { ApplyResult } from "../../src/engine/events.ts";
import { ADMIN_USER, PUBLIC_CLIENT_APP_ID } from "../../src/sandbox/seed.ts";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import { deploySession, openSession, planSession, type Session } from "../../src/session.ts";
import { loadSpec } from "../../src/spec/index.ts";
import { startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";

/** What befalls one request of a run. The first two end the run as a killed process would; the others are survived. */
export const BLOWS = [
  "killed before it is sent",
  "killed after it took effect",
  "connection reset",
  "answer lost",
  "429",
  "503",
  "truncated body",
] as const;
export type Blow = (typeof BLOWS)[number];

/** Fast, but a busy machine that stalls for half a second must not lose half a day. */
const SPEED = 14_400;
const EXAMPLE = resolve(import.meta.dirname, "../../examples/contoso/dev.yaml");

/** Thrown into a run whose process is dead: nothing it does counts any more. */
class Dead extends Error {}

export interface StruckClient {
  readonly client: HttpClient;
  /** Requests seen. */
  count(): number;
  /** The request that was struck, as `METHOD url`. */
  struck(): string | undefined;
}

/** A transport on which the blow falls on request `nth` (from 1); without a blow it only counts. */
export function struckClient(sandboxUrl: string, blow?: Blow, nth = 0): StruckClient {
  const real = sandboxTransport(sandboxUrl);
  let seen = 0;
  let dead = false;
  let struck: string | undefined;
  const reset = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  const answer = (
    request: PipelineRequest,
    status: number,
    headers: Record<string, string>,
  ): PipelineResponse => ({
    request,
    status,
    headers: createHttpHeaders(headers),
    bodyAsText: "{}",
  });
  async function send(request: PipelineRequest): Promise<PipelineResponse> {
    if (dead) throw new Dead();
    seen += 1;
    if (blow === undefined || seen !== nth) return real.sendRequest(request);
    struck = `${request.method} ${request.url}`;
    switch (blow) {
      case "killed before it is sent":
        dead = true;
        throw new Dead();
      case "killed after it took effect":
        dead = true;
        await real.sendRequest(request);
        throw new Dead();
      case "connection reset":
        throw reset();
      case "answer lost":
        await real.sendRequest(request);
        throw reset();
      case "429":
        return answer(request, 429, { "retry-after": "17" });
      case "503":
        return answer(request, 503, { "retry-after": "5" });
      case "truncated body": {
        const whole = await real.sendRequest(request);
        const text = whole.bodyAsText ?? "";
        if (text.length < 2) return whole;
        throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
      }
    }
  }
  return { client: { sendRequest: send }, count: () => seen, struck: () => struck };
}

export interface Tenant {
  readonly sandbox: TestSandbox;
  readonly folder: string;
  close(): Promise<void>;
}

export async function openTenant(): Promise<Tenant> {
  const sandbox = await startTestSandbox({ speed: SPEED });
  const folder = mkdtempSync(join(tmpdir(), "psc-chaos-"));
  return {
    sandbox,
    folder,
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function sessionOf(
  tenant: Tenant,
  client: HttpClient,
  readOnly: boolean,
  signal: AbortSignal,
): Promise<Session> {
  const loaded = loadSpec(EXAMPLE, { env: {}, cwd: tenant.folder });
  if (!loaded.ok) throw new Error("the example is not valid");
  const { now } = (await tenant.sandbox.control("GET", "clock")).body as { now: number };
  return openSession({
    spec: loaded.spec,
    manifest: loaded.manifest,
    target: {
      client,
      clock: scaledClock(SPEED, now),
      sandboxPerson: {
        clientId: PUBLIC_CLIENT_APP_ID,
        username: ADMIN_USER.userPrincipalName,
        password: ADMIN_USER.password,
      },
    },
    env: {},
    workFolder: tenant.folder,
    readOnly,
    signal,
  });
}

/** One `psc deploy` with somebody at the portals. Returns the result, or what it died of. */
export async function deployOnce(tenant: Tenant, client: HttpClient): Promise<ApplyResult | Error> {
  const end = new AbortController();
  try {
    const session = await sessionOf(tenant, client, false, end.signal);
    const { plan } = await planSession(session);
    const problem = plan.problems[0];
    if (problem !== undefined) return problem.error;
    const person = createSimulatedPerson({
      session,
      sandboxUrl: tenant.sandbox.sandbox.url,
      signal: end.signal,
      announce: () => {},
      onFailure: (error) => end.abort(error),
    });
    return await deploySession(session, plan, { onEvent: person, patienceMs: Number.POSITIVE_INFINITY });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    // A dead process leaves nobody behind who still passes gates.
    end.abort(new Error("the run is over"));
  }
}

/** Rows per kind of thing, without ids and times: equal end states have equal counts of everything. */
export async function inventory(tenant: Tenant): Promise<Readonly<Record<string, number>>> {
  const { body } = await tenant.sandbox.control("GET", "state");
  const services = body as Record<string, Record<string, unknown>>;
  const counts: Record<string, number> = {};
  const size = (value: unknown): number =>
    Array.isArray(value)
      ? value.length
      : typeof value === "object" && value !== null
        ? Object.keys(value).length
        : 0;
  const organizations = services["dataverse"]?.["organizations"] as
    | Record<string, { tables: Record<string, unknown> }>
    | undefined;
  counts["organizations"] = size(organizations);
  for (const [domain, { tables }] of Object.entries(organizations ?? {}))
    for (const [table, rows] of Object.entries(tables)) counts[`${domain}/${table}`] = size(rows);
  for (const table of [
    "resourceGroups",
    "workspaces",
    "components",
    "healthBots",
    "diagnosticSettings",
    "roleAssignments",
  ])
    counts[`arm/${table}`] = size(services["arm"]?.[table]);
  const objects = (services["graph"]?.["objects"] ?? {}) as Record<string, { kind: string }>;
  for (const { kind } of Object.values(objects)) counts[`graph/${kind}`] = (counts[`graph/${kind}`] ?? 0) + 1;
  counts["bap/environments"] = size(services["bap"]?.["environments"]);
  return counts;
}

/** True when a fresh look finds nothing left to do. */
export async function isComplete(tenant: Tenant): Promise<boolean> {
  const session = await sessionOf(
    tenant,
    sandboxTransport(tenant.sandbox.sandbox.url),
    true,
    new AbortController().signal,
  );
  const { plan } = await planSession(session);
  return plan.problems.length === 0 && plan.actions.every(({ action }) => action === "none");
}
