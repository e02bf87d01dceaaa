/**
 * psc as a library: everything the command line does can be called from code. The usual way:
 *
 *     const loaded = loadSpec("dev.yaml");
 *     if (!loaded.ok) throw new AggregateError(loaded.problems);
 *     const session = openSession({ ...loaded, target: realTarget(), env: process.env, workFolder: ".", readOnly: false });
 *     const { plan } = await planSession(session);
 *     const result = await deploySession(session, plan, { patienceMs: 0, onEvent: console.log });
 *
 * Everything exported here follows semantic versioning; other files of the package do not.
 */

import { systemClock } from "./clock.ts";
import { realTransport } from "./services/http/real-transport.ts";
import type { Target } from "./session.ts";

/** A real cloud: TLS, the proxy of HTTPS_PROXY, the system's clock. Which cloud, the spec says. */
export function realTarget(): Target {
  return { client: realTransport(), clock: systemClock };
}

export { type Clock, scaledClock, systemClock } from "./clock.ts";
export { CLOUD_NAMES, type CloudName } from "./cloud.ts";
export type { Control, Finding, FrameworkMappings, Judgement } from "./controls/control.ts";
export type { EvidenceItem, Facts, ProbeFact, ResourceFact } from "./controls/facts.ts";
export { CONTROLS, PROBES, RESOURCE_CONTROLS } from "./controls/index.ts";
export type { ControlResult, ExceptionRecord, VerifyResult } from "./controls/result.ts";
export { LEVELS, type Level, VERDICTS, type Verdict } from "./controls/verdict.ts";
export { destroySession, planDestruction, pruningOf } from "./destruction.ts";
export type { ApplyResult, EngineEvent, EventSink } from "./engine/events.ts";
export { type ConfirmationBook, type JournalEntry, readLastRun } from "./engine/journal.ts";
export type { FieldChange, Fields, FieldValue, Observation } from "./engine/observation.ts";
export {
  ACTIONS,
  type Action,
  type ActionName,
  hasChanges,
  type Plan,
  type PlanDocument,
  type Problem,
  planDocument,
} from "./engine/plan.ts";
export type { PlannedRun } from "./engine/planning.ts";
export {
  type Confirmation,
  type GateInstructions,
  type KindInfo,
  type Persona,
  type Resource,
  STEPS,
} from "./engine/resource.ts";
export {
  isServiceError,
  PscError,
  ServiceError,
  type ServiceRefusal,
  type SourceLocation,
} from "./errors.ts";
export { ALL_CODES } from "./errors-catalogue.ts";
export { REPORT_FORMATS, type ReportFormat, WRITERS } from "./reports/formats.ts";
export { jsonReport } from "./reports/json.ts";
export { verifyText } from "./reports/text.ts";
export { type HandoverFact, handoverFacts } from "./resources/handover.ts";
export { KINDS } from "./resources/kinds.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox/server.ts";
export { folderStorage, memoryStorage, type SandboxStorage } from "./sandbox/storage.ts";
export { sandboxTransport } from "./services/http/sandbox-transport.ts";
export type { Exchange, Http, HttpRequest, HttpResponse } from "./services/http/types.ts";
export type { Services, SignedIn } from "./services/services.ts";
export {
  type DeployOptions,
  deploySession,
  openSession,
  planSession,
  type Session,
  type SessionOptions,
  type Target,
} from "./session.ts";
export {
  checkSharing,
  type LoadedSpec,
  type LoadOptions,
  listManifests,
  loadManifest,
  loadSpec,
  type RefusedSpec,
  renderProblem,
} from "./spec/index.ts";
export type { EnvironmentSpec, Manifest } from "./spec/model.ts";
