import { SUBSCRIPTIONS } from "../../../src/sandbox/seed.ts";
import type { SandboxOptions } from "../../../src/sandbox/server.ts";
import { type Answer, type Identity, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

export const ARM = "https://management.azure.com";
export const SUBSCRIPTION = SUBSCRIPTIONS[0].id;
export const BOT_VERSION = "2025-11-01";

/** A sandbox on a clock that only moves when the test moves it, and a signed-in ARM client. */
export interface ArmSession {
  readonly test: TestSandbox;
  /** `path` begins behind the host; `apiVersion` is appended unless the path has a query already. */
  arm(method: string, path: string, apiVersion: string, body?: unknown, as?: Identity): Promise<Answer>;
  /** Follows a URL that the service handed out. */
  follow(url: string, as?: Identity): Promise<Answer>;
  advance(seconds: number): Promise<void>;
  /** Registers a resource provider and waits until it is registered. */
  register(namespace: string): Promise<void>;
  /** Makes `rg-psc` in East US. */
  group(): Promise<string>;
  close(): Promise<void>;
}

export async function startArmSession(options: SandboxOptions = {}): Promise<ArmSession> {
  const test = await startTestSandbox({ speed: 0.001, ...options });
  const tokens = new Map<Identity, string>();
  const tokenOf = async (as: Identity): Promise<string> => {
    const known = tokens.get(as) ?? (await test.token(as, ARM));
    tokens.set(as, known);
    return known;
  };
  const session: ArmSession = {
    test,
    async arm(method, path, apiVersion, body, as = "admin") {
      const url = path.includes("?")
        ? `${ARM}${path}&api-version=${apiVersion}`
        : `${ARM}${path}?api-version=${apiVersion}`;
      return test.ask(method, url, {
        token: await tokenOf(as),
        ...(body === undefined ? {} : { body }),
      });
    },
    follow: async (url, as = "admin") => test.ask("GET", url, { token: await tokenOf(as) }),
    async advance(seconds) {
      await test.control("POST", "clock", { advanceMs: seconds * 1000 });
    },
    async register(namespace) {
      await session.arm(
        "POST",
        `/subscriptions/${SUBSCRIPTION}/providers/${namespace}/register`,
        "2025-04-01",
      );
      await session.advance(100);
    },
    async group() {
      const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-psc`;
      await session.arm("PUT", path, "2025-04-01", { location: "eastus" });
      return path;
    },
    close: () => test.close(),
  };
  return session;
}
