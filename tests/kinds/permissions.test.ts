import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { reasonAgainst } from "./cases.ts";
import { type Everything, GROUPS, kindOf, openEverything } from "./everything.ts";
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
];

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

beforeAll(async () => {
  all = await openEverything();
  refusals = openRefusals(all);
  for (const file of ["standing.yaml", "everything.yaml"]) rememberWhatStandsOnWhat(all.resources(file));
  await all.portal.edit("graph/permissionGrants", ({ scope }) =>
    String(scope).includes("Group.ReadWrite.All") ? { scope: `${scope} ${GRAPH.join(" ")}` } : undefined,
  );
  const onlyWrites = [...permissionsOf("write")].filter((one) => !permissionsOf("read").has(one));
  const goBack = async (restore: () => Promise<void>): Promise<void> => {
    await restore();
    refusals.takeAway(onlyWrites);
  };

  // Of an environment that cannot be seen nothing is known: psc finds out when it makes it.
  await refusals.without(["Power Platform Administrator"], "everything.yaml");
  const nothing = await all.snapshot("nothing");
  await refusals.untilAllowed("plan little.yaml");
  await refusals.untilAllowed("deploy little.yaml");
  await nothing();
  refusals.takeAway([...permissionsOf("read"), ...permissionsOf("write")]);
  await refusals.untilAllowed("deploy everything.yaml");
  await refusals.untilAllowed("deploy standing.yaml");
  const deployed = await all.snapshot("deployed");
  await refusals.allowAll();
  for (const mutate of Object.values({ ...AT_ONCE, ...OF_STANDING })) await mutate(all.portal);
  refusals.takeAway(onlyWrites);
  await refusals.untilAllowed("deploy everything.yaml --force");
  await refusals.untilAllowed("deploy standing.yaml");
  await goBack(deployed);
  await refusals.untilAllowed("deploy little.yaml --prune --yes");
  await goBack(deployed);
  await refusals.untilAllowed(`destroy everything.yaml --yes --include ${GROUPS}`);
  await deployed();
  // Some were granted for one kind before another one could miss them.
  for (const { kind, permissions } of KINDS)
    for (const permission of permissions.read)
      if (!isNamed(kind, permission))
        await refusals.without(
          GRAPH.includes(permission)
            ? [permission, permission.replace("Read", "ReadWrite")]
            : [plain(permission)],
          kind === "portal.binding" ? "standing.yaml" : "everything.yaml",
        );
  await refusals.allowAll();
}, 120_000);
afterAll(() => all.close());

describe("permission missing", () => {
  it("dump", () => {
    const log: string[] = [];
    for (const info of KINDS)
      for (const side of ["read", "write"] as const)
        for (const p of info.permissions[side])
          if (!isNamed(info.kind, p))
            log.push(
              `  ${info.nature} ${info.kind} ${side} ${p}   | ${[...refusals.named].filter(([, s]) => s.has(plain(p))).map(([k]) => k)}`,
            );
    log.push("=== undeclared");
    for (const [kind, set] of refusals.named)
      for (const p of set)
        if (
          ![kind, ...(standsOn.get(kind) ?? [])].some((k) => {
            const i = KINDS.find((x) => x.kind === k);
            return i && [...i.permissions.read, ...i.permissions.write].some((d) => plain(d) === p);
          })
        )
          log.push(`  ${kind} ${p}`);
    log.push("=== silent", ...refusals.silent);
    writeFileSync("/tmp/explore/perm2.txt", log.join("\n"));
    expect(reasonAgainst).toBeDefined();
    expect(TABLE).toBeDefined();
  });
});
