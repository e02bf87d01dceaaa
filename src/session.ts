import type { HttpClient } from "@azure/core-rest-pipeline";
import { type Clock, systemClock } from "./clock.ts";
import { CLOUDS } from "./cloud.ts";
import { apply } from "./engine/apply.ts";
import { createRunMemory, type RunMemory } from "./engine/context.ts";
import type { ApplyResult, EngineEvent } from "./engine/events.ts";
import { buildGraph, type ResourceGraph } from "./engine/graph.ts";
import {
  type ConfirmationBook,
  environmentFolder,
  JOURNAL_FORMAT,
  type Journal,
  openConfirmations,
  openJournal,
  readCreations,
} from "./engine/journal.ts";
import { acquireLock } from "./engine/lock.ts";
import type { Plan } from "./engine/plan.ts";
import { createPlan, type PlannedRun, type PlanOptions } from "./engine/planning.ts";
import { planRemoval, type RemovalPlan, remove } from "./engine/removal.ts";
import type { Confirmation, Resource } from "./engine/resource.ts";
import { resourcesOf } from "./resources/index.ts";
import { type Answered, createHttp } from "./services/http/http.ts";
import { createPipeline } from "./services/http/pipeline.ts";
import type { RememberingHttp } from "./services/http/remembering.ts";
import type { TokenSource } from "./services/http/types.ts";
import { createServices, type Services, type SignedIn } from "./services/services.ts";
import { createSignIn } from "./services/sign-in.ts";
import type { EnvironmentSpec, Manifest } from "./spec/model.ts";
import { type BlobStore, checkStateUrl, createBlobStore } from "./state/blob-store.ts";
import { acquireLease, type Lease } from "./state/lease.ts";
import { createSharedRecord, type SharedRecord } from "./state/shared-record.ts";

/** Where requests go and whose time counts: a real cloud, or a sandbox. */
export interface Target {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** The person the sandbox signs in when no application is named. */
  readonly sandboxPerson?: {
    readonly clientId: string;
    readonly username: string;
    readonly password: string;
  };
}

export interface SessionOptions {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly target: Target;
  /** `process.env` or a stand-in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that holds `.psc`. */
  readonly workFolder: string;
  /** Kinds left out: `verify` does not ask what the auditor's identity could write. */
  readonly withoutKinds?: readonly string[];
  /** `plan`, `verify` and `status` cannot write, whatever a resource tries. */
  readonly readOnly: boolean;
  readonly signal?: AbortSignal;
  /** Where journal and lock are shared with other machines. */
  readonly state?: {
    /** `https://ACCOUNT.blob.core.windows.net/CONTAINER/FOLDER`. */
    readonly url: string;
    readonly client: HttpClient;
    /** For an emulator, which takes other tokens than the cloud. */
    readonly tokens?: TokenSource;
  };
  readonly onAnswer?: (answer: Answered) => void;
  readonly onRetry?: (wait: {
    readonly service: string;
    readonly reason: string;
    readonly ms: number;
  }) => void;
}

/** One environment, one signed-in identity, one set of resources. */
export interface Session {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly graph: ResourceGraph;
  readonly memory: RunMemory;
  readonly http: RememberingHttp;
  readonly services: Services;
  readonly clock: Clock;
  readonly confirmations: ConfirmationBook;
  /** Where this environment's journal and confirmations are kept. */
  readonly recordFolder: string;
  readonly readOnly: boolean;
  /** Present when journal and lock are shared with other machines. */
  readonly shared: SharedState | undefined;
  /** @throws PscError PSC-E201 and relatives when signing in fails. */
  signIn(): Promise<SignedIn>;
}

export interface SharedState {
  readonly store: BlobStore;
  readonly record: SharedRecord;
  /** Has every write ask the lease first, and ends the run when it is lost. */
  guardWith(lease: Lease): void;
}

export function openSession(options: SessionOptions): Session {
  const { spec, manifest, target } = options;
  const cloud = CLOUDS[spec.cloud];
  const signIn = createSignIn({
    cloud,
    tenant: spec.tenant,
    clock: target.clock,
    client: target.client,
    env: options.env,
    ...(target.sandboxPerson === undefined ? {} : { sandboxPerson: target.sandboxPerson }),
  });
  let lease: Lease | undefined;
  const stop = new AbortController();
  const http = createPipeline({
    beforeWrite: () => lease?.assertHeld(),
    cloud,
    clock: target.clock,
    tokens: signIn,
    client: target.client,
    readOnly: options.readOnly,
    identity: () => signIn.knownName(),
    ...(options.onAnswer === undefined ? {} : { onAnswer: options.onAnswer }),
    ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
  });
  const services = createServices({
    cloud,
    http,
    clock: target.clock,
    env: options.env,
    signedIn: () => signIn.whoAmI(),
  });
  const recordFolder = environmentFolder(
    options.workFolder,
    spec.name,
    target.sandboxPerson === undefined ? "tenant" : "sandbox",
  );
  const shared = openShared(options, signIn, recordFolder, (held) => {
    lease = held;
    held.lost.addEventListener("abort", () => stop.abort(held.lost.reason), { once: true });
  });
  const confirmations = openConfirmations(recordFolder, shared?.record);
  const memory = createRunMemory({
    spec,
    manifest,
    services,
    clock: target.clock,
    signal: options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]),
    confirmation: (address) => confirmations.lookup(address),
  });
  return {
    spec,
    manifest,
    graph: buildGraph(
      resourcesOf(spec, manifest).filter(({ info }) => options.withoutKinds?.includes(info.kind) !== true),
    ),
    memory,
    http,
    services,
    clock: target.clock,
    confirmations,
    recordFolder,
    readOnly: options.readOnly,
    shared,
    signIn: () => signIn.whoAmI(),
  };
}

function openShared(
  { spec, state }: SessionOptions,
  signIn: TokenSource & { knownName(): string | undefined },
  recordFolder: string,
  guardWith: (lease: Lease) => void,
): SharedState | undefined {
  if (state === undefined) return undefined;
  const cloud = CLOUDS[spec.cloud];
  const http = createHttp({
    cloud,
    // Leases run on the time of the world, whatever the clock of a sandbox says.
    clock: systemClock,
    tokens: state.tokens ?? signIn,
    client: state.client,
    readOnly: false,
    identity: () => signIn.knownName(),
  });
  const store = createBlobStore(http, checkStateUrl(state.url, cloud.blobSuffix));
  return { store, record: createSharedRecord(store, spec.name, recordFolder), guardWith };
}

/** Reads the tenant and says what differs. Writes nothing. */
export async function planSession(session: Session, options: PlanOptions = {}): Promise<PlannedRun> {
  await session.signIn();
  return createPlan(session.graph, session.memory, session.http, options);
}

export interface DeployOptions {
  readonly onEvent: (event: EngineEvent) => void;
  /** Milliseconds of psc's clock to wait at each open gate: 0 does not wait. */
  readonly patienceMs: number;
}

/**
 * Carries a plan out, keeps the journal, and lets nobody else write to the environment meanwhile. A plan with problems
 * is refused before anything is written.
 * @throws PscError the plan's first problem, or PSC-E140 when another deploy of the environment runs.
 */
export async function deploySession(
  session: Session,
  plan: Plan,
  options: DeployOptions,
): Promise<ApplyResult> {
  const problem = plan.problems[0];
  if (problem !== undefined) throw problem.error;
  const who = await session.signIn();
  const intents = plan.actions
    .filter(({ action }) => action !== "none")
    .map(({ resource, action }) => intentOf(resource, action));
  return recorded(session, { command: "deploy", summary: plan.summary, intents }, (journal) =>
    apply(plan, {
      graph: session.graph,
      memory: session.memory,
      http: session.http,
      patienceMs: options.patienceMs,
      recordDetection: (gate) => {
        const confirmation: Confirmation = {
          gate,
          by: who.name,
          at: new Date(session.clock.now()).toISOString(),
          how: "detected",
        };
        session.confirmations.record(confirmation);
        return confirmation;
      },
      recorded: () => journal.flushed(),
      emit: (event) => {
        journal.record(event);
        options.onEvent(event);
      },
    }),
  );
}

/**
 * Reads the tenant and says what `destroySession` would delete, and what it would not touch. Writes nothing.
 * @param include addresses the person named.
 */
export async function planDestruction(session: Session, include: readonly string[]): Promise<RemovalPlan> {
  await session.signIn();
  const creations = readCreations(session.recordFolder);
  return planRemoval(session.graph, session.memory, session.http, { include, isJournaled: creations.has });
}

/**
 * Deletes what the plan says, keeps the journal, and lets nobody else write to the environment meanwhile.
 * @throws PscError the plan's first problem, or PSC-E140 when a deploy of the environment runs.
 */
export async function destroySession(
  session: Session,
  plan: RemovalPlan,
  { onEvent }: Pick<DeployOptions, "onEvent">,
): Promise<ApplyResult> {
  const problem = plan.problems[0];
  if (problem !== undefined) throw problem.error;
  const intents = plan.verdicts
    .filter(({ fate }) => fate === "delete")
    .map(({ resource }) => intentOf(resource, "delete"));
  return recorded(session, { command: "destroy", summary: { delete: intents.length }, intents }, (journal) =>
    remove(plan, {
      graph: session.graph,
      memory: session.memory,
      http: session.http,
      emit: (event) => {
        journal.record(event);
        onEvent(event);
      },
    }),
  );
}

/** What a run means to do, with the natural key to look for when nobody knows whether it was done. */
interface Intent {
  readonly address: string;
  readonly action: string;
  readonly label: string;
  readonly detail: string;
}

function intentOf({ address, label, detail }: Resource, action: string): Intent {
  return { address, action, label, detail };
}

/** Somebody else may confirm a gate on another machine while this run waits at it. */
const LOOK_FOR_CONFIRMATIONS_MS = 20_000;

interface Undertaking {
  readonly command: "deploy" | "destroy";
  readonly summary: object;
  readonly intents: readonly Intent[];
}

/** Runs work that writes: under the environment's lock, between the first and the last line of a journal. */
async function recorded(
  session: Session,
  { command, summary, intents }: Undertaking,
  work: (journal: Journal) => Promise<ApplyResult>,
): Promise<ApplyResult> {
  const who = await session.signIn();
  const { shared, recordFolder, spec } = session;
  const lock = acquireLock(recordFolder, spec.name, who.name);
  let lease: Lease | undefined;
  try {
    lease =
      shared && (await acquireLease({ store: shared.store, environment: spec.name, identity: who.name }));
    if (lease !== undefined) shared?.guardWith(lease);
  } catch (error) {
    lock.release();
    throw error;
  }
  const journal = openJournal(recordFolder, () => session.clock.now(), shared?.record);
  const watching =
    shared &&
    setInterval(() => shared.record.pullConfirmations().catch(() => {}), LOOK_FOR_CONFIRMATIONS_MS).unref();
  try {
    journal.append({
      type: "run",
      format: JOURNAL_FORMAT,
      command,
      environment: spec.name,
      identity: who.name,
      tenant: who.tenantId,
      summary,
    });
    // Written ahead, all at once: whoever finds this journal knows what may have been begun, and what to look for.
    journal.append({ type: "intents", actions: intents });
    await journal.flushed();
    const result = await work(journal);
    // Cut short by nobody's wish: the run is over because it may not write any more.
    lease?.assertHeld();
    journal.append({
      type: "end",
      outcome: result.outcome,
      finished: result.finished.length,
      failed: result.failures.length,
      gates: result.gates.map(({ resource }) => resource.address),
    });
    return result;
  } finally {
    clearInterval(watching);
    journal.close();
    await shared?.record.flushed().catch(() => {});
    await lease?.release();
    lock.release();
  }
}
