import type { EnvironmentSpec, WorkstreamSpec } from "../../spec/model.ts";
import type { Finding } from "../control.ts";
import type { ResourceFact } from "../facts.ts";

/** Of one resource of a kind, by its name in the spec. */
export const named = (facts: readonly ResourceFact[], name: string): readonly ResourceFact[] =>
  facts.filter(({ address }) => address.endsWith(`[${JSON.stringify(name)}]`));

/** Workstreams whose conversations a bot takes first. */
export const withBot = ({ workstreams }: EnvironmentSpec): readonly WorkstreamSpec[] =>
  workstreams.filter(({ bot }) => bot);

/** Queues to which a workstream's rules lead when the bot has asked for a person. */
export function escalationQueues(
  { route }: WorkstreamSpec,
  { healthBot }: EnvironmentSpec,
): readonly string[] {
  const { sets, value } = healthBot.handoff;
  return route.filter(({ when }) => when[sets] === value).map(({ to }) => to);
}

/** A finding on something that a probe has seen. */
export function finding(
  subject: string,
  field: string,
  message: string,
  expected: string,
  actual: string,
): Finding {
  return { subject, field, expected, actual, message };
}
