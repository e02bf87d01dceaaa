import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT_MEANINGS } from "../../src/cli/exit-codes.ts";
import { CONTROLS, PROBES } from "../../src/controls/index.ts";
import { resourcesOf } from "../../src/resources/index.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { loadSpec } from "../../src/spec/index.ts";
import { runLine, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const cwd = folder.path;
const psc = (line: string, env: Record<string, string> = {}): ReturnType<typeof runLine> =>
  runLine(line.split(" "), { cwd, env });
afterAll(() => folder.remove());

describe("psc init", () => {
  it("writes a base and three stages that are valid, and says what to run", async () => {
    const ran = await psc("init clinic");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("+ clinic/base.yaml");
    expect(ran.stdout).toContain("psc deploy clinic/dev.yaml --sandbox");
    const checked = await psc("validate clinic/dev.yaml clinic/test.yaml clinic/prod.yaml --output json");
    expect(checked.code).toBe(0);
    expect(checked.json).toMatchObject({ valid: true, problems: [] });
  });

  it("writes one file when asked for the minimal template", async () => {
    expect((await psc("init small --template minimal --output json")).json).toEqual({
      format: "psc.init/1",
      files: ["small/env.yaml"],
    });
    expect((await psc("validate small/env.yaml")).code).toBe(0);
  });

  it("never overwrites, and writes nothing when one file is in the way", async () => {
    writeFileSync(join(cwd, "clinic", "dev.yaml"), "mine");
    const ran = await psc("init clinic");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("PSC-E110");
    expect(readFileSync(join(cwd, "clinic", "dev.yaml"), "utf8")).toBe("mine");
  });
});

describe("psc validate", () => {
  it("names file, line and column, shows the line, and exits with 64", async () => {
    cpSync(resolve(import.meta.dirname, "../../examples/contoso"), join(cwd, "contoso"), { recursive: true });
    const file = join(cwd, "contoso", "base.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("to: Patient bot", "to: Patient bto"));
    const ran = await psc("validate contoso/dev.yaml");
    expect(ran.code).toBe(64);
    expect(ran.stdout).toMatch(/^contoso\/base\.yaml:\d+:\d+ error PSC-E012 {2}.*Patient bto/m);
    expect(ran.stdout).toMatch(/^ +│ +\^{11}$/m);
    expect(ran.stdout).toContain('did you mean "Patient bot" (declared at contoso/base.yaml:42)?');
    // The queue nobody routes to now is a consequence: shown once the error is mended.
    expect(ran.stdout).not.toContain("PSC-W117");
    const json = await psc("validate contoso/dev.yaml --output json");
    expect(json.code).toBe(64);
    expect(json.json.problems[0]).toMatchObject({
      code: "PSC-E012",
      location: { file: "contoso/base.yaml", line: expect.any(Number), column: expect.any(Number) },
    });
  });

  it("is what every other command does first: no tenant is touched", async () => {
    const ran = await psc("plan contoso/dev.yaml --sandbox");
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("PSC-E012");
    expect(ran.stderr).toContain("nothing was sent");
    expect((await psc("sandbox url")).code).toBe(1);
    expect((await psc("sandbox log")).stdout).toBe("No requests.\n");
  });
});

describe("psc schema", () => {
  it("prints the schema of the spec and of a manifest", async () => {
    expect((await psc("schema")).json).toMatchObject({ $schema: expect.stringContaining("json-schema.org") });
    const manifest = await psc("schema manifest");
    expect(manifest.json.properties).toHaveProperty("packages");
    expect((await psc("schema controls")).json.properties).toHaveProperty("controls");
  });
});

describe("psc explain", () => {
  it("explains a code in words", async () => {
    const ran = await psc("explain psc-e231");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^PSC-E231 {2}permission missing\n/);
  });

  it("explains a kind with persona, permissions and sources", async () => {
    const ran = await psc("explain omnichannel.queue --output json");
    expect(ran.json).toMatchObject({
      kind: "omnichannel.queue",
      step: 11,
      persona: "Omnichannel Administrator",
    });
    expect(ran.json.permissions.write).toContain("prvCreateQueue");
  });

  it("explains a control with level, permissions, remedy and duties", async () => {
    const ran = await psc("explain psc-iam-02");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^PSC-IAM-02 {2}\S/);
    for (const word of ["level", "rests on", "to judge it", "persona", "to mend it", "NIST"])
      expect(ran.stdout).toMatch(new RegExp(`^   ${word} +\\S`, "m"));
    const { control } = (await psc("explain PSC-IAM-02 --output json")).json;
    expect(control).toMatchObject({
      id: "PSC-IAM-02",
      level: "SHALL",
      mappings: { nist: expect.any(Array) },
    });
    expect(control.permissions).not.toEqual([]);
  });

  it("explains the control of a kind, and every control of the catalogue", async () => {
    expect((await psc("explain PSC-RES-OMNICHANNEL.QUEUE")).stdout).toMatch(/^PSC-RES-OMNICHANNEL\.QUEUE /);
    for (const { id } of CONTROLS) expect((await psc(`explain ${id}`)).stdout).toContain(`${id}  `);
    for (const { id } of PROBES) expect((await psc(`explain ${id}`)).stdout).toContain(`${id}  `);
    const wrong = await psc("explain PSC-IAM-0");
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringMatching(/did you mean "PSC-IAM-/)]);
  });

  it("knows every kind a spec leads to", () => {
    const loaded = loadSpec(resolve(import.meta.dirname, "../../examples/contoso/dev.yaml"), { env: {} });
    if (!loaded.ok) throw new AggregateError(loaded.problems);
    const known = new Set(KINDS.map(({ kind }) => kind));
    for (const { info } of resourcesOf(loaded.spec, loaded.manifest)) expect(known).toContain(info.kind);
  });

  it("lists the exit codes", async () => {
    const { stdout } = await psc("explain exit-codes");
    for (const { code, meaning } of EXIT_MEANINGS)
      expect(stdout).toContain(`${String(code).padStart(3)}  ${meaning}`);
  });

  it("lists everything when asked for nothing in particular", async () => {
    const { stdout } = await psc("explain");
    for (const { kind } of KINDS) expect(stdout).toContain(kind);
    for (const { id } of CONTROLS) expect(stdout).toContain(id);
    expect(stdout).toContain("PSC-E012");
  });
});

describe("without a run", () => {
  it("status says so", async () => {
    expect(await psc("status")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Nothing was deployed"),
    });
    const named = await psc("status small/env.yaml");
    expect(named.code).toBe(1);
    expect(named.stderr).toContain("PSC-E111");
  });
});
