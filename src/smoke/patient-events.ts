/** What the patient is told to do. */
export interface PatientOrder {
  /** Module of the chat SDK, as a file URL. */
  readonly sdk: string;
  /** The three values of the widget's script tag. */
  readonly widget: { readonly orgUrl: string; readonly orgId: string; readonly widgetId: string };
  /** What is said to reach a person; absent where no bot answers. */
  readonly phrase?: string;
  /** Milliseconds that the bot, and being passed on, may take. */
  readonly patienceMs: number;
}

/** One line of what the patient reports. */
export type PatientEvent =
  | {
      readonly kind: "configured";
      /** Of the chat: 2 is Azure Communication Services. */
      readonly version: number;
      readonly signIn: "none" | "optional" | "required";
    }
  | { readonly kind: "started"; readonly conversationId: string }
  | { readonly kind: "greeted"; readonly text: string; readonly ms: number }
  | { readonly kind: "said"; readonly text: string }
  /** A person's turn: the conversation waits in a queue, or somebody has it. */
  | { readonly kind: "passed"; readonly state: string; readonly ms: number }
  | { readonly kind: "kept"; readonly lines: number; readonly bot: number; readonly patient: number }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly at: PatientStage; readonly code: string; readonly message: string };

export type PatientStage = "sdk" | "configuration" | "start" | "bot" | "escalation" | "transcript" | "end";

/** Said to the patient when the conversation has been looked at and may end. */
export const HANG_UP = "hang up";
