import { createInterface } from "node:readline/promises";
import { EXIT, type LeaveReason } from "./exit-codes.ts";

export interface Leave {
  readonly signal: AbortSignal;
  readonly reason: LeaveReason | undefined;
  leave(reason: LeaveReason): void;
  /** Stops listening to Ctrl+C. */
  release(): void;
}

/** What a person wants who pressed Ctrl+C. */
export type Wish = "background" | "stop" | "go on";

export interface LeaveOptions {
  /** Said once the run is about to stop. */
  readonly onStop: () => void;
  /** Asks what is wanted, while the run goes on; without it the first Ctrl+C stops. */
  readonly ask?: () => Promise<Wish>;
}

/**
 * Ctrl+C once asks, or asks the run to stop at the next sound point (the journal is whole, work in the cloud goes on);
 * twice ends the process at once. The journal is sound then as well: every line is written before what it announces.
 */
export function listenForLeave({ onStop, ask }: LeaveOptions): Leave {
  const controller = new AbortController();
  let reason: LeaveReason | undefined;
  let asking = false;
  const leave = (why: LeaveReason): void => {
    if (reason !== undefined) return;
    reason = why;
    controller.abort(new DOMException("the run was asked to stop", "AbortError"));
  };
  const stop = (): void => {
    onStop();
    leave("interrupt");
  };
  const onInterrupt = (): void => {
    if (asking || reason === "interrupt" || reason === "background") process.exit(EXIT.interrupted);
    if (ask === undefined) {
      stop();
      return;
    }
    asking = true;
    ask().then(
      (wish) => {
        asking = false;
        if (wish === "stop") stop();
        if (wish === "background") leave("background");
      },
      () => stop(),
    );
  };
  process.on("SIGINT", onInterrupt);
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    leave,
    release: () => process.off("SIGINT", onInterrupt),
  };
}

const WISHES: Readonly<Record<string, Wish>> = { l: "background", s: "stop", c: "go on" };

/** Puts the question on the terminal; whatever is no answer means going on. */
export async function askWish(): Promise<Wish> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  // The reader takes the keyboard, so that a second Ctrl+C reaches it and not the process.
  reader.on("SIGINT", () => process.exit(EXIT.interrupted));
  try {
    const answer = await reader.question(
      "[l]eave it to the background, [s]top here, or [c]ontinue? (Ctrl+C again: end at once) ",
    );
    return WISHES[answer.trim().slice(0, 1).toLowerCase()] ?? "go on";
  } finally {
    reader.close();
  }
}
