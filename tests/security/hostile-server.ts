import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from "@azure/core-rest-pipeline";
import { scaledClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { createPipeline } from "../../src/services/http/pipeline.ts";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import { createServices, type Services } from "../../src/services/services.ts";

export type Reply = (message: IncomingMessage, response: ServerResponse, call: number) => void;

/** Every request that came in, with what could have been stolen. */
export interface Received {
  readonly host: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface HostileServer {
  readonly services: Services;
  readonly received: readonly Received[];
  /** Waits psc was told to make and would have made, in milliseconds. */
  readonly waits: readonly number[];
  close(): void;
}

export const TRANSPORTS = ["the sandbox's transport", "the transport to real clouds"] as const;

/** The client of @azure/core-rest-pipeline, which only learns where the server is. */
function defaultClientTo(port: number): HttpClient {
  const client = createDefaultHttpClient();
  return {
    sendRequest(request) {
      const { host, pathname, search } = new URL(request.url);
      const headers = createHttpHeaders({ ...request.headers.toJSON(), host });
      return client.sendRequest(
        createPipelineRequest({
          ...request,
          headers,
          url: `http://127.0.0.1:${port}${pathname}${search}`,
          allowInsecureConnection: true,
        }),
      );
    },
  };
}

/** A server that stands for every host of the cloud, and psc's clients in front of it. */
export async function startHostileServer(
  reply: Reply,
  transport: (typeof TRANSPORTS)[number] = TRANSPORTS[0],
  answerWithinMs?: number,
): Promise<HostileServer> {
  const received: Received[] = [];
  const waits: number[] = [];
  const server = createServer((message, response) => {
    received.push({
      host: message.headers.host ?? "",
      path: message.url ?? "",
      authorization: message.headers.authorization,
    });
    message.resume();
    message.on("end", () => reply(message, response, received.length));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const clock = scaledClock(1_000_000, Date.now());
  const cloud = CLOUDS.public;
  const http = createPipeline({
    cloud,
    clock,
    tokens: { getToken: async (audience) => `token-for-${audience}` },
    client:
      transport === TRANSPORTS[0] ? sandboxTransport(`http://127.0.0.1:${port}`) : defaultClientTo(port),
    readOnly: false,
    onRetry: ({ ms }) => waits.push(ms),
    ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
  });
  const nobody = (): Promise<never> => Promise.reject(new Error("nobody signs in"));
  return {
    services: createServices({ cloud, http, clock, env: {}, signedIn: nobody }),
    received,
    waits,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
