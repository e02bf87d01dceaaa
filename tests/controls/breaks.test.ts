import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTROLS } from "../../src/controls/index.ts";
import type { ControlResult, VerifyResult } from "../../src/controls/result.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { openPortal, type Portal } from "../kinds/portal.ts";
import { BOT_BREAKS, BOT_UNBREAKABLE } from "./breaks/bot.ts";
import type { Break } from "./breaks/break.ts";
import { ENVIRONMENT_BREAKS } from "./breaks/environment.ts";
import { IDENTITY_BREAKS, IDENTITY_UNBREAKABLE } from "./breaks/identity.ts";
import { MONITORING_BREAKS, MONITORING_UNBREAKABLE } from "./breaks/monitoring.ts";
import { OMNICHANNEL_BREAKS, OMNICHANNEL_UNBREAKABLE } from "./breaks/omnichannel.ts";
import { PORTAL_BREAKS, PORTAL_UNBREAKABLE } from "./breaks/portal.ts";

const BREAKS: readonly Break[] = [
  ...IDENTITY_BREAKS,
  ...ENVIRONMENT_BREAKS,
  ...MONITORING_BREAKS,
  ...BOT_BREAKS,
  ...OMNICHANNEL_BREAKS,
  ...PORTAL_BREAKS,
];

/** Controls that nobody can break, each with the reason. */
const UNBREAKABLE: Readonly<Record<string, string>> = {
  ...IDENTITY_UNBREAKABLE,
  ...MONITORING_UNBREAKABLE,
  ...BOT_UNBREAKABLE,
  ...OMNICHANNEL_UNBREAKABLE,
  ...PORTAL_UNBREAKABLE,
};

let place: Workplace;
let portal: Portal;
/** By the spec that was verified. */
const intact = new Map<string, VerifyResult>();

async function verdicts(file: string): Promise<VerifyResult> {
  // With everything that can be seen: what an auditor without the bot's secret sees is in unasked.test.ts.
  const ran = await place.psc(`verify ${file} --with-bot-secrets --output json`);
  if (ran.stdout === "") throw new Error(ran.stderr);
  return ran.json as VerifyResult;
}

const fileOf = ({ control, spec }: Break): string => (spec === undefined ? "full.yaml" : `${control}.yaml`);

function byId(result: VerifyResult): Map<string, ControlResult> {
  return new Map(result.controls.map((control) => [control.id, control]));
}

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-full");
  const deployed = await place.psc("deploy full.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  for (const one of BREAKS) {
    if (one.spec === undefined) continue;
    place.write(fileOf(one), `extends: full.yaml\n${one.spec}`);
    const again = await place.psc(`deploy ${fileOf(one)}`);
    expect(again.code, again.stdout + again.stderr).toBe(0);
  }
  await place.sandbox.control("POST", "snapshots", { name: "deployed" });
  for (const file of new Set(BREAKS.map(fileOf))) intact.set(file, await verdicts(file));
});
afterAll(() => place.close());

describe("the fully deployed example", () => {
  it("has nothing that fails, warns or could not be read", () => {
    const bad = intact
      .get("full.yaml")
      ?.controls.filter(({ verdict }) => ["fail", "warning", "error"].includes(verdict))
      .map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`);
    expect(bad).toEqual([]);
  });

  it("says why of everything that is not a plain pass", () => {
    const mute = intact
      .get("full.yaml")
      ?.controls.filter(({ verdict, reason }) => verdict !== "pass" && reason.trim() === "");
    expect(mute).toEqual([]);
  });
});

describe("breaking one thing", () => {
  it("is tried for every control that a program can judge", () => {
    const tried = new Set([...BREAKS.map(({ control }) => control), ...Object.keys(UNBREAKABLE)]);
    expect(CONTROLS.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
    expect([...tried].filter((id) => !CONTROLS.some((control) => control.id === id))).toEqual([]);
  });

  it.each(BREAKS.map((one) => [one.control, one.what, one] as const))(
    "%s turns, and nothing else, when %s",
    async (_id, _what, one) => {
      const before = byId(intact.get(fileOf(one)) ?? (await verdicts(fileOf(one))));
      await one.does(portal);
      const after = byId(await verdicts(fileOf(one)));
      await place.sandbox.control("POST", "snapshots/deployed/restore", {});
      expect(before.get(one.control)?.verdict).toBe(one.from ?? "pass");
      expect(after.get(one.control)).toMatchObject({ verdict: one.to ?? "fail" });
      expect(after.get(one.control)?.evidence).not.toEqual([]);
      const turned = [...after.values()].filter(({ id, verdict }) => before.get(id)?.verdict !== verdict);
      const allowed = new Set([one.control, ...(one.also ?? [])]);
      const product = turned.filter(({ origin }) => origin === "product").map(({ id }) => id);
      expect(product.filter((id) => !allowed.has(id))).toEqual([]);
      // "Is as declared" of what was broken turns too, when the control says that it rests on it.
      const related = new Set(before.get(one.control)?.related);
      const others = turned.filter(({ origin }) => origin === "resource").map(({ id }) => id);
      expect(others.filter((id) => !related.has(id))).toEqual([]);
    },
  );
});
