import { systemClock } from "../clock.ts";
import type { Target } from "../session.ts";
import type { EnvironmentSpec } from "../spec/model.ts";
import type { Invocation } from "./definition.ts";
import { followingClock, readClockHeader } from "./sandbox-clock.ts";
import { askControl, readSandboxClock } from "./sandbox-control.ts";
import { armFaults, type FaultFile, readFaults } from "./sandbox-faults.ts";
import { reachSandbox, sandboxFolder } from "./sandbox-host.ts";
import { readSpeed } from "./sandbox-options.ts";
import { usageError } from "./usage.ts";

/** Where a command works, and what to close afterwards. */
export interface ChosenTarget {
  readonly target: Target;
  /** For the header line: `sandbox`, or the name of the cloud. */
  readonly name: string;
  readonly sandboxUrl: string | undefined;
  close(): Promise<void>;
}

/** What the person said about the sandbox, before anything is started. */
export interface SandboxWish {
  readonly wanted: boolean;
  readonly url: string | undefined;
  readonly speed: number | undefined;
  readonly faultFile: string | undefined;
}

/** @throws PscError PSC-E101 when the options contradict each other. */
export function sandboxWish({ options, env }: Pick<Invocation, "options" | "env">): SandboxWish {
  const fromEnv = env["PSC_SANDBOX_URL"];
  const url = options.text("sandboxUrl") ?? (fromEnv === undefined || fromEnv === "" ? undefined : fromEnv);
  const wanted = options.flag("sandbox") || url !== undefined;
  const speed = readSpeed(options);
  if (url !== undefined && !/^https?:\/\/[^/\s]+\/?$/.test(url))
    throw usageError(`--sandbox-url cannot be "${url}"`, "give an address such as http://127.0.0.1:4280");
  if (speed !== undefined && !wanted)
    throw usageError("--sandbox-speed needs --sandbox", "real clouds run at their own pace: leave it out");
  const faultFile = options.text("sandboxFaults");
  if (faultFile !== undefined && !wanted)
    throw usageError(
      "--sandbox-faults needs --sandbox",
      "real clouds have faults of their own: leave it out",
    );
  return { wanted, url, speed, faultFile };
}

/** Opens the way to the tenant of a spec. In the sandbox the very same requests go to a loopback address. */
export async function chooseTarget(
  invocation: Invocation,
  spec: Pick<EnvironmentSpec, "cloud">,
  options: {
    /** Other clients take part: an embedded sandbox shows certificates. */
    readonly tls?: boolean;
  } = {},
): Promise<ChosenTarget> {
  const wish = sandboxWish(invocation);
  if (!wish.wanted) {
    const { realTransport } = await import("../services/http/real-transport.ts");
    return {
      target: { client: realTransport(), clock: systemClock },
      name: `${spec.cloud} cloud`,
      sandboxUrl: undefined,
      close: async () => {},
    };
  }
  const faults: FaultFile | undefined =
    wish.faultFile === undefined ? undefined : readFaults(invocation.cwd, wish.faultFile);
  const [{ sandboxTransport }, seed] = await Promise.all([
    import("../services/http/sandbox-transport.ts"),
    import("../sandbox/seed.ts"),
  ]);
  if (wish.url !== undefined && wish.speed !== undefined)
    await askControl(wish.url, "POST", "clock", { speed: wish.speed });
  const link =
    wish.url === undefined
      ? await reachSandbox(sandboxFolder(invocation.cwd), wish.speed, options.tls)
      : { url: wish.url, close: async () => {} };
  try {
    const clock = followingClock(await readSandboxClock(link.url), {
      look: () => readSandboxClock(link.url),
      onPaused: () =>
        invocation.terminal.alert(
          "The sandbox's clock is paused and psc waits for its time: psc sandbox clock resume lets it pass.",
        ),
    });
    const disarm = faults === undefined ? undefined : await armFaults(link.url, faults);
    return {
      target: {
        client: sandboxTransport(link.url, (words) => {
          const reading = readClockHeader(words);
          if (reading !== undefined) clock.adopt(reading);
        }),
        clock,
        sandboxPerson: {
          clientId: seed.PUBLIC_CLIENT_APP_ID,
          username: invocation.env["PSC_SANDBOX_USER"] || seed.ADMIN_USER.userPrincipalName,
          password: seed.ADMIN_USER.password,
        },
      },
      name: wish.url === undefined ? "sandbox" : `sandbox at ${link.url}`,
      sandboxUrl: link.url,
      async close() {
        await disarm?.();
        await link.close();
      },
    };
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** The options that say where, as they were given, for the line that says what to run next. */
export function sandboxWords({ options }: Pick<Invocation, "options">): string {
  const words: string[] = [];
  if (options.flag("sandbox")) words.push("--sandbox");
  const url = options.text("sandboxUrl");
  if (url !== undefined) words.push("--sandbox-url", url);
  const state = options.text("state");
  if (state !== undefined) words.push("--state", state);
  return words.length === 0 ? "" : ` ${words.join(" ")}`;
}
