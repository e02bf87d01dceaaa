import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** One line of `psc sandbox log`. */
export interface LoggedRequest {
  readonly seq: number;
  /** Sandbox time. */
  readonly time: string;
  readonly service: string;
  readonly method: string;
  readonly url: string;
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  /** True for requests that change something in the tenant; token requests and queries by POST do not. */
  readonly write: boolean;
  readonly caller?: string;
  /** Names of the faults that the request tripped. */
  readonly faults?: readonly string[];
  /** Request body of a write, secrets left out; for reading what psc sent. */
  readonly body?: unknown;
}

export interface RequestLog {
  append(entry: Omit<LoggedRequest, "seq">): void;
  /** Number of the newest entry; 0 when there is none. */
  readonly last: number;
  /** Every entry after `seq`, oldest first; what memory no longer holds is read from the disk as it is asked for. */
  since(seq: number): Generator<LoggedRequest>;
  /** Forgets every entry and counts from 1 again. */
  clear(): void;
  close(): void;
}

const SECRET_NAME = /secret|password|assertion|client_info|refresh_token|access_token|hbs$/i;

/** A copy without members whose names say that they are secret. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) ? "***" : withoutSecrets(member),
    ]),
  );
}

/** Longer bodies are named in the log, not kept. */
const MAX_BODY_CHARACTERS = 64 << 10;

/** What the log keeps of a request's body; `keep` is the service's own word on it. */
export function loggedBody(text: string, keep: (body: unknown) => unknown = (body) => body): unknown {
  if (text.length > MAX_BODY_CHARACTERS) return `(${text.length} characters)`;
  try {
    return withoutSecrets(keep(JSON.parse(text)));
  } catch {
    return "(not JSON)";
  }
}

/** Signed query values (`t`, `c`, `s`, `h` of ARM status URLs) are shortened: they are long and secret. */
export function loggedUrl(url: URL): string {
  let copy: URL | undefined;
  for (const name of ["t", "c", "s", "h"]) {
    if ((url.searchParams.get(name) ?? "").length <= 40) continue;
    copy ??= new URL(url);
    copy.searchParams.set(name, "…");
  }
  return (copy ?? url).toString();
}

const CHUNK = 256 << 10;
/** Entries kept in memory: enough for whoever follows the log. */
const RECENT = 2_000;
/** One place in the file is remembered for so many entries. */
const MARK_EVERY = 1_000;

function parseLine(line: string): LoggedRequest | undefined {
  try {
    const entry = JSON.parse(line) as Partial<LoggedRequest>;
    return typeof entry.seq === "number" ? (entry as LoggedRequest) : undefined;
  } catch {
    // A line torn by a killed process: what follows it is still whole.
    return undefined;
  }
}

/** The file's lines from a byte on, up to where the file ended when the reading began. */
function* linesFrom(handle: number, start: number): Generator<LoggedRequest> {
  const end = fstatSync(handle).size;
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest: Buffer = Buffer.alloc(0);
  for (let at = start; at < end; ) {
    const size = readSync(handle, chunk, 0, Math.min(CHUNK, end - at), at);
    if (size === 0) break;
    at += size;
    const text = Buffer.concat([rest, chunk.subarray(0, size)]);
    let from = 0;
    for (let stop = text.indexOf(10); stop >= 0; stop = text.indexOf(10, from)) {
      const entry = parseLine(text.toString("utf8", from, stop));
      if (entry !== undefined) yield entry;
      from = stop + 1;
    }
    rest = Buffer.from(text.subarray(from));
  }
  const last = parseLine(rest.toString("utf8"));
  if (last !== undefined) yield last;
}

/** Every entry of a log file that no sandbox has open. */
export function* readRequestFile(file: string): Generator<LoggedRequest> {
  if (!existsSync(file)) return;
  const handle = openSync(file, "r");
  try {
    yield* linesFrom(handle, 0);
  } finally {
    closeSync(handle);
  }
}

/**
 * The log of what was asked: every entry goes to the file, the last ones stay in memory too.
 * @param file undefined for a log that ends with the process: its file is made when memory no longer holds it all.
 */
export function createRequestLog(file: string | undefined): RequestLog {
  const path =
    file ?? join(tmpdir(), `psc-requests-${process.pid}-${Math.random().toString(36).slice(2)}.jsonl`);
  let handle: number | undefined;
  let recent: LoggedRequest[] = [];
  let marks: { readonly seq: number; readonly at: number }[] = [];
  let next = 1;
  let size = 0;

  function open(): number {
    if (handle === undefined) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      handle = openSync(path, "a+", 0o600);
      size = fstatSync(handle).size;
    }
    return handle;
  }

  function write(entry: LoggedRequest): void {
    const target = open();
    if (entry.seq % MARK_EVERY === 0) marks.push({ seq: entry.seq, at: size });
    size += writeSync(target, `${JSON.stringify(entry)}\n`);
  }

  if (file !== undefined && existsSync(file)) {
    const saved = open();
    // The tail is enough to go on counting.
    const tail = [...linesFrom(saved, Math.max(0, size - (4 << 20)))];
    recent = tail.slice(-RECENT);
    next = (recent.at(-1)?.seq ?? 0) + 1;
    // A line torn by a killed process is closed, so that the next one stands alone.
    const end = Buffer.alloc(1);
    if (size > 0 && readSync(saved, end, 0, 1, size - 1) === 1 && end[0] !== 10)
      size += writeSync(saved, "\n");
  }

  function trim(): void {
    // In blocks, so that not every request moves the array.
    if (recent.length < RECENT * 2) return;
    if (file === undefined && handle === undefined) for (const entry of recent) write(entry);
    recent = recent.slice(-RECENT);
  }

  return {
    get last() {
      return next - 1;
    },
    append(entry) {
      const logged: LoggedRequest = { seq: next, ...entry };
      next += 1;
      recent.push(logged);
      if (file !== undefined || handle !== undefined) write(logged);
      trim();
    },
    *since(seq) {
      const upTo = next;
      const held = recent;
      const oldest = held[0]?.seq ?? next;
      if (seq + 1 < oldest && handle !== undefined) {
        const mark = marks.findLast((candidate) => candidate.seq <= seq + 1);
        for (const entry of linesFrom(handle, mark?.at ?? 0)) {
          if (entry.seq >= upTo) return;
          if (entry.seq > seq) yield entry;
        }
        return;
      }
      for (const entry of held) {
        if (entry.seq >= upTo) return;
        if (entry.seq > seq) yield entry;
      }
    },
    clear() {
      recent = [];
      marks = [];
      next = 1;
      size = 0;
      if (handle !== undefined) ftruncateSync(handle, 0);
    },
    close() {
      if (handle === undefined) return;
      closeSync(handle);
      handle = undefined;
      if (file === undefined) rmSync(path, { force: true });
    },
  };
}
