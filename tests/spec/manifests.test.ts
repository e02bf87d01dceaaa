import { describe, expect, test } from "vitest";
import { listManifests, loadManifest } from "../../src/spec/index.ts";
import { BASE, folderWith, sound } from "./folder.ts";

describe("the manifests that come with psc", () => {
  test("are three", () => {
    expect(listManifests().map((manifest) => manifest.name)).toEqual([
      "patient-access",
      "patient-contact-center",
      "patient-service-center",
    ]);
  });

  test.each(listManifests())(
    "$name installs in the guide's order, each package after what it requires",
    (manifest) => {
      const steps = manifest.packages.map((entry) => entry.step);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      for (const [i, entry] of manifest.packages.entries())
        expect(manifest.packages.slice(0, i).map((other) => other.uniqueName)).toEqual(
          expect.arrayContaining([...entry.requires]),
        );
    },
  );

  test.each(listManifests())("$name proves nothing by a role it does not list", (manifest) => {
    expect(manifest.roles).toEqual(
      expect.arrayContaining(manifest.packages.flatMap((entry) => [...entry.proof.roles])),
    );
  });

  test.each(listManifests())("$name needs CRM Hub only before 2021-10-01", (manifest) => {
    const hub = manifest.packages.find((entry) => entry.uniqueName === "msdynce_CRMHub");
    expect(hub?.onlyIfCreatedBefore).toBe("2021-10-01");
  });

  test("say which are retired, since when, and what to use instead", () => {
    const psc = loadManifest("patient-service-center");
    expect(psc.lifecycle).toMatchObject({
      state: "retired",
      date: "2025-01-30",
      successors: ["patient-contact-center"],
    });
    const successor = loadManifest("patient-contact-center");
    expect(successor.lifecycle.state).toBe("supported");
    expect(successor.packages.map((entry) => entry.uniqueName)).not.toContain(
      "HealthcarePatientServiceCenterAnchor",
    );
  });
});

const MINE = `apiVersion: psc/v1
kind: Manifest
name: my-solution
displayName: My solution
summary: Omnichannel alone.
packages:
  - uniqueName: OmnichannelPrimeAnchor
    applicationId: a35d0d05-76f9-4861-9489-3af8a557199a
    displayName: Omnichannel
    step: 4
    usualMinutes: 100
channels: [chat]
roles: [Omnichannel agent]
`;

describe("a manifest of one's own", () => {
  const withManifest = (manifest: string) =>
    folderWith({
      "base.yaml": BASE,
      "manifests/mine.yaml": manifest,
      "stages/env.yaml": "extends: ../base.yaml\nsolution: ../manifests/mine.yaml\n",
    }).load("stages/env.yaml");

  test("is named by its path from the spec file", () => {
    const { manifest, spec } = sound(withManifest(MINE));
    expect(manifest.packages).toHaveLength(1);
    expect(spec.solution).toBe("my-solution");
  });

  test("has its problems reported in its own file", () => {
    const result = withManifest(MINE.replace("usualMinutes: 100", "usualMinuts: 100"));
    expect(result.ok ? [] : result.problems.map((p) => [p.code, p.location?.file, p.location?.line])).toEqual(
      [["PSC-E010", "manifests/mine.yaml", 11]],
    );
  });

  test.each([
    [
      "a package before what it requires",
      MINE.replace("    usualMinutes", "    requires: [HealthcareFoundationAnchor]\n    usualMinutes"),
      "PSC-E077",
    ],
    ["a retirement without a date", `${MINE}lifecycle: { state: retired }\n`, "PSC-E077"],
    ["a bad date", `${MINE}lifecycle: { state: retired, date: "2025-1-30" }\n`, "PSC-E077"],
    [
      "a bad column",
      MINE.replace("    usualMinutes", "    proof: { columns: [contact] }\n    usualMinutes"),
      "PSC-E077",
    ],
    ["a step the guide does not have", MINE.replace("step: 4", "step: 5"), "PSC-E014"],
    ["another kind", MINE.replace("kind: Manifest", "kind: Environment"), "PSC-E081"],
    ["no packages", MINE.slice(0, MINE.indexOf("packages:")), "PSC-E013"],
  ])("is refused with %s", (_, manifest, code) => {
    const result = withManifest(manifest);
    expect(result.ok ? [] : result.problems.map((problem) => problem.code)).toEqual([code]);
  });

  test("that is not there is refused by loadManifest, too", () => {
    expect(() => loadManifest("./nowhere.yaml")).toThrow(/nowhere.yaml does not exist/);
  });
});
