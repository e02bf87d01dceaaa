import type { IncludedFiles } from "./included-files.ts";
import { readMarkdownArticle } from "./knowledge-markdown.ts";
import type { AgentExperienceSpec, AgentScriptSpec, PrincipalRef, QuickReplySpec } from "./model.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import type { SpecDocument } from "./schema.ts";
import { languageTagOf, lcidOf } from "./terms/languages.ts";

type Given = NonNullable<SpecDocument["agentExperience"]>;

const uniqueNameOf = (name: string): string => `psc_${name.replace(/[^a-zA-Z0-9]/g, "")}`;

/**
 * @param language LCID of the environment.
 * @param principalOf reads `group/KEY` and its like.
 */
export function resolveAgentExperience(
  given: Given,
  language: number,
  principalOf: (text: string) => PrincipalRef,
  included: IncludedFiles,
): AgentExperienceSpec {
  const { smartAssist, sentiment, supervisors } = given;
  return {
    knowledge: (given.knowledge ?? []).map((article, i) => {
      const { title, html } = readMarkdownArticle(
        included.textAt(["agentExperience", "knowledge", i, "file"]) ?? "",
      );
      return {
        title: article.title ?? title,
        keywords: article.keywords ?? [],
        description: article.description ?? "",
        language: (article.language === undefined ? undefined : lcidOf(article.language)) ?? language,
        internal: article.internal ?? false,
        html,
      };
    }),
    notificationTemplates: (given.notificationTemplates ?? []).map((template) => ({
      name: template.name,
      uniqueName: template.uniqueName ?? uniqueNameOf(template.name),
      title: template.title ?? template.name,
      timeoutSeconds: template.timeoutSeconds ?? 120,
      desktop: template.desktop ?? "never",
      rejectable: template.rejectable ?? true,
      fields: (template.fields ?? []).map((field) => ({
        title: field.title ?? "",
        value: field.value ?? "",
      })),
    })),
    realTimeAnalytics: given.realTimeAnalytics,
    quickReplies: (given.quickReplies ?? []).flatMap((reply) => resolveReply(reply, language)),
    macros: (given.macros ?? []).map((macro) => ({
      name: macro.name,
      description: macro.description ?? "",
      actions: (macro.actions ?? []).map(({ action, fields }) => ({ action, fields: fields ?? {} })),
    })),
    scripts: (given.scripts ?? []).map((script) => resolveScript(script, language)),
    sessionTemplates: (given.sessionTemplates ?? []).map((template) => ({
      name: template.name,
      uniqueName: template.uniqueName ?? uniqueNameOf(template.name),
      title: template.title ?? template.name,
      panel: template.panel ?? "docked",
      tabs: template.tabs ?? [],
    })),
    profiles: (given.profiles ?? []).map((profile) => ({
      name: profile.name,
      uniqueName: profile.uniqueName ?? uniqueNameOf(profile.name),
      description: profile.description ?? "",
      sessionTemplates: profile.sessionTemplates ?? [],
      users: (profile.users ?? []).map(principalOf),
    })),
    smartAssist: {
      knowledge: smartAssist?.knowledge,
      similarCases: smartAssist?.similarCases,
      bots: (smartAssist?.bots ?? []).map(({ name, application, workstreams }) => ({
        name,
        application: (application ?? "").toLowerCase(),
        workstreams: workstreams ?? [],
      })),
    },
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
    uniqueName: given.uniqueName ?? uniqueNameOf(given.name),
    description: given.description ?? "",
    language: (given.language === undefined ? undefined : lcidOf(given.language)) ?? language,
    steps: (given.steps ?? []).map(({ name, text, script, macro }) => ({ name, text, script, macro })),
    sessionTemplates: given.sessionTemplates ?? [],
  };
}
