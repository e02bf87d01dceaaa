import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_USER, PUBLIC_CLIENT_APP_ID, TENANT } from "../src/sandbox/seed.ts";
import { startSandbox } from "../src/sandbox/server.ts";
import { folderStorage } from "../src/sandbox/storage.ts";
import { type Ask, asker, type Measured, measure } from "./load.ts";

/**
 * How many requests a minute the sandbox answers with 100,000 rows in one Dataverse table, and what its memory does
 * meanwhile. The sandbox runs in a process of its own, with a folder as storage, as `psc sandbox start` runs it.
 * `npm run bench:sandbox`; PSC_BENCH_ROWS and PSC_BENCH_SECONDS (per kind of request) change the size.
 */

const ROWS = Number(process.env["PSC_BENCH_ROWS"] ?? 100_000);
const SECONDS = Number(process.env["PSC_BENCH_SECONDS"] ?? 5);
const CONNECTIONS = 4;
const TARGET_PER_MINUTE = 20_000;

const DOMAIN = "bench";
const ORIGIN = `https://${DOMAIN}.crm.dynamics.com`;
const API = `${ORIGIN}/api/data/v9.2/`;
const CONTROL = "https://sandbox/_sandbox/";

/** The child's part: a sandbox that tells its memory when it is asked. */
async function serve(folder: string): Promise<void> {
  const sandbox = await startSandbox({ speed: 60, storage: folderStorage(folder) });
  process.on("message", (message) => {
    if (message === "memory") {
      globalThis.gc?.();
      process.send?.({ memory: process.memoryUsage().rss });
    } else void sandbox.close().then(() => process.exit(0));
  });
  process.send?.({ port: sandbox.port });
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as T));
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
}

async function memoryOf(child: ChildProcess): Promise<number> {
  const answer = next<{ memory: number }>(child);
  child.send("memory");
  return (await answer).memory;
}

async function tokenFrom(ask: Ask): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: PUBLIC_CLIENT_APP_ID,
    username: ADMIN_USER.userPrincipalName,
    password: ADMIN_USER.password,
    scope: `${ORIGIN}/.default`,
  });
  const answer = await ask(
    "POST",
    `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`,
    form.toString(),
    { "content-type": "application/x-www-form-urlencoded" },
  );
  return (JSON.parse(answer.text) as { access_token: string }).access_token;
}

/** An organization whose limits do not hold the benchmark up: the limits are the service's, not the sandbox's speed. */
async function prepare(ask: Ask): Promise<void> {
  const made = await ask(
    "POST",
    `${CONTROL}environments`,
    JSON.stringify({ displayName: "Bench", domainName: DOMAIN }),
  );
  if (made.status !== 201) throw new Error(`seeding answered ${made.status}: ${made.text}`);
  await ask("POST", `${CONTROL}clock`, JSON.stringify({ advanceMs: 60_000 }));
  const limits = { requests: 1e9, executionMs: 1e12 };
  const edited = await ask(
    "POST",
    `${CONTROL}state`,
    JSON.stringify({ path: "dataverse/organizations", where: { domainName: DOMAIN }, set: { limits } }),
  );
  if (edited.status !== 200) throw new Error(`lifting the limits answered ${edited.status}: ${edited.text}`);
}

const id = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;

/** Rows by batches of a thousand, as a migration writes them. */
async function fill(ask: Ask, authorization: string): Promise<void> {
  const BATCH = 1000;
  for (let first = 0; first < ROWS; first += BATCH) {
    const parts: string[] = [];
    for (let index = first; index < Math.min(first + BATCH, ROWS); index += 1) {
      const row = {
        contactid: id(index),
        lastname: `Name ${index % 5000}`,
        firstname: `First ${index}`,
        emailaddress1: `p${index}@contoso.example`,
        gendercode: (index % 2) + 1,
      };
      parts.push(
        `--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ${index + 1}\r\n\r\nPOST ${API}contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(row)}\r\n`,
      );
    }
    const body = `--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n${parts.join("")}--c--\r\n\r\n--b--\r\n`;
    const answer = await ask("POST", `${API}$batch`, body, {
      authorization,
      "content-type": "multipart/mixed; boundary=b",
    });
    if (answer.status !== 200)
      throw new Error(`filling answered ${answer.status}: ${answer.text.slice(0, 400)}`);
  }
}

function kindsOf(ask: Ask, authorization: string): Record<string, () => Promise<boolean>> {
  const headers = { authorization };
  const paging = { authorization, prefer: "odata.maxpagesize=50" };
  // Deletions take rows from the end: what others ask for lies in the first half.
  const kept = Math.floor(ROWS / 2);
  const any = (): number => Math.floor(Math.random() * kept);
  const get = async (path: string, more: Record<string, string> = headers): Promise<boolean> =>
    (await ask("GET", `${API}${path}`, undefined, more)).status === 200;
  let link: string | undefined;
  return {
    "get by id": () => get(`contacts(${id(any())})?$select=lastname,firstname`),
    "filter by a column": () => get(`contacts?$select=firstname&$filter=lastname eq 'Name ${any() % 5000}'`),
    "filtered, ordered page": () =>
      get(
        `contacts?$select=lastname&$filter=gendercode eq 1 and startswith(lastname,'Name')&$orderby=lastname desc&$top=50`,
        headers,
      ),
    "following pages": async () => {
      const url: string = link ?? `${API}contacts?$select=lastname&$orderby=emailaddress1`;
      const answer = await ask("GET", url, undefined, paging);
      link = (JSON.parse(answer.text) as Record<string, string>)["@odata.nextLink"];
      return answer.status === 200;
    },
    create: async () =>
      (await ask("POST", `${API}contacts`, JSON.stringify({ lastname: "New", firstname: "Row" }), headers))
        .status === 204,
    update: async () =>
      (
        await ask(
          "PATCH",
          `${API}contacts(${id(any())})`,
          JSON.stringify({ firstname: `Changed ${any()}` }),
          headers,
        )
      ).status === 204,
    delete: (() => {
      let last = ROWS;
      return async () => {
        last = Math.max(kept, last - 1);
        return (await ask("DELETE", `${API}contacts(${id(last)})`, undefined, headers)).status === 204;
      };
    })(),
  };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

function print(measured: readonly Measured[]): void {
  const rows = measured.map(({ kind, perMinute, p50Ms, p99Ms, failures }) => [
    kind,
    perMinute.toLocaleString("en-US"),
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
    String(failures),
  ]);
  const all = [["kind", "requests/min", "p50 ms", "p99 ms", "failed"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    );
}

async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "psc-bench-"));
  const child = fork(import.meta.filename, ["--serve", folder], { execArgv: ["--expose-gc"] });
  const { port } = await next<{ port: number }>(child);
  const { ask, close } = asker(port, CONNECTIONS);
  try {
    await prepare(ask);
    const empty = await memoryOf(child);
    const started = performance.now();
    await fill(ask, `Bearer ${await tokenFrom(ask)}`);
    const filled = await memoryOf(child);
    console.log(
      `${ROWS.toLocaleString("en-US")} rows in ${((performance.now() - started) / 1000).toFixed(1)} s; memory ${megabytes(empty)} empty, ${megabytes(filled)} filled`,
    );
    const kinds = kindsOf(ask, `Bearer ${await tokenFrom(ask)}`);
    const measured: Measured[] = [];
    for (const [kind, send] of Object.entries(kinds)) {
      await send();
      measured.push(await measure(kind, SECONDS, CONNECTIONS, send));
    }
    const before = await memoryOf(child);
    const mix = Object.values(kinds);
    let turn = 0;
    measured.push(
      await measure("all in turn", SECONDS, CONNECTIONS, () => {
        turn += 1;
        return (mix[turn % mix.length] ?? (async () => false))();
      }),
    );
    const after = await memoryOf(child);
    print(measured);
    console.log(`memory ${megabytes(before)} before and ${megabytes(after)} after the mixed load`);
    const slow = measured.filter(({ perMinute }) => perMinute < TARGET_PER_MINUTE);
    const failed = measured.filter(({ failures }) => failures > 0);
    for (const { kind, perMinute } of slow)
      console.log(`below ${TARGET_PER_MINUTE.toLocaleString("en-US")} a minute: ${kind} (${perMinute})`);
    return slow.length === 0 && failed.length === 0;
  } finally {
    close();
    child.removeAllListeners("exit");
    child.send("end");
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

const [, , mode, folder] = process.argv;
if (mode === "--serve" && folder !== undefined) await serve(folder);
else process.exitCode = (await run()) ? 0 : 1;
