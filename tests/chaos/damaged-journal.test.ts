import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { struckClient } from "./blows.ts";
import { type Clean, cleanRun, troubleAfter } from "./struck.ts";
import { deployOnce, openTenant, type Tenant } from "./tenant.ts";

let clean: Clean;
beforeAll(async () => {
  clean = await cleanRun();
}, 60_000);

function journalsOf({ folder }: Tenant): string[] {
  const runs = join(folder, ".psc", "sandbox", "environments", "contoso-dev", "runs");
  return readdirSync(runs).map((name) => join(runs, name));
}

const DAMAGES: readonly (readonly [string, (file: string) => void])[] = [
  ["lost", (file) => rmSync(file)],
  ["torn in the middle", (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2))],
  ["emptied", (file) => truncateSync(file, 0)],
  [
    "overwritten here and there",
    (file) => {
      const bytes = readFileSync(file);
      for (let at = 50; at < bytes.length; at += 97) bytes[at] = 0x23;
      writeFileSync(file, bytes);
    },
  ],
];

it.each(DAMAGES)("a journal that is %s costs time, not the result", async (_, damage) => {
  for (const share of [0.3, 0.7]) {
    const tenant = await openTenant();
    try {
      const nth = Math.floor(clean.requests * share);
      const { client, struck } = struckClient(tenant.client, "killed after it took effect", nth);
      await deployOnce(tenant, { client });
      expect(struck()).toBeDefined();
      for (const file of journalsOf(tenant)) damage(file);
      expect(await troubleAfter(tenant, clean)).toBeUndefined();
    } finally {
      await tenant.close();
    }
  }
});
