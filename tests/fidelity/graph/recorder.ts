import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** One call of Graph as it went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Path below the version, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly sent: unknown;
  readonly status: number;
  readonly answered: unknown;
}

export interface Recorder {
  readonly url: string;
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Stands between a client and the sandbox, passes everything on and keeps what concerns Graph. */
export async function startRecorder(port: number): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const sent = await textOf(incoming);
    const onward = httpRequest(
      { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      async (answer) => {
        const text = await textOf(answer);
        if ((incoming.headers.host ?? "").startsWith("graph.microsoft.com")) {
          const url = new URL(`https://graph.microsoft.com${incoming.url ?? "/"}`);
          exchanges.push({
            method: incoming.method ?? "GET",
            path: url.pathname.replace(/^\/(v1\.0|beta)/, ""),
            query: url.searchParams,
            sent: parsed(sent),
            status: answer.statusCode ?? 0,
            answered: parsed(text),
          });
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        outgoing.end(text);
      },
    );
    onward.on("error", () => outgoing.destroy());
    onward.end(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
