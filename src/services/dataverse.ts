import { isServiceError, PscError } from "../errors.ts";
import { createMetadata } from "./dataverse-metadata.ts";
import { readServiceError, refusalError } from "./http/failures.ts";
import { createPageGuard } from "./http/page-guard.ts";
import type { Http, HttpRequest, HttpResponse } from "./http/types.ts";
import { asRow, type Row, rowsAt, textAt } from "./json-reading.ts";
import type { KnownNames } from "./known-names.ts";

export interface Query {
  readonly select?: readonly string[];
  /** OData filter, not yet encoded; build literals with `quoted`. */
  readonly filter?: string;
  /** OData expand, not yet encoded. */
  readonly expand?: string;
}

export interface WhoAmI {
  readonly userId: string;
  readonly businessUnitId: string;
  readonly organizationId: string;
}

/**
 * The Web API of one organisation. Reads answer undefined for what is not there: a row, a table that no installed
 * package has brought yet, or a `msdyn_` column of such a package.
 */
export interface Dataverse {
  /** Such as `https://contoso.crm.dynamics.com`. */
  readonly origin: string;
  /** Absolute URL of a path below the Web API root, such as `roles(…)`. */
  url(path: string): string;
  whoAmI(): Promise<WhoAmI>;
  /** One row by path, such as `queues(<guid>)`. */
  get(path: string, query?: Query): Promise<Row | undefined>;
  /** All pages. */
  list(entitySet: string, query?: Query): Promise<readonly Row[] | undefined>;
  /** Returns the id of the new row. */
  create(entitySet: string, row: Row): Promise<string>;
  /**
   * Changes a row that exists; never creates one. Not `repeatable` where the system reacts to each change with new rows.
   */
  update(entitySet: string, id: string, row: Row, how?: Pick<HttpRequest, "repeatable">): Promise<void>;
  /** False when there was nothing to delete. */
  delete(entitySet: string, id: string): Promise<boolean>;
  /** Links two rows through a collection-valued navigation property; a link that exists already is success. */
  associate(path: string, navigation: string, targetPath: string): Promise<void>;
  disassociate(path: string, navigation: string, targetPath: string): Promise<void>;
  /** A function call such as `WhoAmI()`. */
  callFunction(call: string): Promise<Row>;
  /** An action; undefined when the organisation does not have it. */
  callAction(name: string, body: Row, how?: Pick<HttpRequest, "repeatable">): Promise<Row | undefined>;
  /** Name of the entity set of a table, from the organisation's own metadata. */
  entitySet(table: string): Promise<string>;
  /** Name of the navigation property of a lookup column, from the organisation's own metadata. */
  navigationProperty(table: string, column: string, target?: string): Promise<string>;
  /** Members that set (or, with null, clear) a lookup in a create or update. */
  lookup(table: string, column: string, target: string, id: string | null): Promise<Row>;
  /** The complete definition of a table; undefined when it does not exist. */
  tableDefinition(table: string): Promise<Row | undefined>;
  /** Logical names of a table's columns; undefined when the table does not exist. */
  columns(table: string): Promise<ReadonlySet<string> | undefined>;
  /** Replaces a table's definition, keeping labels in other languages. */
  replaceTableDefinition(table: string, definition: Row): Promise<void>;
}

/** A text literal of an OData filter. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const API = "/api/data/v9.2/";
const HEADERS = { "OData-MaxVersion": "4.0", "OData-Version": "4.0", "If-None-Match": "null" };

function queryString(query: Query): string {
  const parts = [
    ...(query.select === undefined ? [] : [`$select=${query.select.join(",")}`]),
    ...(query.filter === undefined ? [] : [`$filter=${encodeURIComponent(query.filter)}`]),
    ...(query.expand === undefined ? [] : [`$expand=${encodeURIComponent(query.expand)}`]),
  ];
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** An unknown table is a 404; an unknown column a 400. Only columns that packages bring count as "not there". */
function isMissing(response: HttpResponse): boolean {
  if (response.status === 404) return true;
  if (response.status !== 400) return false;
  return /could not find a property named 'msdyn_/i.test(readServiceError(response).message);
}

/** The answers with which organisations have refused a link that exists: 409, 412 and 400, by code or by text. */
function isRepeatedLink(response: HttpResponse): boolean {
  const { code, message } = readServiceError(response);
  return code === "0x80040237" || /duplicate|matching key values/i.test(message);
}

/**
 * Client of one organisation; `names` keeps what its metadata said. Sources: "Use the Microsoft Dataverse Web API" (create, update with If-Match, associate,
 * functions, actions, query data, query table definitions) and, for repeated links,
 * microsoft/terraform-provider-power-platform:internal/services/authorization.
 */
export function createDataverse(http: Http, origin: string, names?: KnownNames): Dataverse {
  const url = (path: string): string => `${origin}${API}${path}`;

  async function send(
    request: Omit<HttpRequest, "headers"> & { headers?: Record<string, string> },
  ): Promise<HttpResponse> {
    const { "If-None-Match": ifNoneMatch, ...odata } = HEADERS;
    try {
      return await http.send({
        ...request,
        headers: {
          ...odata,
          ...(request.method === "GET" ? { "If-None-Match": ifNoneMatch } : {}),
          ...request.headers,
        },
      });
    } catch (error) {
      // A name that is no longer right is refused like any other wrong name: the next run looks again.
      if (request.method !== "GET" && isServiceError(error, 400, 404)) names?.forget();
      throw error;
    }
  }

  function refused(method: string, target: string, response: HttpResponse): PscError {
    return refusalError("dataverse", method, new URL(target), response, undefined);
  }

  async function get(target: string): Promise<HttpResponse | undefined> {
    const response = await send({ method: "GET", url: target, expect: [400, 404] });
    if (isMissing(response)) return undefined;
    if (response.status === 400) throw refused("GET", target, response);
    return response;
  }

  async function getRow(target: string): Promise<Row | undefined> {
    const response = await get(target);
    return response && asRow(response.body);
  }

  async function getRows(first: string): Promise<readonly Row[] | undefined> {
    const rows: Row[] = [];
    let next: string | undefined = first;
    const follow = createPageGuard();
    while (next !== undefined) {
      const page = await get(next);
      if (page === undefined) return undefined;
      for (const row of rowsAt(page.body, "value")) rows.push(row);
      follow(next, page.text.length);
      next = textAt(page.body, "@odata.nextLink") || undefined;
    }
    return rows;
  }

  const metadata = createMetadata((path) => getRow(url(path)), origin, names);

  return {
    origin,
    url,
    ...metadata,
    async whoAmI() {
      const { body } = await send({ method: "GET", url: url("WhoAmI()") });
      return {
        userId: textAt(body, "UserId"),
        businessUnitId: textAt(body, "BusinessUnitId"),
        organizationId: textAt(body, "OrganizationId"),
      };
    },
    get: (path, query = {}) => getRow(url(`${path}${queryString(query)}`)),
    list: (entitySet, query = {}) => getRows(url(`${entitySet}${queryString(query)}`)),
    async create(entitySet, row) {
      const response = await send({ method: "POST", url: url(entitySet), body: row });
      const id = /\(([0-9a-f-]{36})\)\s*$/i.exec(response.header("odata-entityid") ?? "")?.[1];
      if (id === undefined) {
        throw new PscError({
          code: "PSC-E422",
          message: `Dataverse created a row of ${entitySet} and did not say which`,
          remedy: "run the same command again: psc finds it by its name",
          side: "service",
        });
      }
      return id.toLowerCase();
    },
    async update(entitySet, id, row, how = {}) {
      await send({
        ...how,
        method: "PATCH",
        url: url(`${entitySet}(${id})`),
        body: row,
        headers: { "If-Match": "*" },
      });
    },
    async delete(entitySet, id) {
      const response = await send({ method: "DELETE", url: url(`${entitySet}(${id})`), expect: [404] });
      return response.status !== 404;
    },
    async associate(path, navigation, targetPath) {
      const target = url(`${path}/${navigation}/$ref`);
      const response = await send({
        method: "POST",
        url: target,
        body: { "@odata.id": url(targetPath) },
        // A link is a set member: sending it twice changes nothing, and the second answer is understood.
        repeatable: true,
        expect: [400, 409, 412],
      });
      if (response.status >= 400 && !isRepeatedLink(response)) throw refused("POST", target, response);
    },
    async disassociate(path, navigation, targetPath) {
      await send({
        method: "DELETE",
        url: url(`${path}/${navigation}/$ref?$id=${encodeURIComponent(url(targetPath))}`),
        expect: [404],
      });
    },
    async callFunction(call) {
      return asRow((await send({ method: "GET", url: url(call) })).body);
    },
    async callAction(name, body, how) {
      const response = await send({ method: "POST", url: url(name), body, expect: [404], ...how });
      return response.status === 404 ? undefined : asRow(response.body);
    },
    async lookup(table, column, target, id) {
      const navigation = await metadata.boundName(table, column, target);
      const bound = id === null ? null : `/${await metadata.entitySet(target)}(${id})`;
      return { [`${navigation}@odata.bind`]: bound };
    },
    async replaceTableDefinition(table, definition) {
      await send({
        method: "PUT",
        url: url(`EntityDefinitions(LogicalName='${table}')`),
        body: definition,
        headers: { "MSCRM.MergeLabels": "true" },
      });
    },
  };
}
