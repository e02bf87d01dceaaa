import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { recordSeenGates } from "../../src/cli/gate-states.ts";
import { passAsPerson } from "../../src/cli/simulated-person.ts";
import { destroySession, planDestruction, pruningOf } from "../../src/destruction.ts";
import type { ApplyResult, EngineEvent } from "../../src/engine/events.ts";
import type { Confirmation } from "../../src/engine/resource.ts";
import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import { ADMIN_USER, PUBLIC_CLIENT_APP_ID } from "../../src/sandbox/seed.ts";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import {
  deploySession,
  openSession,
  planSession,
  type Session,
  type SessionOptions,
} from "../../src/session.ts";
import { loadSpec } from "../../src/spec/index.ts";
import { type ParsedJson, startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";
import { type VirtualTime, virtualTime } from "../harness/virtual-time.ts";

export const EXAMPLE = resolve(import.meta.dirname, "../../examples/contoso/dev.yaml");

/** One empty tenant on virtual time, and a folder for what psc keeps. */
export interface Tenant {
  readonly sandbox: TestSandbox;
  readonly folder: string;
  readonly time: VirtualTime;
  /** The undisturbed way to it. */
  readonly client: HttpClient;
  close(): Promise<void>;
}

export async function openTenant(): Promise<Tenant> {
  const sandbox = await startTestSandbox({ speed: 1 });
  const folder = mkdtempSync(join(tmpdir(), "psc-chaos-"));
  const { now } = (await sandbox.control("POST", "clock", { paused: true })).body as { now: number };
  const time = virtualTime(now, async (ms) => {
    await sandbox.control("POST", "clock", { advanceMs: ms });
  });
  return {
    sandbox,
    folder,
    time,
    client: time.watch(sandboxTransport(sandbox.sandbox.url)),
    async close() {
      time.stop();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Aim {
  /** The spec file; the example when absent. */
  readonly file?: string;
  readonly client?: HttpClient;
  readonly readOnly?: boolean;
  readonly signal?: AbortSignal;
  /** Also deletes what is no longer declared. */
  readonly prune?: boolean;
}

/** A session as the command line opens it, in the example's folder. */
export function sessionOf(
  tenant: Tenant,
  aim: Aim & Pick<SessionOptions, "probes" | "withoutKinds" | "unusedPermission">,
): Session {
  const loaded = loadSpec(aim.file ?? EXAMPLE, { env: {}, cwd: tenant.folder });
  if (!loaded.ok)
    throw new Error(
      `the spec is not valid: ${loaded.problems.map(({ code, message }) => `${code} ${message}`).join("; ")}`,
    );
  return openSession({
    spec: loaded.spec,
    manifest: loaded.manifest,
    target: {
      client: aim.client ?? tenant.client,
      clock: tenant.time.clock,
      sandboxPerson: {
        clientId: PUBLIC_CLIENT_APP_ID,
        username: ADMIN_USER.userPrincipalName,
        password: ADMIN_USER.password,
      },
    },
    env: {},
    workFolder: tenant.folder,
    readOnly: aim.readOnly ?? false,
    ...(aim.probes === undefined ? {} : { probes: aim.probes }),
    ...(aim.withoutKinds === undefined ? {} : { withoutKinds: aim.withoutKinds }),
    ...(aim.unusedPermission === undefined ? {} : { unusedPermission: aim.unusedPermission }),
    ...(aim.signal === undefined ? {} : { signal: aim.signal }),
  });
}

/** Somebody who passes each gate after its usual time, for as long as the run lasts. */
function personBeside(tenant: Tenant, session: Session, end: AbortController): (event: EngineEvent) => void {
  return (event) => {
    if (event.type !== "gate-opened") return;
    const { resource, instructions } = event;
    tenant.time.clock
      .sleep(instructions.usualMinutes * 60_000, end.signal)
      .then(() =>
        tenant.time.during(() =>
          passAsPerson(session, tenant.sandbox.sandbox.url, resource.address, instructions),
        ),
      )
      .catch((error: unknown) => end.abort(error));
  };
}

/** One `psc deploy` with somebody at the portals. Returns the result, or what it died of. */
export async function deployOnce(tenant: Tenant, aim: Aim = {}): Promise<ApplyResult | Error> {
  const end = new AbortController();
  try {
    const session = sessionOf(tenant, { ...aim, signal: end.signal });
    const { plan } = await planSession(session, aim.prune === true ? { prune: pruningOf(session) } : {});
    const problem = plan.problems[0];
    if (problem !== undefined) return problem.error;
    recordSeenGates(session, plan, (await session.signIn()).name);
    const onEvent = personBeside(tenant, session, end);
    return await deploySession(session, plan, { onEvent, patienceMs: Number.POSITIVE_INFINITY });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    // A dead process leaves nobody behind who still passes gates.
    end.abort(new Error("the run is over"));
  }
}

/** One `psc destroy`, with the named addresses included. Returns the result, or what it died of. */
export async function destroyOnce(
  tenant: Tenant,
  aim: Aim & { readonly include?: readonly string[] } = {},
): Promise<ApplyResult | Error> {
  try {
    const session = sessionOf(tenant, aim);
    const plan = await planDestruction(session, aim.include ?? []);
    return await destroySession(session, plan, { onEvent: () => {} });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What a fresh look finds left to do, as `action address`; empty when the tenant is as declared. */
export async function leftToDo(tenant: Tenant, aim: Aim = {}): Promise<readonly string[]> {
  const { plan } = await planSession(sessionOf(tenant, { ...aim, readOnly: true }));
  return [
    ...plan.problems.map(({ address, error }) => `problem ${address}: ${error.message}`),
    ...plan.actions
      .filter(({ action }) => action !== "none")
      .map(({ action, resource }) => `${action} ${resource.address}`),
  ];
}

export function confirmationsOf(tenant: Tenant): readonly Confirmation[] {
  return sessionOf(tenant, { readOnly: true }).confirmations.all();
}

export async function stateOf(tenant: Tenant): Promise<ParsedJson> {
  return (await tenant.sandbox.control("GET", "state")).body;
}

export async function requestsOf(tenant: Tenant): Promise<readonly LoggedRequest[]> {
  return (await tenant.sandbox.control("GET", "requests?since=0")).body.value as LoggedRequest[];
}
