import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Ran, type Workplace } from "./support.ts";

interface OpenGate {
  readonly gate: string;
  readonly persona: string;
  readonly link: string;
  readonly probe: string | null;
}

let place: Workplace;
let first: Ran;
beforeAll(async () => {
  place = await openWorkplace();
  first = await place.psc("deploy dev.yaml --no-simulated-person --output json");
});
afterAll(() => place.close());

const openGates = (ran: Ran): OpenGate[] => ran.json.gates as OpenGate[];

describe("without anybody to act", () => {
  it("stops with exit 3 and lists every open gate by persona, with link and probe", () => {
    expect(first.code).toBe(3);
    const gates = openGates(first);
    expect(gates.map(({ gate }) => gate).sort()).toEqual([
      "entra.omnichannel-consent",
      "health-bot.bridge",
      "health-bot.channel",
    ]);
    for (const gate of gates) {
      expect(gate.persona).not.toBe("");
      expect(gate.link).toMatch(/^https:\/\//);
    }
    expect(gates.find(({ gate }) => gate === "entra.omnichannel-consent")?.probe).toMatch(
      /service principal/i,
    );
  });

  it("has done everything that does not wait for a person", () => {
    const done: string[] = first.json.finished.map(({ address }: { address: string }) => address);
    expect(done).toContain("power-platform.environment");
    expect(done).toContain("health-bot.account");
    expect(done).toContain("entra.application");
    expect(done).not.toContain('power-platform.application-package["OmnichannelPrimeAnchor"]');
    expect(first.json.failures).toEqual([]);
  });

  it("shows the same in text, with the command that confirms", async () => {
    const again = await place.psc("deploy dev.yaml --no-simulated-person");
    expect(again.code).toBe(3);
    expect(again.stdout).toContain("Global Administrator");
    expect(again.stdout).toContain("psc gate confirm");
    expect(again.stdout).toContain("https://go.microsoft.com/fwlink/p/?linkid=2070932");
  });
});

describe("passing the gates one at a time", () => {
  it("goes on after each, by confirmation or by a click in the sandbox, and ends complete", async () => {
    const seen: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const ran = await place.psc("deploy dev.yaml --no-simulated-person --output json");
      if (ran.code === 0) break;
      expect(ran.code).toBe(3);
      const gate = openGates(ran)[0]?.gate ?? "";
      expect(seen).not.toContain(gate);
      seen.push(gate);
      const line =
        round % 2 === 0 ? `sandbox person ${gate} dev.yaml` : `gate confirm ${gate} dev.yaml --by kim`;
      const acted = await place.psc(line);
      expect(acted.stderr).toBe("");
      expect(acted.code).toBe(0);
    }
    expect(seen.length).toBe(4);
    const done = await place.psc("deploy dev.yaml --no-simulated-person");
    expect(done.code).toBe(0);
    expect(done.stdout).toContain("no changes");
  });

  it("remembers who confirmed what and when", async () => {
    const list = await place.psc("gate list dev.yaml --output json");
    expect(list.code).toBe(0);
    const passed: { gate: string; by: string; at: string }[] = list.json.gates.map(
      (gate: { gate: string; confirmation: object }) => ({ gate: gate.gate, ...gate.confirmation }),
    );
    expect(passed.some(({ by }) => by === "kim")).toBe(true);
    for (const { at } of passed) expect(Date.parse(at)).not.toBeNaN();
  });
});

describe("a confirmation", () => {
  it("must bring the value the gate asks for, in its form", async () => {
    const fresh = await openWorkplace();
    try {
      await fresh.psc("deploy dev.yaml --no-simulated-person");
      const refused = await fresh.psc("gate confirm health-bot.channel dev.yaml --value not-a-guid");
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain("not-a-guid");
      const unknown = await fresh.psc("gate confirm health-bot.chanel dev.yaml");
      expect(unknown.code).toBe(64);
      expect(unknown.stderr).toContain("health-bot.channel");
    } finally {
      await fresh.close();
    }
  });
});

describe("a gate that psc saw passed", () => {
  it("is open again when somebody undoes it: what psc once saw is no word against what it sees", async () => {
    const token = await place.sandbox.token("admin", "https://graph.microsoft.com");
    const at =
      "https://graph.microsoft.com/v1.0/servicePrincipals(appId='d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935')";
    const disabled = await place.sandbox.ask("PATCH", at, { token, body: { accountEnabled: false } });
    expect(disabled.status).toBe(204);
    const { json } = await place.psc("plan dev.yaml --output json");
    expect(json.actions).toContainEqual(
      expect.objectContaining({
        address: "entra.omnichannel-consent",
        action: "gate",
        reason: expect.stringContaining("is disabled"),
      }),
    );
  });
});
