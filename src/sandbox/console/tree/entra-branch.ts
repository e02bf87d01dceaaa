import { type DirectoryKind, directoryOf, liveObject, liveObjects, textOf } from "../../entra/entra-state.ts";
import { typedValue } from "../../entra/object-shapes.ts";
import type { World } from "../../world.ts";
import { byLabel, firstText, gathering, type TreeItem } from "./item.ts";

type LiveObject = ReturnType<typeof liveObjects>[number];

function objectItem(world: World, object: LiveObject): TreeItem {
  const name = firstText(textOf(object.value, "displayName"), object.id);
  const note = textOf(object.value, object.kind === "user" ? "userPrincipalName" : "appId");
  return {
    key: object.id,
    kind: object.kind,
    label: name,
    ...(note === "" ? {} : { note }),
    value: () => typedValue(object),
    ...(object.kind === "group" ? { children: () => membersOf(world, object.id) } : {}),
  };
}

function membersOf(world: World, groupId: string): TreeItem[] {
  return directoryOf(world)
    .members.filter(({ from }) => from === groupId)
    .flatMap(({ to }) => liveObject(world, to) ?? [])
    .map((member) => objectItem(world, member))
    .sort(byLabel);
}

export function entraBranch(world: World): TreeItem {
  const all = (kind: DirectoryKind) => () =>
    liveObjects(world, kind)
      .map((object) => objectItem(world, object))
      .sort(byLabel);
  const lists = [
    gathering("users", "Users", all("user")),
    gathering("groups", "Groups", all("group")),
    gathering("applications", "App registrations", all("application")),
    gathering("servicePrincipals", "Enterprise applications", all("servicePrincipal")),
  ];
  return {
    key: "entra",
    kind: "service",
    label: "Microsoft Entra ID",
    value: () => Object.fromEntries(lists.map(({ label, note }) => [label, Number(note)])),
    children: () => lists,
  };
}
