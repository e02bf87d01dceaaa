import { expect, it } from "vitest";
import { struckClient } from "./blows.ts";
import { cleanRun, testBlows, troubleAfter } from "./struck.ts";
import { deployOnce, openTenant } from "./tenant.ts";

testBlows("whose answer is lost", ["connection reset", "answer lost", "truncated body"]);

it("makes one queue for the bot of a workstream when the answer to setting it is lost", async () => {
  const clean = await cleanRun();
  const tenant = await openTenant();
  try {
    const { client, struck } = struckClient(
      tenant.client,
      "answer lost",
      ({ method, url, body }) =>
        method === "PATCH" &&
        url.includes("/msdyn_liveworkstreams(") &&
        String(body).includes("msdyn_bot_user"),
    );
    expect(await deployOnce(tenant, { client })).toMatchObject({ outcome: "done" });
    expect(struck()).toBeDefined();
    expect(await troubleAfter(tenant, clean)).toBeUndefined();
  } finally {
    await tenant.close();
  }
});
