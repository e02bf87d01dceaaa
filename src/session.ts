import { join } from "node:path";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { type Clock, systemClock } from "./clock.ts";
import { CLOUDS } from "./cloud.ts";
import { type Probe, probeResources } from "./controls/probe.ts";
import { type ApplyOptions, apply } from "./engine/apply.ts";
import { createRunMemory, type RunMemory } from "./engine/context.ts";
import type { ApplyResult, EngineEvent } from "./engine/events.ts";
import { buildGraph, type ResourceGraph } from "./engine/graph.ts";
import {
  type ConfirmationBook,
  environmentFolder,
  openConfirmations,
  readDurations,
} from "./engine/journal.ts";
import type { Action, Plan } from "./engine/plan.ts";
import { createPlan, type PlannedRun, type PlanOptions } from "./engine/planning.ts";
import type { Confirmation, Persona, Resource } from "./engine/resource.ts";
import { PscError } from "./errors.ts";
import { intentOf, recorded } from "./journaled-run.ts";
import { prune } from "./pruning-run.ts";
import { resourcesOf } from "./resources/index.ts";
import { type Answered, createHttp } from "./services/http/http.ts";
import { createPipeline } from "./services/http/pipeline.ts";
import type { RememberingHttp } from "./services/http/remembering.ts";
import type { TokenSource } from "./services/http/types.ts";
import { keptNames } from "./services/known-names.ts";
import { createPac } from "./services/pac/pac.ts";
import { createServices, type Services, type SignedIn } from "./services/services.ts";
import { createSignIn } from "./services/sign-in.ts";
import type { EnvironmentSpec, Manifest } from "./spec/model.ts";
import { type BlobStore, checkStateUrl, createBlobStore } from "./state/blob-store.ts";
import type { Lease } from "./state/lease.ts";
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
  /** Facts that only auditing needs are read as well. */
  readonly probes?: readonly Probe[];
  /** A permission that is not used: what takes it to be read is left unread, and `Session.unasked` names it. */
  readonly unusedPermission?: string;
  /** `plan`, `verify` and `status` cannot write, whatever a resource tries. */
  readonly readOnly: boolean;
  readonly signal?: AbortSignal;
  /** Overwrite what others edited by hand where psc would leave it; false when absent. */
  readonly force?: boolean;
  /** Where journal and lock are shared with other machines. */
  readonly state?: {
    /** `https://ACCOUNT.blob.core.windows.net/CONTAINER/FOLDER`. */
    readonly url: string;
    readonly client: HttpClient;
    /** For an emulator, which takes other tokens than the cloud. */
    readonly tokens?: TokenSource;
  };
  readonly onAnswer?: (answer: Answered) => void;
  /** Told what pac says, line by line, without the secrets psc knows. */
  readonly onPacLine?: (line: string) => void;
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
  /** Resources of the spec that are not looked at, because of `unusedPermission`. */
  readonly unasked: readonly Resource[];
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
  const recordFolder = environmentFolder(
    options.workFolder,
    spec.name,
    target.sandboxPerson === undefined ? "tenant" : "sandbox",
  );
  // The real pac knows nothing of the sandbox: there only one runs that was put there for it.
  const searchPath = options.env[target.sandboxPerson === undefined ? "PATH" : "PSC_SANDBOX_PAC"];
  const services = createServices({
    pac:
      target.sandboxPerson !== undefined && searchPath === undefined
        ? undefined
        : createPac({
            cloud,
            http,
            env: options.env,
            searchPath: searchPath ?? "",
            workFolder: options.workFolder,
            recordFolder,
            signedIn: () => signIn.whoAmI(),
            beforeWrite: () => {
              if (options.readOnly) throw readOnlyPac();
              lease?.assertHeld();
            },
            onLine: (line) => options.onPacLine?.(line),
          }),
    cloud,
    http,
    clock: target.clock,
    env: options.env,
    signedIn: () => signIn.whoAmI(),
    namesOf: (origin, version) => keptNames(join(recordFolder, "names.json"), origin, version),
  });
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
    force: options.force ?? false,
    confirmation: (address) => confirmations.lookup(address),
  });
  const { asked, unasked } = resourcesOfRun(options);
  return {
    spec,
    manifest,
    graph: buildGraph(asked),
    unasked,
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

function readOnlyPac(): PscError {
  return new PscError({
    code: "PSC-E290",
    message: "a read-only command tried to run pac",
    remedy: "this is a bug in psc: please report it; nothing was started",
    side: "psc",
  });
}

interface ResourcesOfRun {
  readonly asked: Resource[];
  readonly unasked: readonly Resource[];
}

function resourcesOfRun(options: SessionOptions): ResourcesOfRun {
  const { spec, manifest, withoutKinds = [], probes = [], unusedPermission } = options;
  const resources = resourcesOf(spec, manifest).filter(({ info }) => !withoutKinds.includes(info.kind));
  const unasked = resources.filter(
    ({ info }) => unusedPermission !== undefined && info.permissions.read.includes(unusedPermission),
  );
  const left = new Set(unasked.map(({ address }) => address));
  const asked = resources
    .filter(({ address }) => !left.has(address))
    .map((resource) =>
      resource.dependsOn.some((address) => left.has(address))
        ? { ...resource, dependsOn: resource.dependsOn.filter((address) => !left.has(address)) }
        : resource,
    );
  const known = new Set(asked.map(({ address }) => address));
  return { asked: [...asked, ...probeResources(probes, spec, known)], unasked };
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
  /** Whose part is done; everybody's when absent. */
  readonly personas?: readonly Persona[];
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
  const { personas } = options;
  const isMine = ({ info }: Resource): boolean => personas?.includes(info.persona) ?? true;
  const intents = plan.actions
    .filter(({ resource, action }) => action !== "none" && isMine(resource))
    .map(({ resource, action }) => intentOf(resource, action));
  const lasted = readDurations(session.recordFolder);
  const declared = { ...plan, actions: plan.actions.filter(({ action }) => action !== "delete") };
  return recorded(session, { command: "deploy", summary: plan.summary, intents }, async (journal) => {
    const emit = (event: EngineEvent): void => {
      journal.record(event);
      options.onEvent(event);
    };
    const { graph, memory, http } = session;
    const applying: ApplyOptions = {
      graph,
      memory,
      http,
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
      lasted,
      isMine,
      emit,
    };
    const applied = await apply(declared, applying);
    const { pruning } = plan;
    // What is declared may still lean on what is not: that goes last, and only when everything else is there.
    if (pruning === undefined || applied.outcome !== "done") return applied;
    const removed = await prune(pruning, session, emit, (lifted) => {
      const actions = lifted.map(
        (resource): Action => ({
          resource,
          action: "create",
          reason: "put back",
          diff: [],
          observation: { status: "absent" },
        }),
      );
      return apply({ ...declared, actions }, applying);
    });
    return { ...removed, finished: [...applied.finished, ...removed.finished] };
  });
}
