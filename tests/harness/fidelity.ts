import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** How far a reader can trust one operation of the sandbox, strongest first. */
export const PROOFS = [
  "recording",
  "official description",
  "independent client",
  "documentation",
  "inferred",
] as const;
export type Proof = (typeof PROOFS)[number];

export interface Evidence {
  /** Such as `Microsoft Graph`. */
  readonly api: string;
  /** Such as `PATCH /groups(uniqueName)`. */
  readonly operation: string;
  readonly proof: Proof;
  /** The client, the recording's path or the document. */
  readonly source?: string;
}

/** `{name}` in the place of what a test called its group, bot or lock; a path is told by its type alone. */
function armPath(path: string): string {
  const plain = path.replace(/\?.*$/, "").replace(/\/resourcegroups(?=\/|$)/i, "/resourceGroups");
  const typed = /^(?:.*\/providers\/)?([^/]+\.[^/]+\/.+)$/i.exec(plain)?.[1];
  if (typed !== undefined && !/^\/subscriptions\/[^/]+\/providers\/[^/]+\/(un)?register$/i.test(plain))
    return typed
      .split("/")
      .map((segment, index) => (index > 0 && index % 2 === 0 ? "{name}" : segment))
      .join("/");
  return plain
    .replace(/^\/subscriptions\/[^/]+/, "/subscriptions/{id}")
    .replace(/(?<=^\/subscriptions\/\{id\}\/providers\/)[^/]+/, "{namespace}")
    .replace(/(?<=^\/subscriptions\/\{id\}\/\w+\/)(?!\{namespace\})[^/]+/, "{name}");
}

/**
 * The row an operation belongs to. A test names what it called, such as `GET /users/ada%40contoso.com`; for the reader
 * that is `GET /users/{id}`, whoever was asked for.
 */
export function rowOf(api: string, operation: string): string {
  const [, method, path, rest] = /^([A-Z]+) (\S+)(.*)$/.exec(operation) ?? [];
  if (method === undefined || path === undefined || !path.includes("/")) return operation;
  const named =
    api === "Azure Resource Manager"
      ? armPath(path)
      : path
          .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "{id}")
          .replace(/(?<=\/)[^/?()]+(@|%40)[^/?()]+/g, "{id}")
          .replace(/(?<=\(\w+=)'[^']*'(?=\))/g, "{name}");
  return `${method} ${named}${rest}`;
}

const folder = resolve(import.meta.dirname, "../../coverage/fidelity");

/**
 * Records that a passing test proves an operation. Call it as the test's last statement: a test that fails before
 * leaves no claim. `npm run fidelity` turns the records of a run into docs/sandbox/fidelity.md.
 */
export function prove(...evidence: readonly Evidence[]): void {
  // Every time: another run that begins meanwhile empties the folder.
  mkdirSync(folder, { recursive: true });
  const lines = evidence
    .map((entry) => `${JSON.stringify({ ...entry, operation: rowOf(entry.api, entry.operation) })}\n`)
    .join("");
  appendFileSync(join(folder, `${process.pid}.jsonl`), lines);
}
