import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scaledClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import { createSignIn, type SignIn } from "../../src/services/sign-in.ts";
import { startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";

let cloud: TestSandbox;
beforeEach(async () => {
  cloud = await startTestSandbox();
});
afterEach(() => cloud.close());

function signIn(): SignIn {
  return createSignIn({
    cloud: CLOUDS.public,
    tenant: TENANT.id,
    clock: scaledClock(100_000, Date.now()),
    client: sandboxTransport(cloud.sandbox.url),
    env: {
      AZURE_TENANT_ID: TENANT.id,
      AZURE_CLIENT_ID: PIPELINE_APP.appId,
      AZURE_CLIENT_SECRET: PIPELINE_APP.secret,
    },
  });
}

describe("signing in on a bad day", () => {
  it.each([
    ["429 with Retry-After", { kind: "throttle", retryAfter: 4 }],
    ["503", { kind: "fail", status: 503 }],
    ["a reset connection", { kind: "drop" }],
    ["a lost answer", { kind: "drop-after" }],
  ])("sits out %s", async (_, action) => {
    await cloud.control("POST", "faults", { service: "entra", times: 3, action });
    expect((await signIn().whoAmI()).appId).toBe(PIPELINE_APP.appId);
  });

  it("gives up on an endpoint that never recovers, and says so", async () => {
    await cloud.control("POST", "faults", { service: "entra", action: { kind: "fail", status: 503 } });
    await expect(signIn().whoAmI()).rejects.toMatchObject({ code: "PSC-E201" });
  });

  it("does not ask again with a wrong secret", async () => {
    await cloud.control("DELETE", "requests");
    const wrong = createSignIn({
      cloud: CLOUDS.public,
      tenant: TENANT.id,
      clock: scaledClock(100_000, Date.now()),
      client: sandboxTransport(cloud.sandbox.url),
      env: { AZURE_TENANT_ID: TENANT.id, AZURE_CLIENT_ID: PIPELINE_APP.appId, AZURE_CLIENT_SECRET: "wrong" },
    });
    await expect(wrong.whoAmI()).rejects.toMatchObject({ code: "PSC-E201" });
    const log = (await cloud.control("GET", "requests")).body.value as { service: string }[];
    expect(log.filter(({ service }) => service === "entra")).toHaveLength(1);
  });
});
