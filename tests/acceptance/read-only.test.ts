import { afterAll, beforeAll, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  const deployed = await place.psc("deploy full.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  await place.sandbox.control("POST", "clock", { speed: 1 });
}, 60_000);
afterAll(() => place.close());

/** POST requests that the services document as reading; written down here a second time on purpose. */
const READING = [
  "graph\\.microsoft\\.com/v1\\.0/\\$batch$",
  "\\.dynamics\\.com/api/data/v9\\.\\d/\\$batch$",
  "/providers/Microsoft\\.BusinessAppPlatform/listTenantSettings\\?",
  "/providers/Microsoft\\.BusinessAppPlatform/validateEnvironmentDetails\\?",
  "/providers/Microsoft\\.HealthBot/healthBots/[^/]+/listSecrets\\?",
  "login\\.microsoftonline\\.com/",
];

const verdicts = ({ controls }: VerifyResult) =>
  controls.map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`);

it("plan and verify see the same in a tenant that refuses every write, and try none", async () => {
  const before = (await place.psc("verify full.yaml --output json")).json as VerifyResult;
  const planned = await place.psc("plan full.yaml --output json");
  // What is no GET is refused, unless it is one of the reading ones.
  await place.sandbox.control("POST", "faults", {
    name: "no writes",
    when: { method: ["PUT", "PATCH", "DELETE", "POST"], url: `^(?!.*(?:${READING.join("|")}))` },
    action: {
      kind: "respond",
      status: 418,
      body: { error: { code: "NoWrites", message: "this is a write" } },
    },
  });
  const group = "https://graph.microsoft.com/v1.0/groups";
  const token = await place.sandbox.token("admin", "https://graph.microsoft.com");
  expect((await place.sandbox.ask("POST", group, { token, body: {} })).status).toBe(418);
  const mark = await place.mark();
  const verified = await place.psc("verify full.yaml --output json");
  const again = await place.psc("plan full.yaml --output json");
  const sent = await place.requests(mark);
  await place.sandbox.control("DELETE", "faults");

  expect(verdicts(verified.json as VerifyResult)).toEqual(verdicts(before));
  expect(verified.code).toBe(0);
  expect(again.json.actions).toEqual(planned.json.actions);
  expect(sent.filter(({ write }) => write)).toEqual([]);
  expect(sent.flatMap(({ faults }) => faults ?? [])).toEqual([]);
  expect(sent.length).toBeGreaterThan(30);
});
