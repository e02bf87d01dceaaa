import { createHash } from "node:crypto";
import type { ServiceName } from "../cloud.ts";
import type { FieldValue } from "../engine/observation.ts";
import type { Action, Problem } from "../engine/plan.ts";
import type { PlannedRun } from "../engine/planning.ts";
import type { Confirmation, Resource } from "../engine/resource.ts";
import { isServiceError, type PscError } from "../errors.ts";
import type { Exchange } from "../services/http/types.ts";
import type { EnvironmentSpec } from "../spec/model.ts";
import type { EvidenceItem, FactProblem, Facts, ProbeFact, ResourceFact, ResourceState } from "./facts.ts";
import { classify, isSamePermission, type PermissionService } from "./permission.ts";
import { PROBE_PREFIX } from "./probe.ts";

export interface CollectInput {
  readonly spec: EnvironmentSpec;
  readonly version: string;
  readonly identity: string;
  /** Milliseconds since the epoch, of psc's clock. */
  readonly from: number;
  readonly to: number;
  readonly order: readonly Resource[];
  readonly planned: PlannedRun;
  /** What the spec declares of a resource, as the look found it. */
  readonly declared: (resource: Resource) => ResourceFact["declared"];
  readonly confirmation: (address: string) => Confirmation | undefined;
  /** Whose state each read asked for, by address. */
  readonly asked: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of the spec, and not looked at because nobody asked for it. */
  readonly unasked?: { readonly resources: readonly Resource[]; readonly reason: string };
}

/**
 * SHA-256 of the resolved spec; who accepted what is not part of it, and secrets are not either. Nor is where the files of
 * solutions lie: another machine keeps them elsewhere, and their own digests say which they are.
 */
export function specDigest(spec: EnvironmentSpec): string {
  const { verify: _, healthBot, ownSolutions, ...rest } = spec;
  const variables = healthBot.variables.map(({ name }) => name);
  const solutions = ownSolutions.map(({ file: _file, path: _path, ...solution }) => solution);
  const text = JSON.stringify({ ...rest, healthBot: { ...healthBot, variables }, ownSolutions: solutions });
  return createHash("sha256").update(text).digest("hex");
}

/** Numbers exchanges: one that several reads share is one piece of evidence. */
function createLedger() {
  const items: EvidenceItem[] = [];
  const known = new Map<string, string>();
  return {
    items,
    cite(exchanges: readonly Exchange[]): readonly string[] {
      return exchanges.map(({ sent, service, method, url, status, requestId }) => {
        const key = `${sent} ${method} ${url}`;
        const cited = known.get(key);
        if (cited !== undefined) return cited;
        const id = `E${items.length + 1}`;
        items.push({ id, service, method, url, status, requestId: requestId ?? null });
        known.set(key, id);
        return id;
      });
    },
  };
}

/** Where a service's permissions are granted; for others a refusal says all there is to say. */
const GRANTED_IN: Readonly<Partial<Record<ServiceName, PermissionService>>> = {
  graph: "graph",
  arm: "azure",
  bap: "power-platform",
  powerPlatform: "power-platform",
  dataverse: "dataverse",
  keyVault: "key-vault",
};

/**
 * The permission that was missing, in the spelling of kinds and probes. A refusal that names none is one of those of its service
 * that the kind needs for reading.
 */
function missingOf(
  error: PscError,
  { info: { permissions } }: Resource,
  order: readonly Resource[],
): string | null {
  const { permission: named } = error;
  const declared = permissions.read;
  if (named !== undefined) {
    // A directory role stands behind the action that a refusal names.
    const known = [...declared, ...order.flatMap(({ info }) => info.permissions.read)].find((text) =>
      [classify(text)?.name ?? text, text.replace(/ \(.*$/, "")].some((name) =>
        isSamePermission(name, named),
      ),
    );
    return known === undefined ? named : (classify(known)?.name ?? known);
  }
  if (!isServiceError(error, 401, 403)) return null;
  const service = GRANTED_IN[error.refusal.service as ServiceName];
  const names = declared.map((text) => classify(text) ?? { service: undefined, name: text });
  const fitting = names.filter((permission) => permission.service === service);
  return (fitting.length > 0 ? fitting : names).map(({ name }) => name).join(" or ") || null;
}

function problemOf(error: PscError, resource: Resource, order: readonly Resource[]): FactProblem {
  const { code, message, remedy } = error;
  return { code, message, remedy: remedy ?? null, permission: missingOf(error, resource, order) };
}

function stateOf({ action, observation }: Action): ResourceState {
  switch (action) {
    case "none":
      if (observation.status === "not-needed")
        return observation.unseen === true ? "not-visible" : "not-needed";
      return observation.status === "present" && observation.onWord === true ? "on-word" : "as-declared";
    case "adopt":
      // Every declared field holds; only psc's own mark is missing.
      return "as-declared";
    case "create":
    case "delete":
      return "missing";
    case "update":
    case "replace":
      return "differs";
    case "wait":
      return "under-way";
    case "gate":
      return observation.status === "unknown" ? "not-visible" : "gate-open";
  }
}

/** A check that does not hold, and a fixed field with another value, are seen to be wrong; anything else was not seen. */
function stateOfProblem(resource: Resource, { error }: Pick<Problem, "error">): ResourceState {
  if (error.code === "PSC-E413") return "differs";
  const unseen = error.code.startsWith("PSC-E2") || error.permission !== undefined;
  return resource.info.nature === "check" && !unseen ? "does-not-hold" : "unreadable";
}

/**
 * What a resource was read through: what it depends on and asked for, and what that was read through. What it merely
 * has to come after while deploying is not among it; nor is what it asks for without depending on it, because a read
 * makes of that what it can.
 */
function createThrough(
  order: readonly Resource[],
  asked: CollectInput["asked"],
): (address: string) => readonly string[] {
  const standsOn = new Map<string, ReadonlySet<string>>();
  const through = new Map<string, ReadonlySet<string>>();
  // Dependencies come before dependents.
  for (const { address, dependsOn } of order) {
    const below = new Set(dependsOn.flatMap((need) => [need, ...(standsOn.get(need) ?? [])]));
    standsOn.set(address, below);
    const used = [...(asked.get(address) ?? [])].filter((other) => below.has(other));
    through.set(address, new Set(used.flatMap((other) => [other, ...(through.get(other) ?? [])])));
  }
  return (address) => [...(through.get(address) ?? [])].sort();
}

/** Everything a run has seen, without what only psc's own work needs. */
export function factsOf(input: CollectInput): Facts {
  const { spec, planned, order } = input;
  const ledger = createLedger();
  const actions = new Map(planned.plan.actions.map((action) => [action.resource.address, action]));
  const problems = new Map(planned.plan.problems.map((problem) => [problem.address, problem]));
  const through = createThrough(order, input.asked);
  const byAddress = new Map(order.map((resource) => [resource.address, resource]));
  /** Its own failure, or the one at the root of what kept it from being read. */
  const rootProblem = (address: string): Problem | undefined => {
    const behind = planned.observed.results.get(address)?.behind;
    return problems.get(address) ?? (behind === undefined ? undefined : rootProblem(behind));
  };
  const isUnread = ({ address, error }: Problem): boolean => {
    const resource = byAddress.get(address);
    return resource !== undefined && stateOfProblem(resource, { error }) === "unreadable";
  };
  /** That, or the failure of something it was read through: what was seen without it is no verdict. */
  const problemBehind = ({ address }: Resource): Problem | undefined => {
    const own = rootProblem(address);
    if (own !== undefined) return own;
    const others = through(address).flatMap((other) => rootProblem(other) ?? []);
    return others.find(isUnread);
  };
  const ownerOf = ({ address }: Problem, otherwise: Resource): Resource =>
    byAddress.get(address) ?? otherwise;
  const exchangesOf = (address: string): readonly Exchange[] =>
    planned.observed.results.get(address)?.exchanges ?? [];
  /** Who asked nothing himself was judged by what was seen of others. */
  const evidenceOf = (address: string): readonly string[] => {
    const own = exchangesOf(address);
    const others = own.length > 0 ? [] : [...(input.asked.get(address) ?? [])].flatMap(exchangesOf);
    return ledger.cite([...own, ...others]);
  };

  const resourceFact = (resource: Resource): ResourceFact => {
    const { address, info, label } = resource;
    const problem = problemBehind(resource);
    const action = problem === undefined ? actions.get(address) : undefined;
    const seen = planned.observed.results.get(address)?.observation;
    const present = seen?.status === "present" ? seen : undefined;
    const state =
      action !== undefined
        ? stateOf(action)
        : problem === undefined
          ? "unreadable"
          : problem.address === address
            ? stateOfProblem(resource, problem)
            : "unreadable";
    return {
      address,
      kind: info.kind,
      label,
      step: info.step,
      persona: info.persona,
      nature: info.nature,
      state,
      reason: action?.reason ?? problem?.error.message ?? "something it depends on could not be read",
      id: present === undefined || present.id === "" ? null : present.id,
      declared: action === undefined ? {} : input.declared(resource),
      observed: present?.fields ?? {},
      differences: action?.diff ?? [],
      concern: present?.concern ?? null,
      problem:
        state === "unreadable"
          ? problem === undefined
            ? {
                code: "PSC-E410",
                message: "something it depends on could not be read",
                remedy: null,
                permission: null,
              }
            : problemOf(problem.error, ownerOf(problem, resource), order)
          : null,
      confirmation: info.nature === "gate" ? (input.confirmation(address) ?? null) : null,
      requested: exchangesOf(address).length > 0,
      evidence: evidenceOf(address),
      through: through(address),
    };
  };

  const probeFact = (resource: Resource): ProbeFact => {
    const problem = problemBehind(resource);
    const action = problem === undefined ? actions.get(resource.address) : undefined;
    const seen = planned.observed.results.get(resource.address)?.observation;
    return {
      probe: resource.info.kind.slice(PROBE_PREFIX.length),
      value: seen?.status === "present" ? (seen.data as FieldValue) : null,
      absent: seen?.status === "not-needed" ? seen.reason : null,
      problem:
        problem === undefined
          ? action === undefined
            ? { code: "PSC-E410", message: "it could not be read", remedy: null, permission: null }
            : null
          : problemOf(problem.error, ownerOf(problem, resource), order),
      requested: exchangesOf(resource.address).length > 0,
      evidence: evidenceOf(resource.address),
      through: through(resource.address),
    };
  };

  const unaskedFact = ({ address, info, label }: Resource): ResourceFact => ({
    address,
    kind: info.kind,
    label,
    step: info.step,
    persona: info.persona,
    nature: info.nature,
    state: "not-visible",
    reason: input.unasked?.reason ?? "",
    id: null,
    declared: {},
    observed: {},
    differences: [],
    concern: null,
    problem: null,
    confirmation: null,
    requested: false,
    evidence: [],
    through: [],
  });

  const isProbe = ({ info }: Resource): boolean => info.kind.startsWith(PROBE_PREFIX);
  const resources = [
    ...order.filter((resource) => !isProbe(resource)).map(resourceFact),
    ...(input.unasked?.resources ?? []).map(unaskedFact),
  ];
  const probes = order.filter(isProbe).map(probeFact);
  return {
    format: "psc.facts/1",
    tool: { name: "psc", version: input.version },
    environment: {
      name: spec.name,
      stage: spec.stage,
      tenant: spec.tenant,
      cloud: spec.cloud,
      subscription: spec.azure.subscription,
      domain: spec.environment.domain,
    },
    specDigest: specDigest(spec),
    identity: input.identity,
    collected: { from: new Date(input.from).toISOString(), to: new Date(input.to).toISOString() },
    resources,
    probes,
    evidence: ledger.items,
  };
}
