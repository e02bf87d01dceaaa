import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { systemClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { newAuthority, newServerCertificate } from "../../src/sandbox/tls/certificate.ts";
import { createHttp } from "../../src/services/http/http.ts";
import { type BlobStore, createBlobStore } from "../../src/state/blob-store.ts";

/** Microsoft's emulator of Azure Storage, in memory, over TLS, with bearer tokens, and with a wall clock to move. */
export interface Azurite {
  /** Such as `https://127.0.0.1:41234`. */
  readonly url: string;
  /** What `--state` is given. */
  readonly stateUrl: string;
  readonly caFile: string;
  /** Environment of a process that shares the emulator's wall clock. */
  readonly shifted: Readonly<Record<string, string>>;
  /** A transport to it for the real host names. */
  readonly client: HttpClient;
  store(): BlobStore;
  /** Lets time pass for it, and for every process with `shifted`. */
  pass(ms: number): void;
  close(): void;
}

const MAIN = resolve(import.meta.dirname, "../clients/node_modules/azurite/dist/src/blob/main.js");
const HOST = "devstoreaccount1.blob.core.windows.net";

/** False where the independent clients were not installed. */
export const hasAzurite = existsSync(MAIN);

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}

/** A token as Azurite checks it: the claims, no signature. */
export function azuriteToken(nowMs: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(nowMs / 1000);
  const claims = {
    aud: "https://storage.azure.com",
    iss: "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
    iat: now,
    nbf: now - 300,
    exp: now + 86_400,
  };
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}

export async function startAzurite(): Promise<Azurite> {
  const folder = mkdtempSync(join(tmpdir(), "psc-azurite-"));
  const authority = newAuthority("psc test authority");
  const server = newServerCertificate(authority, "psc test authority", [HOST, "127.0.0.1", "localhost"]);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const caFile = file("ca.pem", authority.certificate);
  const shiftFile = file("shift", "0");
  const shifted = {
    PSC_TEST_SHIFT_FILE: shiftFile,
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "shifted-time.mjs")).href}`,
  };
  const port = await freePort();
  const words = [
    ...["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
    ...["--blobHost", "127.0.0.1", "--blobPort", String(port), "--oauth", "basic"],
    ...["--cert", file("server.pem", server.certificate), "--key", file("server-key.pem", server.key)],
  ];
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { ...process.env, ...shifted },
    stdio: "ignore",
  });
  const ended = new Promise((done) => child.once("exit", done));
  let isUp = false;
  while (!isUp && child.exitCode === null) {
    isUp = await answers(port);
    if (!isUp) await Promise.race([ended, new Promise((done) => setTimeout(done, 20))]);
  }

  const client: HttpClient = {
    sendRequest: (asked) =>
      new Promise((done, failed) => {
        const url = new URL(asked.url);
        const body = typeof asked.body === "string" ? asked.body : undefined;
        const message = request(
          {
            host: "127.0.0.1",
            port,
            ca: authority.certificate,
            servername: HOST,
            method: asked.method,
            path: `${url.pathname}${url.search}`,
            headers: {
              ...asked.headers.toJSON({ preserveCase: true }),
              host: url.host,
              ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
            },
          },
          (response) => {
            let text = "";
            response.setEncoding("utf8");
            response.on("data", (chunk: string) => {
              text += chunk;
            });
            response.on("end", () => {
              const headers = createHttpHeaders();
              for (const [name, value] of Object.entries(response.headers))
                if (value !== undefined) headers.set(name, String(value));
              done({ request: asked, status: response.statusCode ?? 0, headers, bodyAsText: text });
            });
          },
        );
        message.on("error", failed);
        message.end(body);
      }),
  };
  let passed = 0;
  const http = createHttp({
    cloud: CLOUDS.public,
    clock: systemClock,
    tokens: { getToken: async () => azuriteToken(Date.now() + passed) },
    client,
    readOnly: false,
  });
  await http.send({
    method: "PUT",
    url: `https://${HOST}/state?restype=container`,
    headers: { "x-ms-version": "2023-11-03", "x-ms-date": new Date().toUTCString() },
  });
  const stateUrl = `https://${HOST}/state/contoso`;
  return {
    url: `https://127.0.0.1:${port}`,
    stateUrl,
    caFile,
    shifted,
    client,
    store: () => createBlobStore(http, new URL(stateUrl)),
    pass(ms) {
      passed += ms;
      writeFileSync(shiftFile, String(passed));
    },
    close() {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
