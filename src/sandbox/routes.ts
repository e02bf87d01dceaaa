import type { SandboxRequest, SandboxResponse } from "./exchange.ts";
import type { World } from "./world.ts";

/** `request.params` holds the decoded `{name}` segments of the pattern. */
export interface RoutedRequest extends SandboxRequest {
  readonly params: Readonly<Record<string, string>>;
}

export type Handler = (request: RoutedRequest, world: World) => SandboxResponse | Promise<SandboxResponse>;

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

function escapeLiteral(text: string): string {
  return text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
}

/**
 * A route such as `route("GET", "/subscriptions/{subscription}/resourceGroups/{group}", handler)`. A segment
 * `{name}` takes one path segment, `{name*}` the rest of the path. No router of the field is used because OData key
 * predicates, `$ref` segments and ARM's case-blind paths fit none of them.
 */
export function route(
  method: string,
  template: string,
  handler: Handler,
  options?: { ignoreCase?: boolean },
): Route {
  const names: string[] = [];
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith("{")) return escapeLiteral(part);
      const name = part.slice(1, -1);
      names.push(name.replace("*", ""));
      return name.endsWith("*") ? "(.+)" : "([^/]+)";
    })
    .join("");
  return { method, pattern: new RegExp(`^${source}/?$`, options?.ignoreCase ? "i" : ""), names, handler };
}

export type RouteMatch =
  | { readonly kind: "found"; readonly handler: Handler; readonly request: RoutedRequest }
  | { readonly kind: "method-not-allowed"; readonly allow: readonly string[] }
  | { readonly kind: "not-found" };

export function matchRoute(routes: readonly Route[], request: SandboxRequest): RouteMatch {
  const allow = new Set<string>();
  for (const candidate of routes) {
    const match = candidate.pattern.exec(request.path);
    if (match === null) continue;
    if (candidate.method !== request.method) {
      allow.add(candidate.method);
      continue;
    }
    const params: Record<string, string> = {};
    candidate.names.forEach((name, index) => {
      params[name] = decodeURIComponent(match[index + 1] ?? "");
    });
    return { kind: "found", handler: candidate.handler, request: { ...request, params } };
  }
  return allow.size > 0 ? { kind: "method-not-allowed", allow: [...allow] } : { kind: "not-found" };
}
