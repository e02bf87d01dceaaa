import { badQuery } from "./errors.ts";
import { guidOf } from "./resource-path.ts";

/**
 * Paging cookies ("Page results using OData" and "Page results using FetchXml", developer guide): an XML element that
 * names the first and the last row of the page, wrapped in another with the number of the next page.
 */
export interface PagingCookie {
  /** The page this cookie was returned with. */
  readonly page: number;
  /** Primary id column. */
  readonly column: string;
  readonly first: string;
  readonly last: string;
}

export function cookieXml({ page, column, first, last }: PagingCookie): string {
  const braced = (id: string): string => `{${id.toUpperCase()}}`;
  return `<cookie page="${page}"><${column} last="${braced(last)}" first="${braced(first)}" /></cookie>`;
}

/** The form of `@Microsoft.Dynamics.CRM.fetchxmlpagingcookie` and of `$skiptoken`. */
export function wrappedCookie(cookie: PagingCookie): string {
  const inner = encodeURIComponent(encodeURIComponent(cookieXml(cookie)));
  return `<cookie pagenumber="${cookie.page + 1}" pagingcookie="${inner}" istracking="False" />`;
}

/** Reads an inner cookie: id of the last row of the page before. */
export function lastOf(xml: string): string | undefined {
  return guidOf(/ last="([^"]*)"/.exec(xml)?.[1] ?? "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badQuery("Malformed XML in the Paging Cookie");
  }
}

/** The page a `$skiptoken` asks for and the row it starts behind. */
export function readSkipToken(
  token: string | undefined,
): { readonly page: number; readonly last: string | undefined } | undefined {
  if (token === undefined) return undefined;
  const text = decoded(token);
  const page = /pagenumber="(\d{1,9})"/.exec(text)?.[1];
  if (page === undefined || Number(page) < 1) throw badQuery("Malformed XML in the Paging Cookie");
  const inner = /pagingcookie="([^"]*)"/.exec(text)?.[1] ?? "";
  return { page: Number(page), last: lastOf(decoded(decoded(inner))) };
}

export function nextLink(url: URL, cookie: PagingCookie): string {
  const kept = url.search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part !== "" && !/^(\$|%24)skiptoken=/.test(part));
  const token = encodeURIComponent(encodeURIComponent(wrappedCookie(cookie)));
  return `https://${url.host}${url.pathname}?${[...kept, `$skiptoken=${token}`].join("&")}`;
}
