import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** When the process behind a request is to die: instead of sending it, or once the sandbox has answered it. */
export type Moment = "before it is sent" | "after it took effect";

export interface KillingProxy {
  readonly url: string;
  /** Requests to the services so far; those to the sandbox's control API do not count. */
  count(): number;
  /** Calls `kill` at the nth request from now on. */
  arm(nth: number, moment: Moment, kill: () => void): void;
  disarm(): void;
  /** The request that was struck, as `METHOD url`. */
  struck(): string | undefined;
  close(): Promise<void>;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Stands between a real psc and a sandbox, passes everything on, and kills psc at a chosen request. */
export async function startKillingProxy(port: number): Promise<KillingProxy> {
  let seen = 0;
  let target: { readonly at: number; readonly moment: Moment; readonly kill: () => void } | undefined;
  let struck: string | undefined;

  const server: Server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const control = incoming.url?.startsWith("/_sandbox") === true;
    if (!control) seen += 1;
    const mine = !control && target?.at === seen ? target : undefined;
    if (mine !== undefined) struck = `${incoming.method} ${incoming.headers.host}${incoming.url}`;
    if (mine?.moment === "before it is sent") {
      mine.kill();
      return;
    }
    const onward = httpRequest(
      { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      async (answer) => {
        const text = await bodyOf(answer);
        if (mine !== undefined) {
          mine.kill();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        outgoing.end(text);
      },
    );
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => seen,
    arm(nth, moment, kill) {
      struck = undefined;
      target = { at: seen + nth, moment, kill };
    },
    disarm() {
      target = undefined;
    },
    struck: () => struck,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
