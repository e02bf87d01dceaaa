import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPace } from "../../../src/sandbox/console/pace.ts";
import { openWorkplace } from "../../acceptance/support.ts";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

const BROWSER_FILES = resolve(import.meta.dirname, "../../../src/sandbox/console/browser");
const GATE = {
  environment: "contoso-dev",
  address: "entra.omnichannel-consent",
  label: "consent",
  persona: "Global Administrator",
  steps: ["Choose Accept"],
  link: "https://example.com/",
  action: "omnichannel-consent",
  payload: {},
};

/** Values of the state that open something: keys of telemetry, of bots and of tokens. */
const SECRET = /"(?:InstrumentationKey|ConnectionString|value|privateKey\w*|signingKey)":"([^"]{16,})"/gi;

let place: TestSandbox;
beforeAll(async () => {
  place = await startTestSandbox();
  await place.control("POST", "environments", {
    displayName: "Contoso dev",
    domainName: "contoso-dev",
    location: "unitedstates",
  });
});
afterAll(() => place.close());

describe("the console's files", () => {
  it.each(["", "console", "console/app.js", "console/console.css"])(
    "/_sandbox/%s may load and ask nothing but the sandbox",
    async (path) => {
      const { status, headers } = await place.control("GET", path);
      expect(status).toBe(200);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("connect-src 'self'");
      expect(headers["content-security-policy"]).toContain("require-trusted-types-for 'script'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cache-control"]).toBe("no-store");
    },
  );

  it("are served every one of them, and no other file", async () => {
    const names = readdirSync(BROWSER_FILES).filter((name) => name !== "tsconfig.json");
    for (const name of names) {
      const { status, text } = await place.control("GET", `console/${name}`);
      expect(status, name).toBe(200);
      expect(text).toBe(readFileSync(join(BROWSER_FILES, name), "utf8"));
    }
    for (const name of ["tsconfig.json", "..%2Froutes.ts", "..%2F..%2Fserver.ts"])
      expect((await place.control("GET", `console/${name}`)).status).toBe(404);
  });

  it("name no address outside the sandbox", () => {
    for (const name of readdirSync(BROWSER_FILES)) {
      const text = readFileSync(join(BROWSER_FILES, name), "utf8");
      expect(text.replaceAll("http://www.w3.org/2000/svg", ""), name).not.toMatch(/["'(]https?:\/\/[a-z]/i);
    }
  });
});

describe("a page of another origin", () => {
  it.each(["https://example.com", "null", "http://127.0.0.1.example.com"])(
    "%s may not ask the control API",
    async (origin) => {
      const refused = await place.ask("POST", "https://127.0.0.1/_sandbox/clock", {
        body: { advanceMs: 1 },
        headers: { origin },
      });
      expect(refused.status).toBe(403);
      expect(refused.body.error.message).toContain("other origins");
    },
  );

  it("is told from the console's own", async () => {
    const { status } = await place.ask("POST", "https://127.0.0.1/_sandbox/clock", {
      body: { advanceMs: 1 },
      headers: { origin: place.sandbox.url },
    });
    expect(status).toBe(200);
  });
});

describe("the tenant's tree", () => {
  it("is answered a level at a time and by the page", async () => {
    const top = (await place.control("GET", "tree")).body;
    expect(top.value.map(({ label }: { label: string }) => label)).toEqual([
      "Microsoft Entra ID",
      "Azure subscriptions",
      "Power Platform environments",
      "Health bots",
      "Live chat conversations",
    ]);
    const all = (await place.control("GET", "tree?path=/entra/users")).body;
    expect(all.more).toBe(false);
    const first = (await place.control("GET", "tree?path=/entra/users&top=2")).body;
    expect(first.more).toBe(true);
    const rest = (await place.control("GET", "tree?path=/entra/users&skip=2")).body;
    expect([...first.value, ...rest.value]).toEqual(all.value);
  });

  it("leads to everything it lists in a tenant with a deployment, without a secret on the way", async () => {
    const deployed = await openWorkplace();
    try {
      expect((await deployed.psc("deploy dev.yaml")).code).toBe(0);
      const { control } = deployed.sandbox;
      let text = "";
      const visit = async (path: string, depth: number): Promise<number> => {
        const object = await control("GET", `tree/object?path=${encodeURIComponent(path)}`);
        expect(object.status, path).toBe(200);
        text += object.text;
        if (depth === 0) return 1;
        const { body } = await control("GET", `tree?path=${encodeURIComponent(path)}&top=20`);
        let seen = 1;
        for (const item of body.value as { path: string }[]) seen += await visit(item.path, depth - 1);
        return seen;
      };
      expect(await visit("", 6)).toBeGreaterThan(100);
      const secrets: string[] = [];
      for (const path of [
        "arm/components/*",
        "healthBot/accounts/*/secrets",
        "entra/tokens",
        "arm/signingKey",
      ])
        for (const match of (await control("GET", `state?path=${path}`)).text.matchAll(SECRET))
          secrets.push(match[1] ?? "");
      expect(secrets.length).toBeGreaterThan(3);
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(text).toContain('"***"');
    } finally {
      await deployed.close();
    }
  });

  it.each([
    ["tree?path=/nowhere", 404, 'the tenant has nothing at "/nowhere"'],
    ["tree/object?path=/entra/users/nobody", 404, 'the tenant has nothing at "/entra/users/nobody"'],
    ["tree?path=/entra/%25E0", 400, "percent-encoded"],
    ["tree?top=many", 400, 'top cannot be "many"'],
  ])("%s is refused with %i", async (path, status, message) => {
    const answer = await place.control("GET", path);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(message);
  });
});

describe("the board of gates", () => {
  it("keeps what was done for the same gate, and drops it for another or when it was undone", async () => {
    const first = (await place.control("POST", "gates", GATE)).body;
    const acted = (await place.control("POST", `gates/${first.id}/pass`)).body.acted;
    expect(acted.did).toContain("consented");
    const left = (await place.control("POST", "gates", { ...GATE, state: "left" })).body;
    expect(left).toMatchObject({ id: first.id, state: "left", acted, opened: first.opened });
    expect((await place.control("POST", "gates", GATE)).body.acted).toEqual(acted);
    const other = (await place.control("POST", "gates", { ...GATE, payload: { resourceId: "another" } }))
      .body;
    expect(other.id).toBe(first.id);
    expect(other.acted).toBeUndefined();
    await place.control("POST", `gates/${first.id}/pass`);
    await place.control("POST", "gates", { ...GATE, payload: { resourceId: "another" }, state: "passed" });
    const again = (await place.control("POST", "gates", { ...GATE, payload: { resourceId: "another" } }))
      .body;
    expect(again.acted).toBeUndefined();
    expect((await place.control("DELETE", `gates/${first.id}`)).status).toBe(204);
    expect((await place.control("GET", "gates")).body.value).toEqual([]);
  });

  it("tells environments apart and forgets with a restored snapshot", async () => {
    await place.control("POST", "gates", GATE);
    await place.control("POST", "gates", { ...GATE, environment: "contoso-test" });
    expect((await place.control("GET", "gates")).body.value).toHaveLength(2);
    await place.control("POST", "snapshots", { name: "before" });
    await place.control("POST", "snapshots/before/restore");
    expect((await place.control("GET", "gates")).body.value).toEqual([]);
  });

  it.each([
    [{ ...GATE, link: "javascript:alert(1)" }, "link"],
    [{ ...GATE, persona: undefined }, "persona"],
    [{ ...GATE, state: "open" }, "state"],
  ])("refuses a wrong announcement, naming the member", async (body, member) => {
    const answer = await place.control("POST", "gates", body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(member);
  });

  it("refuses to act on what it does not have or nobody can do", async () => {
    expect((await place.control("POST", "gates/999/pass")).status).toBe(404);
    const odd = (await place.control("POST", "gates", { ...GATE, address: "odd", action: "juggle" })).body;
    const answer = await place.control("POST", `gates/${odd.id}/pass`);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain("juggle");
  });
});

describe("the pace", () => {
  it("counts the requests of the last 60 seconds and no older ones", () => {
    let now = 0;
    const pace = createPace(() => now);
    for (let at = 0; at < 10; at += 1) pace.count();
    now = 30_000;
    pace.count();
    expect(pace.lastMinute()).toBe(11);
    now = 60_500;
    expect(pace.lastMinute()).toBe(1);
    now = 3_600_000;
    expect(pace.lastMinute()).toBe(0);
  });
});
