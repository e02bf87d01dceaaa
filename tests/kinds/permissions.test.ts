import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { reasonAgainst } from "./cases.ts";
import { type Everything, FILES, GROUPS, kindOf, openEverything } from "./everything.ts";
import { AT_ONCE, OF_STANDING } from "./mutations/mutations.ts";
import { openRefusals, plain, type Refusals } from "./refusals.ts";
import { TABLE } from "./table.ts";

let all: Everything;
let refusals: Refusals;
/** Kinds that a kind stands on, directly or through others: what fails with them is not told again. */
const standsOn = new Map<string, ReadonlySet<string>>();

/** Permissions of Microsoft Graph that psc names: the token has them all, and the sandbox withholds them. */
const GRAPH = [
  "User.Read",
  "User.ReadBasic.All",
  "Application.Read.All",
  "Application.ReadWrite.All",
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "LicenseAssignment.Read.All",
  "Directory.Read.All",
  "Organization.Read.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
];

/** The first spec that declares a kind. */
const fileOf = new Map<string, string>();

function rememberWhatStandsOnWhat(resources: readonly Resource[]): void {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const below = (address: string, found: Set<string>): Set<string> => {
    for (const need of byAddress.get(address)?.dependsOn ?? [])
      if (!found.has(need)) below(need, found.add(need));
    return found;
  };
  for (const { address, info } of resources) {
    const kinds = [...below(address, new Set())].map(kindOf);
    standsOn.set(info.kind, new Set([...(standsOn.get(info.kind) ?? []), ...kinds]));
  }
}

const permissionsOf = (side: "read" | "write"): ReadonlySet<string> =>
  new Set(KINDS.flatMap(({ permissions }) => permissions[side].map(plain)));

const isNamed = (kind: string, permission: string): boolean =>
  [kind, ...(standsOn.get(kind) ?? [])].some((one) => refusals.named.get(one)?.has(plain(permission)));

const reads = permissionsOf("read");
const onlyWrites = [...permissionsOf("write")].filter((one) => !reads.has(one));

/** Reads that no error of the kind named yet: somebody granted them for another kind before this one could miss them. */
async function missReadsOneByOne(): Promise<void> {
  for (const { kind, permissions } of KINDS)
    for (const permission of permissions.read) {
      if (isNamed(kind, permission) || TABLE[kind]?.unrefused?.[permission] !== undefined) continue;
      // In Microsoft Graph whoever may write may read.
      const all = GRAPH.includes(permission)
        ? [permission.replace("Read", "ReadWrite"), "Directory.*", "DelegatedPermissionGrant.*"]
        : [];
      await refusals.without([plain(permission), ...all], `plan ${fileOf.get(kind)}`);
    }
}

/** What is missed alone, with the field that misses it: in rounds, since a kind fails for one permission at a time. */
function onePerKind(): (readonly [permission: string, field: string])[][] {
  const byKind = Object.values(TABLE).map(({ missedAlone = {} }) => Object.entries(missedAlone));
  const rounds = Math.max(...byKind.map((missed) => missed.length));
  return Array.from({ length: rounds }, (_, round) =>
    byKind.flatMap((missed) => missed.slice(round, round + 1)),
  );
}

beforeAll(async () => {
  all = await openEverything();
  refusals = openRefusals(all);
  for (const file of FILES) {
    const resources = all.resources(file);
    rememberWhatStandsOnWhat(resources);
    for (const { info } of resources) if (!fileOf.has(info.kind)) fileOf.set(info.kind, file);
  }
  await all.portal.edit("graph/permissionGrants", ({ scope }) =>
    String(scope).includes("Group.ReadWrite.All") ? { scope: `${scope} ${GRAPH.join(" ")}` } : undefined,
  );
  const nothing = await all.snapshot("nothing");

  // Creating, from nothing, with nothing.
  await refusals.without(["Power Platform Administrator"], "deploy little.yaml");
  await nothing();
  await refusals.untilAllowed("deploy everything.yaml");
  await refusals.untilAllowed("deploy standing.yaml");
  const deployed = await all.snapshot("deployed");
  await missReadsOneByOne();
  // Updating.
  for (const mutate of Object.values({ ...AT_ONCE, ...OF_STANDING })) await mutate(all.portal);
  refusals.takeAway(onlyWrites);
  await refusals.untilAllowed("deploy everything.yaml --force");
  await refusals.untilAllowed("deploy standing.yaml");
  for (const missed of onePerKind()) {
    await deployed();
    for (const [, field] of missed) await AT_ONCE[field]?.(all.portal);
    const permissions = missed.map(([permission]) => permission);
    await refusals.without(permissions, "deploy everything.yaml --force");
  }
  // Deleting, what was made half-way at first as well.
  for (const line of [
    "deploy little.yaml --prune --yes",
    `destroy everything.yaml --yes --include ${GROUPS}`,
  ]) {
    await deployed();
    refusals.takeAway(onlyWrites);
    await refusals.untilAllowed(line);
  }
  await nothing();
  await missReadsOneByOne();
}, 120_000);
afterAll(() => all.close());

const asked = KINDS.filter(
  (info) => reasonAgainst(info, TABLE[info.kind] ?? {}, "permission missing") === undefined,
).map((info) => [info.kind, info] as const);

describe("permission missing", () => {
  it.each(asked)("%s", (kind, { nature, permissions }) => {
    const { unrefused = {} } = TABLE[kind] ?? {};
    // What a person does in a portal, psc is not refused.
    const declared = [...permissions.read, ...(nature === "gate" ? [] : permissions.write)];
    expect(
      declared.filter((one) => !isNamed(kind, one) && unrefused[one] === undefined),
      "never named",
    ).toEqual([]);
    expect(
      Object.keys(unrefused).filter((one) => !declared.includes(one)),
      "not declared",
    ).toEqual([]);
    expect(
      Object.keys(unrefused).filter((one) => refusals.named.get(kind)?.has(plain(one))),
      "refused all the same",
    ).toEqual([]);
  });

  it("names no permission that the kind, or what it stands on, does not declare", () => {
    const infoOf = new Map(KINDS.map((info) => [info.kind, info]));
    const declares = (kind: string, name: string): boolean =>
      Object.values(infoOf.get(kind)?.permissions ?? {})
        .flat()
        .some((one) => plain(one) === name);
    const undeclared = [...refusals.named].flatMap(([kind, names]) =>
      [...names]
        .filter((name) => ![kind, ...(standsOn.get(kind) ?? [])].some((one) => declares(one, name)))
        .map((name) => `${kind}: ${name}`),
    );
    expect(undeclared).toEqual([]);
  });

  it("always says who grants it", () => {
    expect(refusals.silent).toEqual([]);
  });
});
