import { request } from "node:http";
import type { Fault } from "./faults/definition.ts";
import type { LoggedRequest } from "./request-log.ts";

/** What a test does to a sandbox behind the back of the client under test. Times are of the sandbox's clock. */
export interface SandboxControl {
  /** Moves the clock forward; what falls due by then has happened when this returns. */
  advance(ms: number): Promise<void>;
  /** The clock runs this many times as fast as the wall clock. */
  setSpeed(times: number): Promise<void>;
  /** Every request so far, oldest first. Bodies of writes are there, without secrets. */
  requests(): Promise<readonly LoggedRequest[]>;
  /** Orders trouble for coming requests, such as a 429. */
  arm(fault: Fault): Promise<void>;
  disarmAll(): Promise<void>;
  expireTokens(): Promise<void>;
  /** Does what only a person can do, such as `omnichannel-consent`. */
  act(action: string, payload?: object): Promise<unknown>;
  /** Adds a Power Platform environment that exists already. */
  addEnvironment(environment: object): Promise<unknown>;
  /** Public keys (JWK) of a token issuer, for federated identity credentials. */
  trustIssuer(issuer: string, keys: readonly object[]): Promise<void>;
  /** Any other request of the control API; `path` is below `/_sandbox/`. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

function send(url: URL, method: string, payload: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const message = request(
      url,
      { method, agent: false, headers: payload === "" ? {} : { "content-type": "application/json" } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    message.on("error", reject);
    message.end(payload);
  });
}

/** The control API of a running sandbox, typed. Every method but `ask` throws an Error when the sandbox refuses. */
export function controlSandbox(sandbox: { readonly url: string }): SandboxControl {
  const ask: SandboxControl["ask"] = async (method, path, body) => {
    const payload = body === undefined ? "" : JSON.stringify(body);
    const { status, text } = await send(new URL(`/_sandbox/${path}`, sandbox.url), method, payload);
    return { status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  const demand = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await ask(method, path, body);
    if (answer.status >= 300)
      throw new Error(`the sandbox answered ${answer.status} to ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    advance: async (ms) => void (await demand("POST", "clock", { advanceMs: ms })),
    setSpeed: async (times) => void (await demand("POST", "clock", { speed: times })),
    requests: async () => ((await demand("GET", "requests")) as { value: readonly LoggedRequest[] }).value,
    arm: async (fault) => void (await demand("POST", "faults", fault)),
    disarmAll: async () => void (await demand("DELETE", "faults")),
    expireTokens: async () => void (await demand("POST", "tokens/expire")),
    act: (action, payload = {}) => demand("POST", `person/${action}`, payload),
    addEnvironment: (environment) => demand("POST", "environments", environment),
    trustIssuer: async (issuer, keys) => void (await demand("POST", "issuers", { issuer, keys })),
    ask,
  };
}
