import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERSONAS } from "../../src/engine/resource.ts";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

interface PlannedAction {
  readonly action: string;
  readonly persona: string;
}

async function due(): Promise<readonly PlannedAction[]> {
  const { json } = await place.psc("plan dev.yaml --output json");
  return (json.actions as PlannedAction[]).filter(({ action }) => action !== "none");
}

const named = (persona: string): string => persona.toLowerCase().replaceAll(" ", "-");

describe("one team's part of a deploy", () => {
  it("is shown alone, or beside the others'", async () => {
    const alone = await place.psc("plan dev.yaml --persona groups-administrator --output json");
    const personas = new Set((alone.json.actions as PlannedAction[]).map(({ persona }) => persona));
    expect(personas).toEqual(new Set(["Groups Administrator"]));
    const all = await place.psc("plan dev.yaml --by-persona");
    expect(all.code).toBe(2);
    const heads = PERSONAS.map((persona) => all.stdout.indexOf(`\n${persona}  `)).filter((at) => at >= 0);
    expect(heads.length).toBeGreaterThan(5);
    expect(all.stdout).toMatch(/Global Administrator {2}\d actions?, 1 by hand/);
  });

  it("knows the personas' names and guesses at wrong ones", async () => {
    const wrong = await place.psc("plan dev.yaml --persona 'Group-Administrator'".replaceAll("'", ""));
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('did you mean "Groups Administrator"?');
  });

  it("out of order writes nothing of others', and says what is missing and whose move it is", async () => {
    const mark = await place.mark();
    const ran = await place.psc("deploy dev.yaml --persona omnichannel-administrator");
    expect(ran.code).toBe(3);
    expect(await place.writes(mark)).toEqual([]);
    const words = ran.stdout.replace(/\s+/g, " ");
    expect(words).toContain("Others' move:");
    expect(words).toMatch(
      /Power Platform Administrator: \d+ actions to come; \d+ resources of this part wait for .*environment/,
    );
  });

  it("done by every persona in turn, as often as the guide demands, makes the whole", async () => {
    const sent = new Map<string, number>();
    for (let round = 1; (await due()).length > 0; round += 1) {
      expect(round, JSON.stringify(await due())).toBeLessThan(8);
      for (const persona of PERSONAS) {
        const before = await due();
        const mine = before.filter((action) => action.persona === persona).length;
        if (mine === 0) continue;
        const ran = await place.psc(`deploy dev.yaml --persona ${named(persona)}`);
        expect([0, 3], ran.stdout + ran.stderr).toContain(ran.code);
        const after = await due();
        const others = (actions: readonly PlannedAction[]): number =>
          actions.filter((action) => action.persona !== persona).length;
        expect(others(after)).toBe(others(before));
        sent.set(persona, (sent.get(persona) ?? 0) + 1);
      }
    }
    expect(sent.size).toBeGreaterThan(5);
    expect((await place.psc("verify dev.yaml")).code).toBe(0);
  });
});
