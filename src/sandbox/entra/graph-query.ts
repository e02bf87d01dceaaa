import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { textOf } from "./entra-state.ts";
import { GRAPH_ROOT, type GraphCall } from "./graph-call.ts";
import { badRequest, refuseGraph, unsupportedQuery } from "./graph-errors.ts";
import { filterProperties, isAdvanced, matchesFilter, parseFilter } from "./graph-filter.ts";

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;

const KNOWN_OPTIONS = new Set([
  "$select",
  "$filter",
  "$top",
  "$expand",
  "$count",
  "$search",
  "$orderby",
  "$skiptoken",
]);

/** What a collection lets callers ask. */
export interface CollectionShape {
  /** Type name such as `application`, for messages and contexts. */
  readonly type: string;
  /** `@odata.context` fragment, such as `applications`. */
  readonly context: string;
  /** Properties that exist; `$select` and `$filter` refuse others. */
  readonly properties: readonly string[];
  /** Returned when `$select` is absent; all of `properties` if undefined. */
  readonly defaults?: readonly string[];
  /** Properties that `$filter` can use. */
  readonly filterable: readonly string[];
  /** Navigation properties that `$expand` can bring along. */
  readonly expand?: Readonly<
    Record<string, (value: JsonObject, call: GraphCall) => JsonObject | JsonObject[]>
  >;
  /** True when the rules of advanced directory queries do not apply. */
  readonly plain?: boolean;
  /** True when the collection answers in one piece ("Paging Microsoft Graph data in your app"). */
  readonly unpaged?: boolean;
}

function optionsOf(call: GraphCall): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of call.request.query) {
    const option = name.startsWith("$") ? name.toLowerCase() : `$${name.toLowerCase()}`;
    if (KNOWN_OPTIONS.has(option)) options.set(option, value);
    else if (name.startsWith("$"))
      refuseGraph(400, "BadRequest", `The query parameter '${name}' is not supported.`);
  }
  return options;
}

/** True when the request asks for advanced query capabilities. */
function isEventual(call: GraphCall): boolean {
  return (call.request.headers["consistencylevel"] ?? "").toLowerCase() === "eventual";
}

function selectFailure(property: string, shape: CollectionShape): never {
  return refuseGraph(
    400,
    "BadRequest",
    `Parsing OData Select and Expand failed: Could not find a property named '${property}' on type 'microsoft.graph.${shape.type}'.`,
  );
}

function selection(
  options: ReadonlyMap<string, string>,
  shape: CollectionShape,
): readonly string[] | undefined {
  const text = options.get("$select");
  if (text === undefined || text.trim() === "") return undefined;
  return text.split(",").map((entry) => {
    const property = entry.trim();
    return shape.properties.includes(property) ? property : selectFailure(property, shape);
  });
}

function project(
  value: JsonObject,
  selected: readonly string[] | undefined,
  shape: CollectionShape,
): JsonObject {
  const names = selected ?? shape.defaults;
  if (names === undefined) return { ...value };
  const shown: JsonObject = {};
  if (value["@odata.type"] !== undefined) shown["@odata.type"] = value["@odata.type"];
  for (const name of names) shown[name] = value[name] ?? null;
  return shown;
}

function expansions(options: ReadonlyMap<string, string>, shape: CollectionShape): readonly string[] {
  const text = options.get("$expand");
  if (text === undefined) return [];
  return text.split(",").map((entry) => {
    const name = entry.trim();
    return Object.hasOwn(shape.expand ?? {}, name) ? name : selectFailure(name, shape);
  });
}

function present(
  value: JsonObject,
  call: GraphCall,
  shape: CollectionShape,
  selected: readonly string[] | undefined,
  expanded: readonly string[],
): JsonObject {
  const shown = project(value, selected, shape);
  for (const name of expanded) {
    const expand = shape.expand?.[name];
    // Options of an expansion, such as `policy($expand=rules)`, are no part of the member's name.
    if (expand !== undefined) shown[name.replace(/\(.*$/, "")] = expand(value, call);
  }
  return shown;
}

function contextOf(shape: CollectionShape, selected: readonly string[] | undefined, entity: boolean): string {
  const list = selected === undefined ? "" : `(${selected.join(",")})`;
  return `${GRAPH_ROOT}/$metadata#${shape.context}${list}${entity ? "/$entity" : ""}`;
}

/** Answers a GET of one object; `$select` and `$expand` apply. */
export function answerObject(call: GraphCall, value: JsonObject, shape: CollectionShape): SandboxResponse {
  const options = optionsOf(call);
  const selected = selection(options, shape);
  const shown = present(value, call, shape, selected, expansions(options, shape));
  return { status: 200, body: { "@odata.context": contextOf(shape, selected, true), ...shown } };
}

function filtered(
  call: GraphCall,
  values: readonly JsonObject[],
  options: ReadonlyMap<string, string>,
  shape: CollectionShape,
): readonly JsonObject[] {
  const text = options.get("$filter");
  if (text === undefined || text.trim() === "") return values;
  const filter = parseFilter(text);
  for (const property of filterProperties(filter)) {
    const name = property.split("/")[0] ?? property;
    if (!shape.properties.includes(name))
      refuseGraph(
        400,
        "BadRequest",
        `Invalid filter clause: Could not find a property named '${name}' on type 'microsoft.graph.${shape.type}'.`,
      );
    if (!shape.filterable.includes(name))
      unsupportedQuery("The request uses a filter property that is not indexed");
  }
  const advanced = isEventual(call) && options.get("$count")?.toLowerCase() === "true";
  if (shape.plain !== true && (isAdvanced(filter) || options.has("$orderby")) && !advanced)
    unsupportedQuery();
  return values.filter((value) => matchesFilter(value, filter));
}

/** `$search="displayName:words"`: every word must start a word of the property. */
function searched(
  call: GraphCall,
  values: readonly JsonObject[],
  options: ReadonlyMap<string, string>,
): readonly JsonObject[] {
  const text = options.get("$search");
  if (text === undefined) return values;
  if (!isEventual(call))
    unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  const match = /^"(displayName|description):(.*)"$/.exec(text.trim());
  if (match === null) return unsupportedQuery();
  const property = match[1] ?? "displayName";
  const words = (match[2] ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return values.filter((value) => {
    const tokens = textOf(value, property)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u);
    return words.every((word) => tokens.some((token) => token.startsWith(word)));
  });
}

function ordered(
  values: readonly JsonObject[],
  options: ReadonlyMap<string, string>,
  shape: CollectionShape,
): readonly JsonObject[] {
  const text = options.get("$orderby");
  if (text === undefined) return values;
  const [property = "", direction = "asc"] = text.trim().split(/\s+/);
  if (!shape.properties.includes(property) || !/^(asc|desc)$/i.test(direction)) return unsupportedQuery();
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  return [...values].sort((a, b) => sign * textOf(a, property).localeCompare(textOf(b, property)));
}

function pageSize(options: ReadonlyMap<string, string>): number {
  const text = options.get("$top");
  if (text === undefined) return DEFAULT_PAGE;
  const top = Number(text);
  if (!Number.isInteger(top) || top < 1 || top > LARGEST_PAGE)
    return unsupportedQuery(
      `Invalid page size specified: '${text}'. Must be between 1 and ${LARGEST_PAGE} inclusive.`,
    );
  return top;
}

/** Which object the previous page ended with; opaque to clients. */
function skipTokenFor(value: JsonObject): string {
  return Buffer.from(JSON.stringify({ after: textOf(value, "id") })).toString("base64url");
}

function startOf(values: readonly JsonObject[], token: string | undefined): number {
  if (token === undefined) return 0;
  try {
    const { after } = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as { after: string };
    return values.findIndex((value) => value["id"] === after) + 1;
  } catch {
    return badRequest("Invalid skip token.");
  }
}

function nextLink(call: GraphCall, token: string): string {
  const parameters = [...call.request.query]
    .filter(([name]) => name.toLowerCase() !== "$skiptoken")
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const path = call.request.url.pathname;
  return `https://graph.microsoft.com${path}?${[...parameters, `$skiptoken=${token}`].join("&")}`;
}

/** Answers a GET of a collection with the query options of directory objects, one page at a time. */
export function answerCollection(
  call: GraphCall,
  values: readonly JsonObject[],
  shape: CollectionShape,
): SandboxResponse {
  const options = optionsOf(call);
  const selected = selection(options, shape);
  const expanded = expansions(options, shape);
  const found = ordered(searched(call, filtered(call, values, options, shape), options), options, shape);
  const start = startOf(found, options.get("$skiptoken"));
  const page = shape.unpaged === true ? found : found.slice(start, start + pageSize(options));
  const last = page.at(-1);
  const more = shape.unpaged !== true && last !== undefined && start + page.length < found.length;
  const counted =
    isEventual(call) && options.get("$count")?.toLowerCase() === "true" && !options.has("$skiptoken");
  return {
    status: 200,
    body: {
      "@odata.context": contextOf(shape, selected, false),
      ...(counted ? { "@odata.count": found.length } : {}),
      ...(more ? { "@odata.nextLink": nextLink(call, skipTokenFor(last)) } : {}),
      value: page.map((value) => present(value, call, shape, selected, expanded)),
    },
  };
}

/** Answers `/{collection}/$count`, which only exists with advanced query capabilities. */
export function answerCount(
  call: GraphCall,
  values: readonly JsonObject[],
  shape: CollectionShape,
): SandboxResponse {
  if (!isEventual(call)) return badRequest("$count is not currently supported.");
  const options = new Map(optionsOf(call)).set("$count", "true");
  const found = searched(call, filtered(call, values, options, shape), options);
  return { status: 200, headers: { "Content-Type": "text/plain" }, body: String(found.length) };
}

/** An OData cast of a collection takes further options only as an advanced query. */
export function requireAdvancedForCast(call: GraphCall): void {
  const options = optionsOf(call);
  if (options.size === 0) return;
  if (!isEventual(call) || options.get("$count")?.toLowerCase() !== "true") unsupportedQuery();
}
