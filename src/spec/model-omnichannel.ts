import type { Channel, PrincipalRef } from "./model.ts";

/** Queues, workstreams, widgets, and what they lean on. */

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface OpenHours {
  /** In week order. */
  readonly days: readonly Weekday[];
  /** Minutes after local midnight. */
  readonly startMinutes: number;
  readonly endMinutes: number;
}

export interface OperatingHoursSpec {
  readonly name: string;
  /** IANA zone, such as `America/New_York`. */
  readonly timeZone: string;
  readonly open: readonly OpenHours[];
}

export interface QueueSpec {
  readonly name: string;
  /** The admin center's "group number"; lower first. */
  readonly priority: number;
  readonly assignment: "highest-capacity" | "round-robin" | "longest-idle";
  /** Name of an entry of `operatingHours`; always open when absent. */
  readonly operatingHours: string | undefined;
  readonly members: readonly PrincipalRef[];
  /** Undefined: left as it is. */
  readonly overflow: OverflowSpec | undefined;
}

export const OVERFLOW_ACTIONS = ["assign-anyway", "end"] as const;

export type OverflowAction =
  | { readonly do: (typeof OVERFLOW_ACTIONS)[number] }
  | {
      readonly do: "transfer";
      /** Name of a queue. */
      readonly to: string;
    };

/** What is undefined is left as it is. */
export interface OverflowSpec {
  /** Outside the queue's operating hours. */
  readonly closed: OverflowAction | undefined;
  readonly full: { readonly conversations: number; readonly action: OverflowAction } | undefined;
  readonly waiting: { readonly minutes: number; readonly action: OverflowAction } | undefined;
}

export interface ContextVariableSpec {
  /** Case-sensitive. */
  readonly name: string;
  readonly type: "text" | "number";
}

export interface RouteRuleSpec {
  readonly name: string;
  /** Every variable must equal its value; an empty object matches always. */
  readonly when: Readonly<Record<string, string | number>>;
  /** Name of a queue. */
  readonly to: string;
}

export interface WidgetSpec {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** Language tag, such as `en-US`. */
  readonly language: string;
  readonly attachments: "none" | "customers" | "agents" | "both";
  readonly position: "right" | "left";
  readonly operatingHours: string | undefined;
  /** Undefined: the widget does not know who is signed in to the site. */
  readonly signIn:
    | {
        readonly publicKeyUrl: string;
        readonly tokenFunction: string;
        /** Patients who are not signed in may chat as well. */
        readonly optional: boolean;
      }
    | undefined;
  /** Asked before the chat begins, in this order; empty: left as it is. */
  readonly survey: readonly SurveyQuestionSpec[];
}

export const ANSWER_KINDS = ["line", "text", "choice", "consent"] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

export interface SurveyQuestionSpec {
  /** The context variable its answer becomes. */
  readonly name: string;
  readonly question: string;
  readonly answer: AnswerKind;
  readonly required: boolean;
  /** For `choice`. */
  readonly options: readonly string[];
}

export interface WorkstreamSpec {
  readonly name: string;
  readonly channel: Channel;
  /** True when the environment's bot answers first. */
  readonly bot: boolean;
  /** Capacity units one conversation takes. */
  readonly capacity: number;
  readonly variables: readonly ContextVariableSpec[];
  readonly route: readonly RouteRuleSpec[];
  /** Queue for conversations no rule takes. */
  readonly fallback: string;
  readonly widget: WidgetSpec | undefined;
  /** Name of a session template; undefined: the product's own. */
  readonly sessionTemplate: string | undefined;
  /** Name of the notification template by which agents are offered its conversations; undefined: the product's own. */
  readonly notificationTemplate: string | undefined;
  /** Name of a capacity profile its conversations count against; undefined: units. */
  readonly capacityProfile: string | undefined;
}

export interface MaskingRuleSpec {
  readonly name: string;
  /** Regular expression of JavaScript. */
  readonly pattern: string;
  readonly character: string;
  readonly description: string;
}

export const PRESENCE_STATUSES = ["available", "busy", "do-not-disturb", "away", "offline"] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

export interface PresenceSpec {
  readonly name: string;
  readonly status: PresenceStatus;
  /** Agents may choose it themselves. */
  readonly selectable: boolean;
}

export interface CapacityProfileSpec {
  readonly name: string;
  /** Conversations an agent takes at once. */
  readonly units: number;
  /** Nobody can assign more than that by hand either. */
  readonly block: boolean;
  readonly reset: "immediately" | "end-of-day";
  readonly users: readonly PrincipalRef[];
}

export interface SkillSpec {
  readonly name: string;
  readonly description: string;
  readonly users: readonly PrincipalRef[];
}
