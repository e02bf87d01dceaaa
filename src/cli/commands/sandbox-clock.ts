import { parseDuration } from "../../durations.ts";
import type { CommandDefinition, Invocation } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { URL_OPTION, withOwnSandbox } from "../own-sandbox.ts";
import { symbolOf } from "../render/rows.ts";
import { usageError } from "../usage.ts";

interface Order {
  /** What the control API is asked; undefined only looks. */
  readonly body: object | undefined;
  readonly need: "stored" | "running";
}

function withoutValue(action: string, value: string | undefined): void {
  if (value !== undefined) throw usageError(`"${action}" takes no value, not "${value}"`, `leave it out`);
}

function orderOf([action, value]: Invocation["arguments"]): Order {
  switch (action) {
    case undefined:
      return { body: undefined, need: "stored" };
    case "pause":
    case "resume":
      withoutValue(action, value);
      return { body: { paused: action === "pause" }, need: "running" };
    case "speed": {
      const speed = Number(value);
      if (!(speed > 0 && speed <= 10_000_000))
        throw usageError(
          `a clock's speed cannot be "${value ?? ""}"`,
          "give a number above 0, such as 3600 for an hour a second",
        );
      return { body: { speed }, need: "running" };
    }
    case "jump": {
      const advanceMs = value === undefined ? undefined : parseDuration(value);
      if (advanceMs === undefined)
        throw usageError(
          `a clock cannot jump by "${value ?? ""}"`,
          "give a duration such as 30m, 2h or 1h30m",
        );
      return { body: { advanceMs }, need: "stored" };
    }
    default:
      throw usageError(`a clock does not know "${action}"`, "use pause, resume, speed or jump");
  }
}

export const sandboxClock: CommandDefinition = {
  description:
    "Shows the sandbox's time, or changes how it passes: pause, resume, speed NUMBER, jump DURATION. Commands that are running notice: their waits follow the sandbox's clock. A clock is paused only while the sandbox runs.",
  arguments: [
    { name: "action", summary: "pause, resume, speed or jump", required: false },
    { name: "value", summary: "how fast, or how far", required: false },
  ],
  options: [URL_OPTION],
  examples: [
    { command: "sandbox clock", effect: "the sandbox's time and speed" },
    { command: "sandbox clock jump 2h", effect: "what takes two hours is over" },
    { command: "sandbox clock speed 60", effect: "an hour a minute" },
    { command: "sandbox clock pause", effect: "time stands still until resume" },
  ],
  async run(invocation) {
    const { terminal } = invocation;
    const { body, need } = orderOf(invocation.arguments);
    const answer = (await withOwnSandbox(invocation, need, (ask) =>
      body === undefined ? ask("GET", "clock") : ask("POST", "clock", body),
    )) as { readonly iso: string; readonly speed: number; readonly paused: boolean };
    const { iso, speed, paused } = answer;
    terminal.json({ format: "psc.sandbox/1", clock: { time: iso, speed, paused } });
    const time = `${iso.slice(0, 19).replace("T", " ")} UTC`;
    const pace = paused ? "paused" : `${speed} times as fast as the wall clock`;
    terminal.print(`${symbolOf(paused ? "wait" : "done")} ${time}, ${pace}`);
    return EXIT.done;
  },
};
