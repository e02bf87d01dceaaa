import { request as httpRequest } from "node:http";
import {
  ADMIN_USER,
  BARE_APP,
  PIPELINE_APP,
  PLAIN_USER,
  PUBLIC_CLIENT_APP_ID,
  TENANT,
} from "../../src/sandbox/seed.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Parsed JSON body, read deep into by tests; undefined when it is not JSON. */
  readonly body: ParsedJson;
}

export type ParsedJson = ReturnType<typeof JSON.parse>;

export interface AskOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Identity = "admin" | "reader" | "pipeline" | "bare";

export interface TestSandbox {
  readonly sandbox: Sandbox;
  /** Sends a request to the sandbox as if `url` were the real address. */
  ask(method: string, url: string, options?: AskOptions): Promise<Answer>;
  /** Signs in at the sandbox's token endpoint; `resource` is an audience such as `https://graph.microsoft.com`. */
  token(as: Identity, resource: string): Promise<string>;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export function send(port: number, method: string, url: string, options: AskOptions = {}): Promise<Answer> {
  const target = new URL(url);
  const payload =
    options.body === undefined
      ? undefined
      : typeof options.body === "string"
        ? options.body
        : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const message = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path: `${target.pathname}${target.search}`,
        headers: {
          host: target.host,
          ...(payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...options.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          let body: unknown;
          try {
            body = JSON.parse(text);
          } catch {
            body = undefined;
          }
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
          resolve({ status: response.statusCode ?? 0, headers, text, body });
        });
      },
    );
    message.on("error", reject);
    message.end(payload);
  });
}

export async function startTestSandbox(options: SandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox({ speed: 36_000, ...options });
  const ask: TestSandbox["ask"] = (method, url, asked) => send(sandbox.port, method, url, asked);
  return {
    sandbox,
    ask,
    async token(as, resource) {
      const form = new URLSearchParams(
        as === "admin" || as === "reader"
          ? {
              grant_type: "password",
              client_id: PUBLIC_CLIENT_APP_ID,
              username: as === "admin" ? ADMIN_USER.userPrincipalName : PLAIN_USER.userPrincipalName,
              password: ADMIN_USER.password,
              scope: `${resource.replace(/\/$/, "")}/.default`,
            }
          : {
              grant_type: "client_credentials",
              client_id: as === "pipeline" ? PIPELINE_APP.appId : BARE_APP.appId,
              client_secret: PIPELINE_APP.secret,
              scope: `${resource.replace(/\/$/, "")}/.default`,
            },
      );
      const answer = await ask("POST", `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`, {
        body: form.toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      if (answer.status !== 200) throw new Error(`token request answered ${answer.status}: ${answer.text}`);
      return answer.body.access_token as string;
    },
    control: (method, path, body) =>
      ask(method, `https://sandbox/_sandbox/${path}`, body === undefined ? {} : { body }),
    close: () => sandbox.close(),
  };
}
