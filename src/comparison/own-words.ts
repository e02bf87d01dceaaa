import type { EnvironmentSpec } from "../spec/model.ts";

/** A name that belongs to one environment, and what stands for it when two are compared. */
export interface OwnWord {
  readonly word: string;
  /** Such as `{environment.domain}`. */
  readonly stand: string;
}

/** Names that each environment has for itself; the longest first, because they stand in each other. */
export function ownWords(spec: EnvironmentSpec): readonly OwnWord[] {
  const { environment, azure, identity, healthBot, portal } = spec;
  const { secret } = identity.application;
  const named: readonly (readonly [string, string | undefined])[] = [
    ["{azure.subscription}", azure.subscription],
    ["{azure.resourceGroup}", azure.resourceGroup],
    ["{azure.monitoring.workspace}", azure.monitoring.workspace],
    ["{azure.monitoring.applicationInsights}", azure.monitoring.applicationInsights],
    ["{environment.displayName}", environment.displayName],
    ["{environment.domain}", environment.domain],
    ["{environment.dataPolicy.name}", environment.dataPolicy?.name],
    ["{healthBot.name}", healthBot.name],
    ["{identity.application.name}", identity.application.name],
    ["{identity.application.secret.name}", secret?.name],
    ["{identity.application.secret.vault}", secret?.vault],
    ["{portal.name}", portal?.name],
    ["{portal.subdomain}", portal?.subdomain],
    ["{tenant}", spec.tenant],
    ["{name}", spec.name],
    ["{stage}", spec.stage],
    ...identity.groups.map(({ key, name }) => [`{group ${key}}`, name] as const),
  ];
  return inOrder(named.map(([stand, word]) => ({ stand, word: word ?? "" })));
}

export function inOrder(words: readonly OwnWord[]): readonly OwnWord[] {
  return words.filter(({ word }) => word !== "").sort((a, b) => b.word.length - a.word.length);
}

/** Puts what stands for them in the place of an environment's own names; services write names in any case. */
export function neutralizer(words: readonly OwnWord[]): (text: string) => string {
  if (words.length === 0) return (text) => text;
  const stands = new Map(words.toReversed().map(({ word, stand }) => [word.toLowerCase(), stand]));
  const pattern = words.map(({ word }) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const own = new RegExp(`(?<![A-Za-z0-9])(?:${pattern})(?![A-Za-z0-9])`, "gi");
  return (text) => text.replace(own, (word) => stands.get(word.toLowerCase()) ?? word);
}
