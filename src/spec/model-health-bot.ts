import type { SecretValue } from "../secret-value.ts";

/** The Azure Health Bot, and the secrets it may be given. */

/** Where a secret value is kept; psc reads it when it is needed (src/services/secrets.ts) and never prints it. */
export type SecretReference =
  | {
      readonly kind: "keyVault";
      readonly vault: string;
      readonly secret: string;
      /** The newest version when undefined. */
      readonly version: string | undefined;
    }
  | { readonly kind: "environment"; readonly name: string }
  | {
      readonly kind: "composed";
      /** As the spec has it: text with `${env:NAME}` in it. */
      readonly text: string;
      readonly value: SecretValue;
    };

export interface HealthBotVariable {
  /** Case-sensitive. */
  readonly name: string;
  readonly value: string | SecretReference;
}

export interface BotScenarioSpec {
  readonly name: string;
  readonly trigger: string;
  readonly description: string;
  readonly active: boolean;
  readonly code: Readonly<Record<string, unknown>>;
}

/** One localized string of the bot. */
export interface BotStringsSpec {
  readonly id: string;
  /** By language tag in lower case, such as `en-us`. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A service that scenarios call. */
export interface BotDataConnectionSpec {
  readonly name: string;
  readonly description: string;
  readonly baseUrl: string;
  readonly headers: readonly HealthBotVariable[];
}

export interface CustomerManagedKeySpec {
  /** Such as `https://contoso.vault.azure.net/`. */
  readonly vault: string;
  readonly key: string;
  /** Empty: the newest. */
  readonly version: string;
  /** Resource id of the user-assigned identity that may use the key. */
  readonly identity: string;
}

export interface HealthBotSpec {
  readonly name: string;
  readonly sku: "F0" | "C0" | "C1" | "PES";
  readonly handoff: {
    /** What a patient says to reach a person. */
    readonly phrase: string;
    /** Context variable the escalation scenario sets. */
    readonly sets: string;
    readonly value: number;
    /** Name of the escalation scenario in the bot. */
    readonly scenario: string;
    /** Spoken while the conversation is transferred. */
    readonly message: string;
  };
  /** Undefined: left as it is, which for a new bot is Microsoft's key. */
  readonly customerManagedKey: CustomerManagedKeySpec | undefined;
  readonly keep: { readonly conversationsDays: number; readonly messageTextInTelemetry: boolean };
  readonly access: {
    /** Keys of `identity.groups`. */
    readonly admins: string | undefined;
    readonly editors: string | undefined;
    readonly readers: string | undefined;
    /** When set, access is eligible and must be activated (Privileged Identity Management); otherwise it stands. */
    readonly activation:
      | {
          readonly maxHours: number;
          readonly require: readonly ("mfa" | "justification" | "ticket" | "approval")[];
        }
      | undefined;
  };
  /** Environment variables of the bot, which its scenarios read; other variables are left alone. */
  readonly variables: readonly HealthBotVariable[];
  /** Automatic welcome by language tag in lower case, such as `en-us`; undefined: left as it is. */
  readonly welcome: Readonly<Record<string, string>> | undefined;
  /** From the files the spec names; others of the bot are left alone. */
  readonly scenarios: readonly BotScenarioSpec[];
  readonly strings: readonly BotStringsSpec[];
  readonly dataConnections: readonly BotDataConnectionSpec[];
  /** Capacity units of the bot's Dataverse user; must exceed that of every other member of its queues. */
  readonly capacity: number;
}
