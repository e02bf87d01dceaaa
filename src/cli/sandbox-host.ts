import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { PscError } from "../errors.ts";
import { askControl, isHealthy } from "./sandbox-control.ts";

/** Who serves the sandbox of a folder: written before it starts, so that two commands cannot both load its state. */
export interface ServerRecord {
  readonly pid: number;
  /** Absent while it starts. */
  readonly url?: string;
  /** `embedded`: lives and ends with a command; `background`: `psc sandbox start`. */
  readonly mode: "embedded" | "background";
  /** How unmodified clients reach it, when it serves TLS. */
  readonly tls?: { readonly port: number; readonly caFile: string };
}

/** A sandbox this command may use. */
export interface SandboxLink {
  readonly url: string;
  /** Stops the sandbox when this command started it; otherwise leaves it running. */
  close(): Promise<void>;
}

const STARTS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

export function sandboxFolder(cwd: string): string {
  return join(cwd, ".psc", "sandbox");
}

function recordFile(folder: string): string {
  return join(folder, "server.json");
}

export function readServerRecord(folder: string): ServerRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordFile(folder), "utf8")) as Partial<ServerRecord>;
    if (typeof record.pid !== "number") return undefined;
    return {
      pid: record.pid,
      mode: record.mode === "background" ? "background" : "embedded",
      ...(typeof record.url === "string" ? { url: record.url } : {}),
      ...(typeof record.tls?.port === "number" && typeof record.tls.caFile === "string"
        ? { tls: record.tls }
        : {}),
    };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The sandbox that serves this folder now; waits for one that is starting. A record left by a killed process is removed. */
export async function findRunning(
  folder: string,
): Promise<(ServerRecord & { readonly url: string }) | undefined> {
  const until = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    const record = readServerRecord(folder);
    if (record === undefined) return undefined;
    const { url } = record;
    if (url !== undefined) {
      if (await isHealthy(url)) return { ...record, url };
      if (readServerRecord(folder)?.url === url) rmSync(recordFile(folder), { force: true });
      return undefined;
    }
    if (!isAlive(record.pid)) {
      rmSync(recordFile(folder), { force: true });
      return undefined;
    }
    if (Date.now() > until) {
      throw new PscError({
        code: "PSC-E121",
        message: `process ${record.pid} has been starting this folder's sandbox for ${STARTS_WITHIN_MS / 1000} s`,
        remedy: `wait for it or end it, then run the same command again; the record is ${recordFile(folder)}`,
        side: "user",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function claim(folder: string, record: ServerRecord): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const handle = openSync(recordFile(folder), "wx", 0o600);
    writeSync(handle, JSON.stringify(record));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function clientsFolder(folder: string): string {
  return join(folder, "clients");
}

/** Notes that this process uses a sandbox that another one hosts; returns what takes the note back. */
function registerClient(folder: string): () => void {
  const note = join(clientsFolder(folder), String(process.pid));
  mkdirSync(clientsFolder(folder), { recursive: true, mode: 0o700 });
  writeFileSync(note, "", { mode: 0o600 });
  const release = (): void => {
    rmSync(note, { force: true });
    process.off("exit", release);
  };
  process.once("exit", release);
  return release;
}

function otherClients(folder: string): number {
  if (!existsSync(clientsFolder(folder))) return 0;
  return readdirSync(clientsFolder(folder)).filter(
    (name) => Number(name) !== process.pid && isAlive(Number(name)),
  ).length;
}

/**
 * Commands that run side by side in one folder share the sandbox of the first: it must outlive that command until the
 * last of them is done, as a cloud would.
 */
async function untilUnused(folder: string): Promise<void> {
  while (otherClients(folder) > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

export interface HostOptions {
  readonly folder: string;
  readonly mode: ServerRecord["mode"];
  readonly speed?: number;
  readonly port?: number;
  /** Serve TLS as well; its certificate authority is kept in the folder. */
  readonly tls?: boolean;
}

/** Serves the folder's sandbox from this process; undefined when another process was quicker. */
export async function hostSandbox(options: HostOptions): Promise<SandboxLink | undefined> {
  const { folder, mode } = options;
  const record: ServerRecord = { pid: process.pid, mode };
  if (!claim(folder, record)) return undefined;
  const release = (): void => {
    if (readServerRecord(folder)?.pid === process.pid) rmSync(recordFile(folder), { force: true });
  };
  process.once("exit", release);
  try {
    const [{ startSandbox }, { folderStorage }] = await Promise.all([
      import("../sandbox/server.ts"),
      import("../sandbox/storage.ts"),
    ]);
    const sandbox = await startSandbox({
      storage: folderStorage(folder),
      ...(options.speed === undefined ? {} : { speed: options.speed }),
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.tls === true ? { tls: { folder: join(folder, "tls") } } : {}),
    });
    const { tls } = sandbox;
    const served: ServerRecord = {
      ...record,
      url: sandbox.url,
      ...(tls === undefined ? {} : { tls: { port: tls.port, caFile: tls.caFile } }),
    };
    const temporary = `${recordFile(folder)}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(served), { mode: 0o600 });
    renameSync(temporary, recordFile(folder));
    return {
      url: sandbox.url,
      async close() {
        if (mode === "embedded") await untilUnused(folder);
        await sandbox.close();
        release();
        process.off("exit", release);
      },
    };
  } catch (error) {
    release();
    process.off("exit", release);
    throw error;
  }
}

/** The folder's sandbox: the one that runs, or one embedded in this process. */
export async function reachSandbox(
  folder: string,
  speed: number | undefined,
  tls = false,
): Promise<SandboxLink> {
  for (;;) {
    const running = await findRunning(folder);
    if (running !== undefined) {
      const release = registerClient(folder);
      if (speed !== undefined) await askControl(running.url, "POST", "clock", { speed });
      return { url: running.url, close: async () => release() };
    }
    const hosted = await hostSandbox({
      folder,
      mode: "embedded",
      tls,
      ...(speed === undefined ? {} : { speed }),
    });
    if (hosted !== undefined) return hosted;
  }
}
