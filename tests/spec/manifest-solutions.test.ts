import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { BASE, folderWith, sound } from "./folder.ts";

interface File {
  readonly version?: string;
  readonly managed?: boolean;
  /** Solution that has a component it uses. */
  readonly needs?: string;
}

function solutionFile(name: string, { version = "1.0.0.0", managed = true, needs }: File = {}): Uint8Array {
  const missing =
    needs === undefined
      ? ""
      : `<MissingDependencies><MissingDependency><Required type="1" schemaName="contoso_visit" solution="${needs} (1.0.0.0)" /><Dependent type="60" displayName="Information" /></MissingDependency></MissingDependencies>`;
  return zipSync({
    "solution.xml": strToU8(
      `<ImportExportXml><SolutionManifest><UniqueName>${name}</UniqueName><Version>${version}</Version><Managed>${managed ? 1 : 0}</Managed>${missing}</SolutionManifest></ImportExportXml>`,
    ),
  });
}

const MANIFEST = `apiVersion: psc/v1
kind: Manifest
name: my-solution
displayName: My solution
summary: Omnichannel with our tables.
packages:
  - uniqueName: OmnichannelPrimeAnchor
    applicationId: a35d0d05-76f9-4861-9489-3af8a557199a
    displayName: Omnichannel
    step: 4
    usualMinutes: 100
channels: [chat]
roles: [Omnichannel agent]
solutions:
`;

/** Line of the first solution in the file. */
const FIRST = MANIFEST.split("\n").length;

function load(
  solutions: string,
  files: Readonly<Record<string, Uint8Array>> = {},
  { env = {}, spec = "" }: { env?: Record<string, string>; spec?: string } = {},
) {
  return folderWith({
    "base.yaml": BASE,
    "manifests/mine.yaml": MANIFEST + solutions,
    "manifests/core.zip": solutionFile("ContosoCore"),
    "manifests/visits.zip": solutionFile("ContosoVisits", { version: "1.2.0.0" }),
    "stages/env.yaml": `extends: ../base.yaml\nsolution: ../manifests/mine.yaml\n${spec}`,
    ...files,
  }).load("stages/env.yaml", { env });
}

const CORE = '  - { uniqueName: ContosoCore, file: core.zip, version: "1.0.0.0" }\n';

describe("solutions of a manifest", () => {
  test("say what ownSolutions say, with files relative to the manifest", () => {
    const { manifest } = sound(
      load(
        `${CORE}  - uniqueName: ContosoVisits
    file: ./visits.zip
    version: "1.2.0.0"
    mode: update
    overwrite: true
    requires: [OmnichannelPrimeAnchor, ContosoCore]
    variables: { contoso_Clinic: North }
    connections:
      contoso_mail: { connector: shared_office365, connection: "\${env:MAIL_CONNECTION}" }
`,
        {},
        { env: { MAIL_CONNECTION: "c0ffee" } },
      ),
    );
    expect(manifest.solutions).toEqual([
      expect.objectContaining({
        uniqueName: "ContosoCore",
        version: "1.0.0.0",
        managed: true,
        mode: "upgrade",
        overwrite: false,
        requires: undefined,
        file: "manifests/core.zip",
        digest: expect.stringMatching(/^[0-9a-f]{12}$/),
      }),
      expect.objectContaining({
        uniqueName: "ContosoVisits",
        mode: "update",
        overwrite: true,
        requires: ["OmnichannelPrimeAnchor", "ContosoCore"],
        variables: [{ name: "contoso_Clinic", value: "North" }],
        connections: [{ name: "contoso_mail", connector: "shared_office365", connection: "c0ffee" }],
      }),
    ]);
  });

  const entry = (text: string): string => `  - { ${text} }\n`;

  test.each<[string, string, Readonly<Record<string, Uint8Array>>, string, number, number, RegExp]>([
    [
      "a file that is not there",
      entry('uniqueName: ContosoCore, file: gone.zip, version: "1.0.0.0"'),
      {},
      "PSC-E036",
      FIRST,
      38,
      /gone\.zip does not exist/,
    ],
    [
      "a file that is no solution",
      entry('uniqueName: ContosoCore, file: core.zip, version: "1.0.0.0"'),
      { "manifests/core.zip": strToU8("text") },
      "PSC-E038",
      FIRST,
      38,
      /core\.zip is no solution: it is no ZIP archive/,
    ],
    [
      "another name than its file's",
      entry('uniqueName: ContosoBase, file: core.zip, version: "1.0.0.0"'),
      {},
      "PSC-E077",
      FIRST,
      19,
      /holds ContosoCore, not ContosoBase/,
    ],
    [
      "another version than its file's",
      entry('uniqueName: ContosoCore, file: core.zip, version: "1.1.0.0"'),
      {},
      "PSC-E077",
      FIRST,
      57,
      /holds version 1\.0\.0\.0 of ContosoCore, not 1\.1\.0\.0/,
    ],
    [
      "a version that is a number",
      entry("uniqueName: ContosoCore, file: core.zip, version: 1.0"),
      {},
      "PSC-E011",
      FIRST,
      57,
      /the number 1\.0/,
    ],
    [
      "an unmanaged file",
      entry('uniqueName: ContosoCore, file: core.zip, version: "1.0.0.0"'),
      { "manifests/core.zip": solutionFile("ContosoCore", { managed: false }) },
      "PSC-E077",
      FIRST,
      38,
      /core\.zip is unmanaged/,
    ],
    [
      "what nobody has required",
      entry('uniqueName: ContosoCore, file: core.zip, version: "1.0.0.0", requires: [Fabrikam]'),
      {},
      "PSC-E077",
      FIRST,
      79,
      /ContosoCore requires Fabrikam, which the manifest does not have/,
    ],
    [
      "a later one required",
      entry('uniqueName: ContosoVisits, file: visits.zip, version: "1.2.0.0", requires: [ContosoCore]') +
        CORE,
      {},
      "PSC-E077",
      FIRST,
      83,
      /ContosoVisits requires ContosoCore, which does not come before it/,
    ],
    [
      "a later one needed by the file",
      entry('uniqueName: ContosoVisits, file: visits.zip, version: "1.2.0.0"') + CORE,
      { "manifests/visits.zip": solutionFile("ContosoVisits", { version: "1.2.0.0", needs: "ContosoCore" }) },
      "PSC-E077",
      FIRST,
      19,
      /ContosoVisits uses components of ContosoCore, as its file says, which comes after it/,
    ],
    ["the same twice", CORE + CORE, {}, "PSC-E077", FIRST + 1, 19, /ContosoCore is listed twice/],
    [
      "no file",
      entry("uniqueName: ContosoCore, version: '1.0'"),
      {},
      "PSC-E013",
      FIRST,
      5,
      /file is missing/,
    ],
    [
      "an unset variable",
      entry(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the spec language
        'uniqueName: ContosoCore, file: core.zip, version: "1.0.0.0", variables: { contoso_A: "${env:NOWHERE}" }',
      ),
      {},
      "PSC-E030",
      FIRST,
      92,
      /NOWHERE is not set/,
    ],
  ])("are refused with %s", (_, solutions, files, code, line, column, message) => {
    const result = load(solutions, files);
    const problems = result.ok ? [] : result.problems;
    expect(
      problems.map((one) => [one.code, one.location?.file, one.location?.line, one.location?.column]),
    ).toEqual([[code, "manifests/mine.yaml", line, column]]);
    expect(problems[0]?.message).toMatch(message);
  });

  test("are not listed in the spec again", () => {
    const result = load(CORE, {}, { spec: "ownSolutions: [{ file: ../manifests/core.zip }]\n" });
    expect(result.ok ? [] : result.problems.map((one) => [one.code, one.message])).toEqual([
      ["PSC-E038", "manifests/core.zip holds ContosoCore, which the manifest my-solution lists as well"],
    ]);
  });
});

test("ownSolutions come after those they need", () => {
  const result = folderWith({
    "base.yaml": BASE,
    "core.zip": solutionFile("ContosoCore"),
    "visits.zip": solutionFile("ContosoVisits", { needs: "ContosoCore" }),
    "env.yaml": "extends: base.yaml\nownSolutions:\n  - { file: visits.zip }\n  - { file: core.zip }\n",
  }).load("env.yaml");
  expect(result.ok ? [] : result.problems.map((one) => [one.code, one.location?.line, one.message])).toEqual([
    ["PSC-E038", 3, "ContosoVisits uses components of ContosoCore, as its file says, which comes after it"],
  ]);
});
