import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { type ArmSession, startArmSession } from "./arm-session.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "psc-arm-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Rewrites the folder as a sandbox would have left it before its tables that are empty now existed. */
async function forgetEmptyTables(): Promise<string[]> {
  const storage = folderStorage(folder);
  const saved = storage.load();
  const arm = saved?.state.services["arm"];
  if (saved === undefined || arm === undefined) throw new Error("the folder holds no Azure");
  const empty = Object.keys(arm).filter((name) => JSON.stringify(arm[name]) === "{}");
  for (const name of empty) delete arm[name];
  storage.replace(saved);
  await storage.close();
  return empty;
}

const VERSIONS: Readonly<Record<string, string>> = {
  "Microsoft.Authorization/locks": "2020-05-01",
  "Microsoft.Authorization/policyAssignments": "2025-03-01",
  "Microsoft.Authorization/roleEligibilitySchedules": "2020-10-01",
  "Microsoft.Authorization/roleEligibilityScheduleRequests": "2020-10-01",
  "Microsoft.Authorization/roleManagementPolicies": "2020-10-01",
  "Microsoft.HealthBot/healthBots": "2025-11-01",
  "Microsoft.Insights/components": "2020-02-02",
  "Microsoft.OperationalInsights/workspaces": "2025-07-01",
};

it("opens a state that was saved before a table existed, the table being empty", async () => {
  const open = (): Promise<ArmSession> => startArmSession({ storage: folderStorage(folder) });
  const first = await open();
  const group = await first.group();
  await first.close();
  expect(await forgetEmptyTables()).toContain("locks");

  const later = await open();
  for (const [type, version] of Object.entries(VERSIONS))
    expect([type, (await later.arm("GET", `${group}/providers/${type}`, version)).status]).toEqual([
      type,
      200,
    ]);
  const lock = `${group}/providers/Microsoft.Authorization/locks/keep`;
  const made = await later.arm("PUT", lock, "2020-05-01", { properties: { level: "CanNotDelete" } });
  expect(made.status).toBe(201);
  expect((await later.arm("DELETE", group, "2025-04-01")).body.error.code).toBe("ScopeLocked");
  await later.close();

  const again = await open();
  expect((await again.arm("GET", lock, "2020-05-01")).body).toEqual(made.body);
  await again.close();
});

it("goes back to a snapshot of such a state too", async () => {
  const first = await startArmSession({ storage: folderStorage(folder) });
  await first.close();
  await forgetEmptyTables();
  const later = await startArmSession({ storage: folderStorage(folder) });
  await later.test.control("POST", "snapshots", { name: "old" });
  const group = await later.group();
  await later.test.control("POST", "snapshots/old/restore");
  expect((await later.arm("GET", group, "2025-04-01")).body.error.code).toBe("ResourceGroupNotFound");
  await later.group();
  const locks = await later.arm("GET", `${group}/providers/Microsoft.Authorization/locks`, "2020-05-01");
  expect(locks.body).toEqual({ value: [] });
  await later.close();
});
