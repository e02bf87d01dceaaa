import { randomUUID } from "node:crypto";
import { BOT_NOT_ASKED } from "./controls/bot-secrets.ts";
import { factsOf } from "./controls/collect.ts";
import type { Control } from "./controls/control.ts";
import type { Facts } from "./controls/facts.ts";
import { CONTROLS, RESOURCE_CONTROLS } from "./controls/index.ts";
import { judge } from "./controls/judge.ts";
import { ownControl } from "./controls/own.ts";
import type { ControlResult, VerifyResult } from "./controls/result.ts";
import type { SourceLocation } from "./errors.ts";
import { planSession, type Session } from "./session.ts";
import type { EnvironmentSpec, Manifest } from "./spec/model.ts";

export interface CollectedFacts {
  readonly facts: Facts;
  /** Requests sent, and milliseconds it took on the real clock. */
  readonly reads: number;
  readonly tookMs: number;
}

/**
 * Reads everything controls rest on. The session must have been opened read-only, with the probes of the controls.
 * @param version psc's own.
 */
export async function collectFacts(session: Session, version: string): Promise<CollectedFacts> {
  const from = session.clock.now();
  const planned = await planSession(session, { allChecks: true });
  const { name: identity } = await session.signIn();
  const facts = factsOf({
    spec: session.spec,
    version,
    identity,
    from,
    to: session.clock.now(),
    order: session.graph.order,
    planned,
    declared: (resource) => resource.declared(session.memory.contextOf(resource)),
    // What is asked for from here on, for showing what was declared, decided nothing.
    asked: structuredClone(session.memory.asked),
    unasked: { resources: session.unasked, reason: BOT_NOT_ASKED },
    confirmation: (address) => session.confirmations.all().findLast(({ gate }) => gate === address),
  });
  return { facts, reads: planned.plan.reads, tookMs: planned.plan.tookMs };
}

/** psc's catalogue, one control a kind of resource, and the user's own. */
export function controlsFor(
  own: readonly Control[],
): readonly { readonly control: Control; readonly origin: ControlResult["origin"] }[] {
  return [
    ...CONTROLS.map((control) => ({ control, origin: "product" as const })),
    ...own.map((control) => ({ control, origin: "own" as const })),
    ...RESOURCE_CONTROLS.map((control) => ({ control, origin: "resource" as const })),
  ];
}

export interface JudgedSpec {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly file: string;
  readonly locate: (field: string) => SourceLocation | undefined;
}

/** Draws the verdicts. Needs no network: facts collected elsewhere are as good as one's own. */
export function judgeFacts(facts: Facts, { spec, manifest, file, locate }: JudgedSpec): VerifyResult {
  return judge({
    facts,
    spec,
    manifest,
    controls: controlsFor(spec.verify.controls.map(ownControl)),
    locate,
    specFile: file,
    runId: randomUUID(),
  });
}
