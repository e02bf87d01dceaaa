import { afterAll, beforeAll, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
}, 60_000);
afterAll(() => place.close());

const READS = [
  ["the workspace", { service: "arm", url: "Microsoft.OperationalInsights/workspaces/log-" }],
  ["the bot", { service: "arm", url: "healthBots/bot-contoso-dev\\?" }],
  ["the export of the activity log", { service: "arm", url: "diagnosticSettings" }],
  ["the resource group", { service: "arm", url: "resourceGroups/rg-contoso-health-dev\\?" }],
  ["all of Azure", { service: "arm" }],
  ["all of the directory", { service: "graph" }],
  ["all of Power Platform", { service: "bap" }],
  ["all of the bot's management", { service: "healthBot" }],
] as const;

it.each(READS)("a look that is refused %s ends, tells that once, and writes nothing", async (_, when) => {
  await place.sandbox.control("POST", "faults", {
    when,
    action: {
      kind: "respond",
      status: 400,
      body: { error: { code: "Refused", message: "this read is refused" } },
    },
  });
  const mark = await place.mark();
  const plan = await place.psc("plan dev.yaml");
  const destroy = await place.psc("destroy dev.yaml --yes");
  await place.sandbox.control("DELETE", "faults");
  for (const { code, stdout, stderr } of [plan, destroy]) {
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain("this read is refused");
  }
  expect(await place.writes(mark)).toEqual([]);
});
