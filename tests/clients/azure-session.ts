import { ClientSecretCredential } from "@azure/identity";
import { ADMIN_USER, BARE_APP, PIPELINE_APP, SUBSCRIPTIONS, TENANT } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import type { AskOptions } from "../harness/sandbox.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

export const SUBSCRIPTION = SUBSCRIPTIONS[0].id;
export const ADMIN = ADMIN_USER.id;
export const ARM = "https://management.azure.com";

/** A sandbox that this process takes for the Internet, and credentials as an operator of Azure has them. */
export interface AzureSession {
  readonly cloud: TlsSandbox;
  /** The pipeline's service principal: Contributor and User Access Administrator of the subscriptions. */
  readonly credential: ClientSecretCredential;
  /** An application without any role. */
  readonly stranger: ClientSecretCredential;
  advance(seconds: number): Promise<void>;
  /** A raw request, to prepare what the client under test has no call for. */
  raw(method: string, path: string, body?: AskOptions["body"]): Promise<void>;
}

export async function startAzureSession(): Promise<AzureSession> {
  // Slow enough to see what is in progress, fast enough that no client waits: tests move the clock.
  const cloud = await startTlsSandbox({ speed: 1 });
  cloud.actAsInternet();
  const token = await cloud.token("admin", ARM);
  return {
    cloud,
    credential: new ClientSecretCredential(TENANT.id, PIPELINE_APP.appId, PIPELINE_APP.secret),
    stranger: new ClientSecretCredential(TENANT.id, BARE_APP.appId, BARE_APP.secret),
    async advance(seconds) {
      await cloud.control("POST", "clock", { advanceMs: seconds * 1000 });
    },
    async raw(method, path, body) {
      const answer = await cloud.ask(method, `${ARM}${path}`, {
        token,
        ...(body === undefined ? {} : { body }),
      });
      if (answer.status >= 300)
        throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    },
  };
}

export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** Says that the client has proved these operations of ARM. */
export function proven(source: string, ...operations: readonly string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Azure Resource Manager",
      operation,
      proof: "independent client" as const,
      source,
    })),
  );
}
