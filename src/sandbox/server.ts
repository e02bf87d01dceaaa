import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSandboxClock } from "./clock.ts";
import { handleControl } from "./control/routes.ts";
import { Refusal, type SandboxRequest, type SandboxResponse } from "./exchange.ts";
import { createFaultBox, faultResponse } from "./faults.ts";
import { createRequestLog, type LoggedRequest, loggedUrl, withoutSecrets } from "./request-log.ts";
import { SANDBOX_SERVICES } from "./services.ts";
import { memoryStorage, type SandboxStorage, type SavedSandbox } from "./storage.ts";
import { listenTls, type TlsListener, type TlsOptions, tunnelConnects } from "./tls/listener.ts";
import { callerOf, type TokenState, verifyToken } from "./tokens.ts";
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

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, answer: SandboxResponse): void {
  const headers: Record<string, string> = { ...answer.headers };
  let payload: string | undefined;
  if (typeof answer.body === "string") payload = answer.body;
  else if (answer.body !== undefined) payload = JSON.stringify(answer.body);
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (payload !== undefined && !names.has("content-type"))
    headers["Content-Type"] = "application/json; charset=utf-8";
  if (payload !== undefined) headers["Content-Length"] = String(Buffer.byteLength(payload));
  else if (answer.status !== 204 && answer.status !== 304) headers["Content-Length"] = "0";
  response.writeHead(answer.status, headers);
  response.end(payload);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  const world = createWorld(clock, SANDBOX_SERVICES, saved?.state);
  const faults = createFaultBox();
  const log = createRequestLog(storage.loadLog(), (entry: LoggedRequest) => storage.appendLog(entry));
  const tokens = world.slice<{ tokens: TokenState }>("entra").tokens;
  const save = (): void => storage.save({ now: clock.now(), state: world.state });

  async function answer(
    request: Omit<SandboxRequest, "caller">,
    service: FakeService,
  ): Promise<SandboxResponse | "drop"> {
    const anonymous: SandboxRequest = { ...request, caller: undefined };
    const fault = faults.trip(service.name, anonymous);
    if (fault?.action.kind === "drop") return "drop";
    if (fault?.action.kind === "delay") {
      const ms = fault.action.ms;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
    const ordered = fault === undefined ? undefined : faultResponse(fault);
    if (ordered !== undefined) return ordered;
    let caller: SandboxRequest["caller"];
    const audiences = service.audiences(request.host);
    if (audiences !== undefined) {
      const verdict = verifyToken(
        request.headers["authorization"],
        tokens.signingKey,
        audiences,
        clock.now(),
        tokens.notBefore,
      );
      if (verdict.kind !== "valid") return service.unauthorized(verdict.kind, anonymous);
      caller = callerOf(verdict.claims);
    }
    try {
      const result = await service.handle({ ...request, caller }, world);
      return fault?.action.kind === "drop-after" ? "drop" : result;
    } catch (error) {
      if (error instanceof Refusal) return error.response;
      throw error;
    }
  }

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
    if (url.pathname.startsWith("/_sandbox/")) {
      send(
        response,
        await handleControl({ ...request, caller: undefined }, { world, faults, log, tokens, save, close }),
      );
      return;
    }
    const service = SANDBOX_SERVICES.find((candidate) => candidate.ownsHost(host));
    const result: SandboxResponse | "drop" =
      service === undefined
        ? {
            status: 421,
            body: { error: { code: "UnknownHost", message: `The sandbox has no service at ${host}.` } },
          }
        : await answer(request, service);
    const write = service !== undefined && isWrite(service, { ...request, caller: undefined });
    log.append({
      time: world.iso(),
      service: service?.name ?? "unknown",
      method: request.method,
      url: loggedUrl(url),
      status: result === "drop" ? 0 : result.status,
      write,
      ...(write && text !== "" ? { body: withoutSecrets(tryParse(text) ?? "(not JSON)") } : {}),
    });
    // Durable before it is acknowledged: a killed psc takes the embedded sandbox with it, but not what the cloud accepted.
    if (write) save();
    if (result === "drop") message.socket.destroy();
    else send(response, result);
  }

  const listener: RequestListener = (message, response) => {
    serve(message, response).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
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
  let tls: TlsListener | undefined;
  if (options.tls !== undefined && options.tls !== false)
    tls = await listenTls(options.tls === true ? {} : options.tls, ownsHost, listener);
  const endTunnels = tunnelConnects(server, ownsHost, tls);

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= (async () => {
      save();
      endTunnels();
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([stopped, tls?.close()]);
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
