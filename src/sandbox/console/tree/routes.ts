import { Refusal } from "../../exchange.ts";
import { withoutSecrets } from "../../request-log.ts";
import { type Route, type RoutedRequest, route } from "../../routes.ts";
import { TENANT } from "../../seed.ts";
import type { World } from "../../world.ts";
import { azureBranch } from "./azure-branch.ts";
import { botsBranch } from "./bots-branch.ts";
import { entraBranch } from "./entra-branch.ts";
import { environmentsBranch } from "./environments-branch.ts";
import type { TreeItem } from "./item.ts";
import { liveChatBranch } from "./live-chat-branch.ts";

/** As many children as one answer brings. */
const MOST = 500;
const USUAL = 100;

function refuse(status: number, message: string): never {
  throw new Refusal({ status, body: { error: { code: "SandboxControl", message } } });
}

function tenant(world: World): TreeItem {
  return {
    key: "",
    kind: "tenant",
    label: TENANT.displayName,
    note: TENANT.domain,
    value: () => TENANT,
    children: () => [
      entraBranch(world),
      azureBranch(world),
      environmentsBranch(world),
      botsBranch(world),
      liveChatBranch(world),
    ],
  };
}

const SECRET_MEMBER = /instrumentation_?key|connection_?string|shared_?key|signing_?key/i;

/** A copy without what opens something, as little as it may open in a sandbox. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (name, member: unknown) =>
    SECRET_MEMBER.test(name) && typeof member === "string" && member !== "" ? "***" : member,
  );
  return withoutSecrets(JSON.parse(text));
}

/** The keys of a path are encoded, because ARM ids hold slashes. */
function stepsOf(path: string): string[] {
  return path.split("/").flatMap((part) => {
    if (part === "") return [];
    try {
      return [decodeURIComponent(part)];
    } catch {
      return refuse(400, `"${part}" is not a percent-encoded key`);
    }
  });
}

function find(world: World, path: string): { readonly item: TreeItem; readonly above: readonly string[] } {
  let item = tenant(world);
  const above: string[] = [];
  for (const step of stepsOf(path)) {
    let next: TreeItem | undefined;
    for (const child of item.children?.() ?? []) {
      if (child.key !== step) continue;
      next = child;
      break;
    }
    if (next === undefined) return refuse(404, `the tenant has nothing at "${path}"`);
    above.push(item.label);
    item = next;
  }
  return { item, above };
}

function counted(request: RoutedRequest, name: string, otherwise: number): number {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(400, `${name} cannot be "${text}": give a number`);
}

function shown(path: string, { key, kind, label, note, children }: TreeItem): object {
  return {
    path: key === "" ? "" : `${path}/${encodeURIComponent(key)}`,
    kind,
    label,
    ...(note === undefined || note === "" ? {} : { note }),
    branch: children !== undefined,
  };
}

/** The tenant as a tree, a level at a time: `GET /_sandbox/tree?path=…`, and one thing of it in full. */
export function treeRoutes(): readonly Route[] {
  return [
    route("GET", "/_sandbox/tree", (request, world) => {
      const path = request.query.get("path") ?? "";
      const skip = counted(request, "skip", 0);
      const top = Math.min(counted(request, "top", USUAL), MOST);
      const { item } = find(world, path);
      const value: object[] = [];
      let at = 0;
      let more = false;
      for (const child of item.children?.() ?? []) {
        at += 1;
        if (at <= skip) continue;
        more = value.length === top;
        if (more) break;
        value.push(shown(path, child));
      }
      return { status: 200, body: { ...shown("", { ...item, key: "" }), path, value, more } };
    }),
    route("GET", "/_sandbox/tree/object", (request, world) => {
      const path = request.query.get("path") ?? "";
      const { item, above } = find(world, path);
      const { kind, label, note } = item;
      return {
        status: 200,
        body: {
          path,
          kind,
          label,
          ...(note === undefined ? {} : { note }),
          above,
          value: masked(item.value()),
        },
      };
    }),
  ];
}
