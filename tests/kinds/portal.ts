import type { Workplace } from "../acceptance/support.ts";
import type { Answer } from "../harness/sandbox.ts";

export type Row = Record<string, unknown>;

/** Somebody at work in the portals while psc does not look. */
export interface Portal {
  readonly place: Workplace;
  /** Changes what `change` returns something for; `"gone"` deletes it. Fails when nothing was touched. */
  edit(table: string, change: (row: Row) => Row | "gone" | undefined): Promise<void>;
  /** The same for a table of the environment's Dataverse. */
  rows(table: string, change: (row: Row) => Row | "gone" | undefined): Promise<void>;
  /** Rows of a path of the state; none where there is no such path. */
  read(path: string): Promise<Row[]>;
  /** Rows of a table of Dataverse. */
  list(table: string): Promise<Row[]>;
  /** Sends what an administrator sends; fails when the service refuses it. */
  send(method: string, url: string, body?: Row): Promise<Answer>;
  /** Makes a row by Dataverse's Web API; returns its id. */
  create(entitySet: string, row: Row): Promise<string>;
  /** Puts back what was edited since the last undoing. */
  undo(): Promise<void>;
  /** Puts nothing back of it: the tenant is another one. */
  forget(): void;
}

const isScalar = (value: unknown): boolean => value === null || typeof value !== "object";

/** What tells a row from all others of its table. */
function keyOf(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => isScalar(value)));
}

export function openPortal(place: Workplace, domain: string): Portal {
  const undos: { path: string; where: Row; set: Row }[] = [];
  const read = async (path: string): Promise<Row[]> => {
    const answer = await place.sandbox.control("GET", `state?path=${encodeURIComponent(path)}`);
    return answer.status === 200 ? Object.values(answer.body as Record<string, Row>) : [];
  };
  const write = async (body: object): Promise<void> => {
    const { status, text } = await place.sandbox.control("POST", "state", body);
    if (status !== 200) throw new Error(`${JSON.stringify(body).slice(0, 200)}: ${text}`);
  };
  const edit: Portal["edit"] = async (path, change) => {
    let touched = 0;
    for (const row of await read(path)) {
      const changed = change(structuredClone(row));
      if (changed === undefined) continue;
      touched += 1;
      if (changed === "gone") await write({ path, where: keyOf(row), delete: true });
      else {
        await write({ path, where: keyOf(row), set: changed });
        const before = Object.fromEntries(Object.keys(changed).map((name) => [name, row[name] ?? null]));
        undos.unshift({ path, where: keyOf({ ...row, ...changed }), set: before });
      }
    }
    if (touched === 0) throw new Error(`nothing of ${path} was changed`);
  };
  const tableOf = (table: string): string => `dataverse/organizations/${domain}/tables/${table}`;
  const send: Portal["send"] = async (method, url, body) => {
    const token = await place.sandbox.token("admin", new URL(url).origin);
    const answer = await place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer;
  };
  return {
    place,
    send,
    read,
    async create(entitySet, row) {
      const url = `https://${domain}.crm.dynamics.com/api/data/v9.2/${entitySet}`;
      const { headers } = await send("POST", url, row);
      return /\(([^)]+)\)$/.exec(headers["odata-entityid"] ?? "")?.[1] ?? "";
    },
    edit,
    rows: (table, change) => edit(tableOf(table), change),
    list: (table) => read(tableOf(table)),
    forget: () => {
      undos.length = 0;
    },
    async undo() {
      for (const one of undos.splice(0)) await write(one);
    },
  };
}
