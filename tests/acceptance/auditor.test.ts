import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coveredBy } from "../../src/controls/permission.ts";
import type { ControlResult, VerifyResult } from "../../src/controls/result.ts";
import type { NeededPermission, PermissionList } from "../../src/permissions.ts";
import { type Auditor, makeAuditor } from "./auditor-identity.ts";
import { type Taking, takings } from "./auditor-permissions.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const DOMAIN = "contosohealth-full";
const VAULT = "contoso-health";

let place: Workplace;
let list: PermissionList;
let auditor: Auditor;
let administrators: VerifyResult;
let intact: VerifyResult;
let ways: readonly Taking[];

const verified = async (env: Readonly<Record<string, string>> = {}): Promise<VerifyResult> => {
  const ran = await place.psc("verify full.yaml --output json", { env: { ...env } });
  if (ran.stdout === "") throw new Error(ran.stderr);
  return ran.json as VerifyResult;
};

beforeAll(async () => {
  place = await openWorkplace();
  const deployed = await place.psc("deploy full.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  const mark = await place.mark();
  list = (await place.psc("verify full.yaml --permissions --output json")).json as PermissionList;
  expect(await place.requests(mark)).toEqual([]);
  auditor = await makeAuditor(place, DOMAIN, VAULT, list);
  administrators = await verified();
  intact = await verified(auditor.env);
  ways = await takings(place, auditor, DOMAIN, VAULT, list);
  // Nothing is waited for from here on: a slow machine must not outlive a token.
  await place.sandbox.control("POST", "clock", { speed: 1 });
  await place.sandbox.control("POST", "snapshots", { name: "auditor" });
}, 60_000);
afterAll(() => place.close());

const byId = ({ controls }: VerifyResult): Map<string, ControlResult> =>
  new Map(controls.map((control) => [control.id, control]));
const permissions = (): readonly NeededPermission[] =>
  list.services.flatMap((service) => service.permissions);

/** What the services show to people only, whatever an application was given. */
const FOR_PEOPLE_ONLY: Readonly<Record<string, Partial<ControlResult>>> = {
  // "Security Administrator" of the directory counts for people only: an assumption of the sandbox.
  "PSC-MON-05": { verdict: "error", missingPermission: "Security Administrator" },
  "PSC-RES-AZURE.ENTRA-LOG-EXPORT": { verdict: "error", missingPermission: "Security Administrator" },
  // Power Pages administration, which says who may reach a site and of which type it is.
  "PSC-POR-02": { verdict: "manual", missingPermission: null },
  "PSC-POR-07": { verdict: "manual", missingPermission: null },
  // "Use Power Pages admin APIs": no tokens of applications.
  "PSC-RES-PORTAL.ACCESS": { verdict: "manual", missingPermission: null },
  "PSC-RES-PORTAL.RESTART": { verdict: "manual", missingPermission: null },
};

describe("an application with exactly what `verify --permissions` lists", () => {
  it("is an auditor: same verdicts as the administrator's, but for what only people are shown", async () => {
    const mine = byId(intact);
    const different = administrators.controls.filter(({ id, verdict }) => mine.get(id)?.verdict !== verdict);
    expect(different.map(({ id }) => id).sort()).toEqual(Object.keys(FOR_PEOPLE_ONLY).sort());
    for (const [id, verdict] of Object.entries(FOR_PEOPLE_ONLY)) expect(mine.get(id)).toMatchObject(verdict);
  });

  it("ends well where the spec asks for nothing that only people are shown", async () => {
    place.write("audited.yaml", "extends: full.yaml\nazure: { monitoring: { entraLogs: null } }\n");
    const { code, stdout } = await place.psc("verify audited.yaml", { env: { ...auditor.env } });
    expect(code, stdout).toBe(0);
  });

  it("has sent nothing but reads", async () => {
    const mark = await place.mark();
    await verified(auditor.env);
    expect(await place.writes(mark)).toEqual([]);
    const told = intact.evidence.filter(({ method }) => method !== "GET" && method !== "HEAD");
    expect(told.map(({ method, url }) => `${method} ${new URL(url).pathname.split("/").at(-1)}`)).toEqual([
      "POST listTenantSettings",
    ]);
  });
});

/** Controls that list a permission which reading takes in another state only than that of this environment. */
const NOT_MISSED: Readonly<Record<string, ReadonlySet<string>>> = {
  // For packages that have just been installed, and for the link to where a person provisions channels.
  prvReadAppModule: new Set([
    "PSC-ENV-13",
    "PSC-OC-01",
    "PSC-RES-POWER-PLATFORM.APPLICATION-PACKAGE",
    "PSC-RES-OMNICHANNEL.CHANNELS",
  ]),
  // For people's roles that are not among the common ones.
  "Microsoft.Authorization/roleDefinitions/read": new Set(["PSC-IAM-09", "PSC-IAM-10"]),
};

/** Permissions that have to go as well, or a part of what one opens stays open. */
const ALSO_OPENED_BY: Readonly<Record<string, readonly string[]>> = {
  "Application.Read.All": ["Directory.Read.All"],
};

/** Gone, and with it everything that opens the same. */
const isLost = (name: string, gone: ReadonlySet<string>): boolean =>
  gone.has(name) &&
  [...coveredBy(name), ...(ALSO_OPENED_BY[name] ?? [])].every(
    (other) => gone.has(other) || !permissions().some((one) => one.name === other),
  );

/** Permissions whose loss hits different controls are taken away in one go: each control tells which one it misses. */
function batches(): ReadonlySet<string>[] {
  const groups: { names: Set<string>; hit: Set<string> }[] = [];
  for (const { name, coveredBy: covers, holder, controls, behind } of permissions()) {
    if (holder === "person") continue;
    const names = [name, ...covers, ...(ALSO_OPENED_BY[name] ?? [])];
    const hit = [...controls, ...behind];
    const alone = names.length > 1;
    const group = groups.find((other) => !alone && hit.every((id) => !other.hit.has(id)));
    if (group === undefined || alone)
      groups.push({ names: new Set(names), hit: new Set(alone ? intact.controls.map(({ id }) => id) : hit) });
    else {
      group.names.add(name);
      for (const id of hit) group.hit.add(id);
    }
  }
  return groups.map(({ names }) => names);
}

describe("taking a permission away", () => {
  it("turns the controls that list it to `error` naming it, and no other", async () => {
    const groups = batches();
    const wrong: string[] = [];
    for (const gone of groups) {
      for (const way of ways) if (gone.has(way.name)) await way.take();
      const after = byId(await verified(auditor.env));
      await place.sandbox.control("POST", "snapshots/auditor/restore", {});
      for (const before of intact.controls) {
        const now = after.get(before.id);
        const missed = before.permissions.filter(
          (name) => isLost(name, gone) && NOT_MISSED[name]?.has(before.id) !== true,
        );
        const named = now?.verdict === "error" && missed.includes(now.missingPermission ?? "");
        const unchanged = now?.verdict === before.verdict && now.reason === before.reason;
        if (missed.length > 0 ? !named : !unchanged)
          wrong.push(
            `${(missed.length > 0 ? missed : [...gone]).join(", ")}: ${before.id} ${before.verdict} → ${now?.verdict} (${now?.missingPermission}: ${now?.reason})`,
          );
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it("hits what `--permissions` says it does", () => {
    const wrong = permissions().flatMap(({ name, controls, behind }) => {
      const told = new Set([...controls, ...behind]);
      return intact.controls
        .filter(({ permissions: needed, id }) => needed.includes(name) && !told.has(id))
        .map(({ id }) => `${name}: ${id}`);
    });
    expect(wrong).toEqual([]);
    for (const { controls, name } of permissions()) expect(controls, name).not.toEqual([]);
    // Each can be taken away, alone or together with what opens the same.
    const takeable = new Set(ways.map(({ name }) => name));
    for (const { name, holder, coveredBy: covers } of permissions())
      if (holder !== "person" && !covers.some((other) => takeable.has(other)))
        expect(takeable, name).toContain(name);
    // No excuse outlives its reason.
    for (const [name, ids] of Object.entries(NOT_MISSED))
      for (const id of ids) expect(byId(intact).get(id)?.permissions, id).toContain(name);
  });
});
