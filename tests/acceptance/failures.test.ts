import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, PIPELINE_APP, PLAIN_USER } from "../../src/sandbox/seed.ts";
import { openWorkplace, type Ran, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

const SECRET = "wr0ng-s3cret";
const asPipeline = (secret: string = PIPELINE_APP.secret): Record<string, string> => ({
  AZURE_CLIENT_ID: PIPELINE_APP.appId,
  AZURE_CLIENT_SECRET: secret,
});

/** One clear message: a code, a remedy, no stack, no secret. */
function expectClear(ran: Ran, code: string): string {
  const said = ran.stdout + ran.stderr;
  expect(said).toContain(code);
  expect(said).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain(PIPELINE_APP.secret);
  expect(said).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
  return said;
}

describe("what goes wrong is said once, with who, what and the way out", () => {
  it("wrong credentials", async () => {
    const ran = await place.psc("plan dev.yaml", { env: asPipeline(SECRET) });
    expect(ran.code).toBe(1);
    expect(expectClear(ran, "PSC-E201")).toContain("AADSTS7000215");
  });

  it("a missing permission", async () => {
    const ran = await place.psc("plan dev.yaml", {
      env: { AZURE_CLIENT_ID: BARE_APP.appId, AZURE_CLIENT_SECRET: BARE_APP.secret },
    });
    expect(ran.code).toBe(1);
    const said = expectClear(ran, "PSC-E23");
    expect(said).toContain("Group.ReadWrite.All");
    expect(said).toContain(BARE_APP.displayName);
    expect(await place.writes()).toEqual([]);
  });

  it("a person without roles", async () => {
    const ran = await place.psc("deploy dev.yaml", {
      env: { PSC_SANDBOX_USER: PLAIN_USER.userPrincipalName },
    });
    expect(ran.code).toBe(1);
    expect(expectClear(ran, "PSC-E2")).toContain(PLAIN_USER.userPrincipalName);
    expect(await place.writes()).toEqual([]);
  });

  it("a token that expired on the way is renewed without a word", async () => {
    await place.psc("plan dev.yaml");
    await place.sandbox.control("POST", "faults", {
      service: "graph",
      times: 1,
      action: {
        kind: "respond",
        status: 401,
        body: {
          error: {
            code: "InvalidAuthenticationToken",
            message: "Access token has expired or is not yet valid.",
          },
        },
      },
    });
    expect((await place.psc("plan dev.yaml")).code).toBe(2);
  });

  it("a token that is refused for good", async () => {
    await place.sandbox.control("POST", "faults", {
      service: "arm",
      times: 1000,
      action: {
        kind: "respond",
        status: 401,
        body: {
          error: { code: "ExpiredAuthenticationToken", message: "The access token expiry is in the past." },
        },
      },
    });
    const ran = await place.psc("plan dev.yaml");
    await place.sandbox.control("DELETE", "faults");
    expect(ran.code).toBe(1);
    expect(expectClear(ran, "PSC-E202")).toContain("Azure Resource Manager");
  });

  it("an unreachable host", async () => {
    const ran = await place.psc("plan dev.yaml --sandbox-url http://127.0.0.1:9", { plain: true });
    expect(ran.code).toBe(1);
    expectClear(ran, "PSC-E");
    expect(ran.stdout + ran.stderr).toContain("127.0.0.1:9");
  });

  it("an address that does not speak TLS properly", async () => {
    const server = createServer((socket) => socket.end("not TLS"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const ran = await place.psc(`plan dev.yaml --sandbox-url https://127.0.0.1:${port}`, { plain: true });
    server.close();
    expect(ran.code).toBe(1);
    expectClear(ran, "PSC-E");
  });
});

describe("trouble on the way", () => {
  it("throttling and outages are waited out", async () => {
    const other = await openWorkplace();
    try {
      for (const service of ["graph", "arm", "bap", "powerPlatform", "dataverse"])
        await other.sandbox.control("POST", "faults", {
          service,
          times: 3,
          skip: 2,
          action: { kind: "respond", status: 429, headers: { "Retry-After": "20" }, body: {} },
        });
      for (const service of ["graph", "arm", "dataverse"])
        await other.sandbox.control("POST", "faults", {
          service,
          method: "GET",
          times: 2,
          skip: 5,
          action: { kind: "respond", status: 503, body: {} },
        });
      expect((await other.psc("deploy dev.yaml")).code).toBe(0);
      expect((await other.psc("verify dev.yaml")).code).toBe(0);
    } finally {
      await other.close();
    }
  });

  it("lost answers make no twins", async () => {
    const other = await openWorkplace();
    try {
      const lost = [
        "/queues$",
        "/msdyn_liveworkstreams$",
        "/msdyn_livechatconfigs$",
        "/systemusers$",
        "/Microsoft.BusinessAppPlatform/environments\\?",
      ];
      for (const match of lost)
        await other.sandbox.control("POST", "faults", {
          method: "POST",
          match,
          times: 1,
          action: { kind: "drop-after" },
        });
      const ran = await other.psc("deploy dev.yaml");
      expect(ran.code).toBe(0);
      const environments = Object.values(
        (await other.sandbox.control("GET", "state?path=dataverse/organizations")).body as object,
      );
      expect(environments).toHaveLength(1);
      const queues = Object.values(
        (
          await other.sandbox.control(
            "GET",
            "state?path=dataverse/organizations/contosohealth-dev/tables/queue",
          )
        ).body as Record<string, { name: string }>,
      );
      expect(queues.filter(({ name }) => name === "Patient bot")).toHaveLength(1);
      expect((await other.psc("plan dev.yaml")).code).toBe(0);
    } finally {
      await other.close();
    }
  });
});
