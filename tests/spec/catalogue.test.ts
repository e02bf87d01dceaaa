import { describe, expect, it } from "vitest";
import { FRAMEWORKS } from "../../src/controls/control.ts";
import { CONTROLS, PROBES, RESOURCE_CONTROLS } from "../../src/controls/index.ts";
import { PERSONAS } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { FRAMEWORK_NAMES } from "../../src/spec/schema/own-controls.ts";
import { CONTROL_IDS, KIND_NAMES, PERSONA_NAMES, PROBE_IDS } from "../../src/spec/terms/catalogue.ts";
import { BASE, folderWith } from "./folder.ts";

describe("what the spec language knows of the catalogue", () => {
  it("is what the catalogue has", () => {
    expect(CONTROL_IDS).toEqual(CONTROLS.map(({ id }) => id));
    expect(PROBE_IDS).toEqual(PROBES.map(({ id }) => id).sort());
    expect(KIND_NAMES).toEqual(KINDS.map(({ kind }) => kind).sort());
    expect(PERSONA_NAMES).toEqual(PERSONAS);
    expect(FRAMEWORK_NAMES).toEqual(FRAMEWORKS);
  });

  it("is every control that verify judges: an exception of each is sound", () => {
    const exceptions = [...CONTROLS, ...RESOURCE_CONTROLS].map(
      ({ id }) => `    - { control: ${id}, reason: r, owner: o, until: "2099-01-01" }`,
    );
    const text = `${BASE}verify:\n  exceptions:\n${exceptions.join("\n")}\n`;
    const loaded = folderWith({ "env.yaml": text }).load("env.yaml");
    expect(loaded.ok ? [] : loaded.problems.map(({ message }) => message)).toEqual([]);
  });
});
