import { describe, expect, it } from "vitest";
import { FAMILIES } from "../../src/controls/index.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { judgedAll } from "./hand-made.ts";
import { portalSpec } from "./portal-spec.ts";

const KEYS = ["MON", "BOT", "OC", "POR"];
const controls = FAMILIES.filter(({ key }) => KEYS.includes(key)).flatMap((family) => family.controls);

const PATTERNS = {
  hipaa: /^164\.3(08|12|16)(\([a-zA-Z0-9]+\))+$/,
  nist: /^[A-Z]{2}-\d+(\(\d+\))?$/,
  hitrust: /^\d\d\.[a-z]{1,2}$/,
  cis: /^(Azure|M365) \d+(\.\d+)+$/,
  scuba: /^MS\.[A-Z]+\.\d+\.\d+$/,
} as const;

describe("the families of monitoring, bot, Omnichannel and portal", () => {
  it("number their controls without a gap", () => {
    for (const key of KEYS) {
      const ids = controls.map(({ id }) => id).filter((id) => id.startsWith(`PSC-${key}-`));
      expect(ids).toEqual(ids.map((_id, index) => `PSC-${key}-${String(index + 1).padStart(2, "0")}`));
    }
    expect(controls).toHaveLength(11 + 12 + 11 + 7);
  });

  it("write sentences, and mappings as the frameworks spell them", () => {
    for (const { id, statement, rationale, remedy, mappings } of controls) {
      expect(statement, id).toMatch(/^[A-Z].*\.$/);
      expect(rationale, id).toMatch(/^[A-Z].*\.$/);
      expect(remedy.steps.length, id).toBeGreaterThan(0);
      for (const step of remedy.steps) expect(step, id).toMatch(/^[A-Z].*[^.]$/);
      for (const [framework, pattern] of Object.entries(PATTERNS))
        for (const one of mappings[framework as keyof typeof PATTERNS] ?? [])
          expect(one, id).toMatch(pattern);
    }
  });

  it.each([
    ["without a portal", contosoSpec()],
    ["with a portal", contosoSpec({ portal: portalSpec() })],
    ["for production", contosoSpec({ stage: "prod", portal: portalSpec() })],
  ])("neither pass nor fail what nobody has looked at: %s", (_what, spec) => {
    const verdicts = judgedAll(spec, {})
      .filter(({ id }) => controls.some((control) => control.id === id))
      .filter(({ verdict }) => !["manual", "not-applicable", "inherited"].includes(verdict))
      .map(({ id, verdict, reason }) => `${id} ${verdict}: ${reason}`);
    expect(verdicts).toEqual([]);
  });
});

describe("every family", () => {
  it.each([
    ["dev", contosoSpec({ portal: portalSpec() })],
    ["prod", contosoSpec({ stage: "prod", portal: portalSpec() })],
  ])("passes nothing that nobody has looked at: %s", (_stage, spec) => {
    const passed = judgedAll(spec, {}).filter(({ verdict }) => verdict === "pass");
    expect(passed.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });
});
