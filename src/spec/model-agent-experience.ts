import type { PrincipalRef } from "./model.ts";

/** What agents and supervisors have at hand. */

export const ALERT_LEVELS = ["none", "very-negative", "negative", "slightly-negative"] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** One text in one language. */
export interface QuickReplySpec {
  readonly title: string;
  /** Language tag, such as `en-US`. */
  readonly language: string;
  readonly text: string;
  readonly tags: readonly string[];
  /** Empty: offered in all conversations. */
  readonly workstreams: readonly string[];
}

/** Does exactly one of the three. */
export interface ScriptStepSpec {
  readonly name: string;
  readonly text: string | undefined;
  readonly script: string | undefined;
  readonly macro: string | undefined;
}

export interface MacroActionSpec {
  /** As the designer calls it. */
  readonly action: string;
  /** Values by the names of the designer's fields. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface MacroSpec {
  readonly name: string;
  readonly description: string;
  /** For the person who builds it. Empty: it comes with a solution, or exists already. */
  readonly actions: readonly MacroActionSpec[];
}

export interface SmartAssistBotSpec {
  readonly name: string;
  /** Microsoft App ID of the bot, in lower case. */
  readonly application: string;
  readonly workstreams: readonly string[];
}

export interface AgentScriptSpec {
  readonly name: string;
  readonly uniqueName: string;
  readonly description: string;
  /** LCID. */
  readonly language: number;
  readonly steps: readonly ScriptStepSpec[];
  readonly sessionTemplates: readonly string[];
}

export const PANEL_STATES = ["docked", "minimized", "hidden"] as const;
export type PanelState = (typeof PANEL_STATES)[number];

export interface SessionTemplateSpec {
  readonly name: string;
  readonly uniqueName: string;
  readonly title: string;
  /** The communication panel when a session begins. */
  readonly panel: PanelState;
  /** Names of application tabs of the environment. */
  readonly tabs: readonly string[];
}

export interface ProfileSpec {
  readonly name: string;
  readonly uniqueName: string;
  readonly description: string;
  readonly sessionTemplates: readonly string[];
  readonly users: readonly PrincipalRef[];
}

/** One article in one language. */
export interface KnowledgeArticleSpec {
  readonly title: string;
  readonly keywords: readonly string[];
  readonly description: string;
  /** LCID. */
  readonly language: number;
  /** Not for customers. */
  readonly internal: boolean;
  readonly html: string;
}

export interface NotificationTemplateSpec {
  readonly name: string;
  readonly uniqueName: string;
  readonly title: string;
  readonly timeoutSeconds: number;
  readonly desktop: "never" | "in-background" | "always";
  readonly rejectable: boolean;
  /** Shown in this order. */
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

export interface AgentExperienceSpec {
  readonly knowledge: readonly KnowledgeArticleSpec[];
  readonly notificationTemplates: readonly NotificationTemplateSpec[];
  /** Real-time analytics, the successor of intraday insights. Undefined: left as it is. */
  readonly realTimeAnalytics: boolean | undefined;
  readonly quickReplies: readonly QuickReplySpec[];
  readonly macros: readonly MacroSpec[];
  readonly scripts: readonly AgentScriptSpec[];
  readonly sessionTemplates: readonly SessionTemplateSpec[];
  readonly profiles: readonly ProfileSpec[];
  /** Switches that are undefined are left as they are. */
  readonly smartAssist: {
    readonly knowledge: boolean | undefined;
    readonly similarCases: boolean | undefined;
    readonly bots: readonly SmartAssistBotSpec[];
  };
  /** Undefined: left as it is. */
  readonly sentiment:
    | { readonly enabled: boolean; readonly agentAlert: AlertLevel; readonly supervisorAlert: AlertLevel }
    | undefined;
  /** Switches that are undefined are left as they are. */
  readonly supervisors: {
    readonly monitor: boolean | undefined;
    readonly assign: boolean | undefined;
    readonly transfer: boolean | undefined;
    readonly forceClose: boolean | undefined;
  };
}
