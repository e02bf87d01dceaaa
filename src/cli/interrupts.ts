import { EXIT, type LeaveReason } from "./exit-codes.ts";

export interface Leave {
  readonly signal: AbortSignal;
  readonly reason: LeaveReason | undefined;
  leave(reason: LeaveReason): void;
  /** Stops listening to Ctrl+C. */
  release(): void;
}

/**
 * Ctrl+C once asks the run to stop at the next sound point (the journal is whole, work in the cloud goes on);
 * twice ends the process at once.
 */
export function listenForLeave(onFirst: () => void): Leave {
  const controller = new AbortController();
  let reason: LeaveReason | undefined;
  const leave = (why: LeaveReason): void => {
    if (reason !== undefined) return;
    reason = why;
    controller.abort(new DOMException("the run was asked to stop", "AbortError"));
  };
  const onInterrupt = (): void => {
    if (reason === "interrupt") process.exit(EXIT.interrupted);
    onFirst();
    leave("interrupt");
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
