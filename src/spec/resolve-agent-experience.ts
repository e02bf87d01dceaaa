import type { AgentExperienceSpec, AgentScriptSpec, QuickReplySpec } from "./model.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import type { SpecDocument } from "./schema.ts";
import { languageTagOf, lcidOf } from "./terms/languages.ts";

type Given = NonNullable<SpecDocument["agentExperience"]>;

/** @param language LCID of the environment. */
export function resolveAgentExperience(given: Given, language: number): AgentExperienceSpec {
  const { sentiment, supervisors } = given;
  return {
    quickReplies: (given.quickReplies ?? []).flatMap((reply) => resolveReply(reply, language)),
    scripts: (given.scripts ?? []).map((script) => resolveScript(script, language)),
    sentiment: sentiment && {
      enabled: sentiment.enabled ?? true,
      agentAlert: sentiment.agentAlert ?? "none",
      supervisorAlert: sentiment.supervisorAlert ?? "none",
    },
    supervisors: {
      monitor: supervisors?.monitor,
      assign: supervisors?.assign,
      transfer: supervisors?.transfer,
      forceClose: supervisors?.forceClose,
    },
  };
}

function resolveReply(
  { title, text, tags = [], workstreams = [] }: NonNullable<Given["quickReplies"]>[number],
  language: number,
): QuickReplySpec[] {
  const usual = languageTagOf(language) ?? DEFAULTS.language;
  const texts = typeof text === "string" ? { [usual]: text } : (text ?? {});
  return Object.entries(texts).map(([tag, words]) => ({
    title,
    language: tag,
    text: words,
    tags,
    workstreams,
  }));
}

function resolveScript(given: NonNullable<Given["scripts"]>[number], language: number): AgentScriptSpec {
  return {
    name: given.name,
    uniqueName: given.uniqueName ?? `psc_${given.name.replace(/[^a-zA-Z0-9]/g, "")}`,
    description: given.description ?? "",
    language: (given.language === undefined ? undefined : lcidOf(given.language)) ?? language,
    steps: (given.steps ?? []).map(({ name, text, script, macro }) => ({ name, text, script, macro })),
    sessionTemplates: given.sessionTemplates ?? [],
  };
}
