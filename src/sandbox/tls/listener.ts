import type { Server as HttpServer, RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Authority, openAuthority } from "./authority.ts";

export interface TlsOptions {
  /** Where the certificate authority is kept; in memory when absent. */
  readonly folder?: string;
  /** 0 or absent lets the system choose. */
  readonly port?: number;
}

export interface TlsListener {
  readonly port: number;
  readonly caPem: string;
  readonly caFile: string;
  /** Takes over a connection that was meant for a host of the sandbox. */
  adopt(socket: Duplex): void;
  close(): Promise<void>;
}

/**
 * Listens for TLS on a loopback port and shows each owned host its own certificate, by SNI. A name that the sandbox
 * does not own is refused in the handshake, so that a client never takes the sandbox for a host it does not play.
 */
export async function listenTls(
  options: TlsOptions,
  ownsHost: (host: string) => boolean,
  listener: RequestListener,
): Promise<TlsListener> {
  const authority: Authority = openAuthority(options.folder);
  const server = createServer(
    {
      key: authority.loopback.key,
      cert: authority.loopback.certificate,
      ALPNProtocols: ["http/1.1"],
      SNICallback(servername, done) {
        const host = servername.toLowerCase();
        if (host === "localhost" || ownsHost(host)) done(null, authority.contextFor(host));
        else done(new Error(`the sandbox does not answer for ${host}`));
      },
    },
    listener,
  );
  server.keepAliveTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    caPem: authority.caPem,
    caFile: authority.caFile,
    adopt: (socket) => void server.emit("connection", socket),
    close() {
      authority.forget();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function refuse(socket: Duplex, message: string): void {
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Makes the HTTP port a proxy for `CONNECT host:443` (RFC 9110, 9.3.6) that leads into the sandbox's own TLS port:
 * with `HTTPS_PROXY` and the authority's file a client reaches the real URLs without any change to the machine. Other
 * hosts are refused, so nothing of a test escapes to the network by way of the sandbox.
 * @returns what ends the open tunnels
 */
export function tunnelConnects(
  server: HttpServer,
  ownsHost: (host: string) => boolean,
  tls: TlsListener | undefined,
): () => void {
  const tunnels = new Set<Duplex>();
  server.on("connect", (request, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const [, host = "", port = ""] = /^(.+):(\d+)$/.exec(request.url ?? "") ?? [];
    if (tls === undefined)
      return refuse(socket, "This sandbox serves no TLS: start it with psc sandbox start --tls.");
    if (!ownsHost(host.toLowerCase()) || port !== "443")
      return refuse(socket, `The sandbox has no service at ${request.url}.`);
    tunnels.add(socket);
    socket.once("close", () => tunnels.delete(socket));
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    tls.adopt(socket);
  });
  return () => {
    for (const socket of tunnels) socket.destroy();
  };
}
