import { PIPELINE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import { type Answer, type AskOptions, type Identity, startTestSandbox } from "../../harness/sandbox.ts";

export const GRAPH = "https://graph.microsoft.com/v1.0";
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

/** Longer than any replication delay of the directory. */
export const REPLICATED_MS = 31_000;

export interface GraphTenant {
  ask(method: string, path: string, options?: AskOptions & { as?: Identity }): Promise<Answer>;
  /** Forgets the tokens, so that the next call gets one with what has been granted since. */
  signInAgain(): Promise<void>;
  /** Moves the sandbox's clock past every replication delay. */
  replicate(): Promise<void>;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  signIn(clientId: string, secret: string): Promise<Answer>;
  close(): Promise<void>;
}

/** A sandbox whose clock stands nearly still, asked as the administrator unless `as` says otherwise. */
export async function startGraphTenant(): Promise<GraphTenant> {
  const cloud = await startTestSandbox({ speed: 0.001 });
  const tokens = new Map<Identity, string>();
  return {
    async ask(method, path, { as = "admin", ...options } = {}) {
      const token = tokens.get(as) ?? (await cloud.token(as, "https://graph.microsoft.com"));
      tokens.set(as, token);
      return cloud.ask(method, path.startsWith("https:") ? path : `${GRAPH}${path}`, { token, ...options });
    },
    async signInAgain() {
      tokens.clear();
    },
    async replicate() {
      await cloud.control("POST", "clock", { advanceMs: REPLICATED_MS });
    },
    control: cloud.control,
    signIn: (clientId, secret) =>
      cloud.ask("POST", `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`, {
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: secret,
          scope: "https://graph.microsoft.com/.default",
        }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
    close: cloud.close,
  };
}

export const PIPELINE_PRINCIPAL_ID = PIPELINE_APP.servicePrincipalId;

export function filter(expression: string): string {
  return `$filter=${encodeURIComponent(expression)}`;
}
