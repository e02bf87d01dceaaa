import { armState, type Subscription } from "../../azure/arm-state.ts";
import type { KeyVaultState, Vault } from "../../key-vault/vault-state.ts";
import { TENANT } from "../../seed.ts";
import type { World } from "../../world.ts";
import { byLabel, firstText, gathering, type TreeItem } from "./item.ts";

interface Placed {
  /** ARM id, in any case. */
  readonly id: string;
  readonly item: TreeItem;
}

function vaultItem(vault: Vault): TreeItem {
  return {
    key: vault.resourceId,
    kind: "Microsoft.KeyVault/vaults",
    label: vault.name,
    note: "Key vault",
    value: () => ({
      ...vault,
      secrets: undefined,
      keys: undefined,
      secretNames: vault.secrets.map(({ name }) => name),
      keyNames: vault.keys?.map(({ name }) => name) ?? [],
    }),
    children: () => [
      ...vault.secrets.map((secret) => ({
        key: secret.name,
        kind: "secret",
        label: secret.name,
        value: () => ({
          ...secret,
          versions: secret.versions.map((version) => ({ ...version, value: "***" })),
        }),
      })),
      ...(vault.keys ?? []).map((key) => ({
        key: `key ${key.name}`,
        kind: "key",
        label: key.name,
        value: () => ({
          ...key,
          // The public half at most: `d`, `p`, `q` and their kin are private.
          versions: key.versions.map(({ jwk, ...version }) => ({
            ...version,
            kty: jwk["kty"],
            crv: jwk["crv"],
          })),
        }),
      })),
    ],
  };
}

function resourcesOf(world: World): Placed[] {
  const { workspaces, components, healthBots } = armState(world);
  const tracked = [workspaces, components, healthBots].flatMap((kind) => Object.values(kind));
  return [
    ...tracked.map((resource) => ({
      id: resource.id,
      item: {
        key: resource.id,
        kind: resource.type,
        label: resource.name,
        note: resource.type.split("/").at(-1) ?? "",
        value: () => resource,
      },
    })),
    ...world.slice<KeyVaultState>("keyVault").vaults.map((vault) => ({
      id: vault.resourceId,
      item: vaultItem(vault),
    })),
  ];
}

function isBelow(id: string, scope: string): boolean {
  return id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);
}

/** Groups that ARM knows, and those that only a resource's id names. */
function groupItems(world: World, scope: string): TreeItem[] {
  const resources = resourcesOf(world).filter(({ id }) => isBelow(id, scope));
  const known = Object.values(armState(world).resourceGroups).filter(({ id }) => isBelow(id, scope));
  const named = new Set(resources.map(({ id }) => id.split("/").slice(0, 5).join("/").toLowerCase()));
  for (const { id } of known) named.delete(id.toLowerCase());
  const groups = [
    ...known.map((group) => ({ id: group.id, name: group.name, value: group as unknown })),
    ...[...named].map((id) => ({ id, name: id.split("/").at(-1) ?? "", value: { id } as unknown })),
  ];
  return groups
    .map((group) => {
      const own = resources.filter(({ id }) => isBelow(id, group.id)).map(({ item }) => item);
      return {
        key: group.id.toLowerCase(),
        kind: "resource group",
        label: group.name,
        note: String(own.length),
        value: () => group.value,
        children: () => own.sort(byLabel),
      };
    })
    .sort(byLabel);
}

function subscriptionItem(world: World, subscription: Subscription): TreeItem {
  const scope = `/subscriptions/${subscription.subscriptionId}`;
  const inScope = ({ id }: { id: string }): boolean => isBelow(id, scope);
  return {
    key: subscription.subscriptionId,
    kind: "subscription",
    label: subscription.displayName,
    note: subscription.subscriptionId,
    value: () => subscription,
    children: () => [
      gathering("groups", "Resource groups", () => groupItems(world, scope)),
      gathering("roles", "Role assignments", () =>
        Object.values(armState(world).roleAssignments)
          .filter(inScope)
          .map((assignment) => ({
            key: assignment.name,
            kind: "role assignment",
            label: assignment.principalId,
            note: firstText(assignment.principalType),
            value: () => assignment,
          })),
      ),
    ],
  };
}

export function azureBranch(world: World): TreeItem {
  const subscriptions = (): TreeItem[] =>
    Object.values(armState(world).subscriptions)
      .filter(({ tenantId }) => tenantId === TENANT.id)
      .map((subscription) => subscriptionItem(world, subscription));
  return {
    key: "azure",
    kind: "service",
    label: "Azure subscriptions",
    note: String(subscriptions().length),
    value: () => subscriptions().map(({ label, note }) => ({ displayName: label, subscriptionId: note })),
    children: subscriptions,
  };
}
