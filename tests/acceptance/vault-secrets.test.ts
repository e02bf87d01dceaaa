import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

const SECRET = "https://contoso-health.vault.azure.net/secrets/scheduling-key?api-version=2025-07-01";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write(
    "vault.yaml",
    `extends: dev.yaml\nhealthBot: { variables: { SCHEDULING_KEY: "\${keyvault:contoso-health/scheduling-key}" } }\n`,
  );
});
afterAll(() => place.close());

describe("a bot variable whose value is kept in Key Vault", () => {
  it("stops a deploy that cannot read it, naming vault and secret", async () => {
    const refused = await place.psc("deploy vault.yaml");
    expect(refused.code).toBe(1);
    const said = refused.stdout + refused.stderr;
    expect(said).toContain("PSC-E035");
    expect(said).toContain("keyvault:contoso-health/scheduling-key");
  });

  it("reaches the bot and nothing else: no output, no log, no file of psc", async () => {
    const token = await place.sandbox.token("pipeline", "https://vault.azure.net");
    await place.sandbox.ask("PUT", SECRET, { token, body: { value: "hush-hush-hush" } });
    const deployed = await place.psc("deploy vault.yaml --verbose");
    expect(deployed.code).toBe(0);
    const bots = await place.sandbox.control("GET", "state?path=healthBot/accounts");
    expect(bots.text).toContain("hush-hush-hush");
    expect(deployed.stdout + deployed.stderr).not.toContain("hush-hush-hush");
    expect(JSON.stringify(await place.requests())).not.toContain("hush-hush-hush");
  });

  it("is not written again while it stays the same", async () => {
    const mark = await place.mark();
    expect((await place.psc("deploy vault.yaml")).code).toBe(0);
    expect(await place.writes(mark)).toEqual([]);
  });
});
