import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAnswering, type Outcome } from "./answering.ts";
import { CLOCK_HEADER, clockWords, createSandboxClock } from "./clock.ts";
import { createPace } from "./console/pace.ts";
import { createControl } from "./control/routes.ts";
import { deliver, send, sendStream } from "./delivery.ts";
import type { SandboxRequest } from "./exchange.ts";
import { keepWorld } from "./keeping.ts";
import { createRequestLog, loggedBody, loggedUrl } from "./request-log.ts";
import { SANDBOX_SERVICES } from "./services.ts";
import { memoryStorage, type SandboxStorage, type SavedSandbox } from "./storage.ts";
import { listenTls, type TlsListener, type TlsOptions, tunnelConnects } from "./tls/listener.ts";
import { createWorld, type FakeService } from "./world.ts";

export interface SandboxOptions {
  /** 0 lets the system choose. */
  readonly port?: number;
  /** How many times faster than the wall clock the sandbox's time runs. */
  readonly speed?: number;
  readonly storage?: SandboxStorage;
  /** Serve TLS as well, for clients that are not to be changed: on a second port and as an HTTPS proxy. */
  readonly tls?: boolean | TlsOptions;
}

/** How an unmodified client reaches the real URLs. */
export interface SandboxTls {
  readonly port: number;
  /** The sandbox's certificate authority, PEM. */
  readonly caPem: string;
  /** A file that holds `caPem`. */
  readonly caFile: string;
}

export interface Sandbox {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Absent unless TLS was asked for. Its proxy (`HTTPS_PROXY`) is `url`. */
  readonly tls?: SandboxTls;
  /** Writes the state to the storage and stops listening. */
  close(): Promise<void>;
}

const QUERY_BY_POST =
  /\/\$batch$|\/validateEnvironmentDetails$|\/listSecrets$|\/listKeys$|\/getMemberGroups$|\/checkMemberGroups$/i;

function isWrite(service: FakeService, request: SandboxRequest): boolean {
  if (service.isWrite !== undefined) return service.isWrite(request);
  return request.method !== "GET" && request.method !== "HEAD" && !QUERY_BY_POST.test(request.path);
}

function noSuchHost(host: string): Outcome {
  const body = { error: { code: "UnknownHost", message: `The sandbox has no service at ${host}.` } };
  return { answer: { status: 421, body }, fate: { kind: "whole" }, faults: [], skewMs: 0 };
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Starts the fake cloud on a loopback port. Which service answers is decided by the `Host` header, so a client
 * keeps the real URLs and only connects elsewhere. `/_sandbox/` is the control API on any host.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const storage = options.storage ?? memoryStorage();
  const saved: SavedSandbox | undefined = storage.load();
  const clock = createSandboxClock({
    ...(options.speed === undefined ? {} : { speed: options.speed }),
    ...(saved === undefined ? {} : { origin: saved.now }),
  });
  const known = saved === undefined ? 0 : Object.keys(saved.state.services).length;
  const world = createWorld(clock, SANDBOX_SERVICES, saved?.state);
  const keeping = keepWorld(world, SANDBOX_SERVICES, storage, known < SANDBOX_SERVICES.length);
  const answering = createAnswering(world);
  const log = createRequestLog(storage.requestFile);
  const pace = createPace();
  let tls: TlsListener | undefined;
  const control = createControl({ world, answering, log, keeping, pace, caFile: () => tls?.caFile, close });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(message);
    const host = (message.headers.host ?? "127.0.0.1").replace(/:\d+$/, "").toLowerCase();
    // Some clients send a proxy the whole URL.
    const target = (message.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "");
    const url = new URL(`https://${host}${target}`);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(message.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    const request = {
      method: message.method ?? "GET",
      url,
      host,
      path: url.pathname,
      query: url.searchParams,
      headers,
      text,
    };
    world.catchUp();
    if (url.pathname === "/_sandbox" || url.pathname.startsWith("/_sandbox/")) {
      const answer = await control({ ...request, caller: undefined });
      if (answer.stream === undefined) send(response, answer);
      else await sendStream(response, answer, answer.stream);
      return;
    }
    const service = SANDBOX_SERVICES.find((candidate) => candidate.ownsHost(host));
    const { answer, fate, faults, skewMs }: Outcome =
      service === undefined ? noSuchHost(host) : await answering.answer(request, service);
    const write = service !== undefined && isWrite(service, { ...request, caller: undefined });
    pace.count();
    log.append({
      time: world.iso(),
      service: service?.name ?? "unknown",
      method: request.method,
      url: loggedUrl(url),
      status: fate.kind === "reset" ? 0 : answer.status,
      write,
      ...(faults.length === 0 ? {} : { faults }),
      ...(write && text !== "" ? { body: loggedBody(text, service.loggedBody) } : {}),
    });
    // Durable before it is acknowledged: a killed psc takes the embedded sandbox with it, but not what the cloud accepted.
    if (write) keeping.commit();
    else keeping.commitSoon();
    response.setHeader("Date", new Date(world.now() + skewMs).toUTCString());
    response.setHeader(CLOCK_HEADER, clockWords(clock));
    deliver(message, response, answer, fate);
  }

  const listener: RequestListener = (message, response) => {
    serve(message, response).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      send(response, { status: 500, body: { error: { code: "SandboxBug", message: text } } });
    });
  };
  const server = createServer(listener);
  server.keepAliveTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const ownsHost = (host: string): boolean => SANDBOX_SERVICES.some((service) => service.ownsHost(host));
  if (options.tls !== undefined && options.tls !== false)
    tls = await listenTls(options.tls === true ? {} : options.tls, ownsHost, listener);
  const isReachable = (host: string): boolean => {
    const service = SANDBOX_SERVICES.find((candidate) => candidate.ownsHost(host));
    return service !== undefined && !answering.hides(host, service);
  };
  const endTunnels = tunnelConnects(server, isReachable, tls);

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= (async () => {
      endTunnels();
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([stopped, tls?.close()]);
      log.close();
      await keeping.close();
    })();
    return closed;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    ...(tls === undefined ? {} : { tls: { port: tls.port, caPem: tls.caPem, caFile: tls.caFile } }),
    close,
  };
}
