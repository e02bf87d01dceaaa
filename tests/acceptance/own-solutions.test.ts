import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solution, type Wanted } from "./solution-files.ts";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const DATAVERSE = "https://contosohealth-dev.crm.dynamics.com";

let place: Workplace;
const put = (file: string, wanted: Wanted): void => writeFileSync(join(place.folder, file), solution(wanted));
const spec = (entries: string): void =>
  place.write("own.yaml", `extends: dev.yaml\nownSolutions:\n${entries}`);

beforeAll(async () => {
  place = await openWorkplace();
  put("core.zip", { name: "ContosoCore", version: "1.0.0.0", variables: ["contoso_Clinic"] });
  put("visits.zip", { name: "ContosoVisits", version: "1.2.0.0" });
  spec(
    "  - { file: core.zip, variables: { contoso_Clinic: North } }\n  - { file: visits.zip, mode: update, overwrite: true }\n",
  );
});
afterAll(() => place.close());

async function dataverse(method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", DATAVERSE);
  return place.sandbox.ask(method, `${DATAVERSE}/api/data/v9.2/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function versions(): Promise<Record<string, string>> {
  const { body } = await dataverse("GET", "solutions?$filter=startswith(uniquename,'Contoso')");
  return Object.fromEntries(
    (body.value as { uniquename: string; version: string }[]).map((row) => [row.uniquename, row.version]),
  );
}

const changes = (): Promise<string[]> => changesIn(place, "own.yaml");

const imports = async (mark: number): Promise<readonly string[]> =>
  (await place.writes(mark))
    .map(({ url }) => url.split("/").at(-1) ?? "")
    .filter((name) => /Solution|Stage/.test(name));

describe("solutions of one's own", () => {
  it("are staged and imported one after the other, with values for their variables", async () => {
    const mark = await place.mark();
    const ran = await place.psc("deploy own.yaml");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await versions()).toEqual({ ContosoCore: "1.0.0.0", ContosoVisits: "1.2.0.0" });
    expect(await imports(mark)).toEqual([
      "StageSolution",
      "ImportSolutionAsync",
      "StageSolution",
      "ImportSolutionAsync",
    ]);
    const { body } = await dataverse("GET", "environmentvariablevalues?$select=value");
    expect(body.value).toEqual([expect.objectContaining({ value: "North" })]);
    expect(await changes()).toEqual([]);
  });

  it("are upgraded or updated to a newer version, and an older one takes nothing back", async () => {
    put("core.zip", { name: "ContosoCore", version: "1.10.0.0", variables: ["contoso_Clinic"] });
    put("visits.zip", { name: "ContosoVisits", version: "1.3.0.0" });
    expect(await changes()).toEqual([
      'update dataverse.solution["ContosoCore"] version',
      'update dataverse.solution["ContosoVisits"] version',
    ]);
    const mark = await place.mark();
    expect((await place.psc("deploy own.yaml")).code).toBe(0);
    expect(await versions()).toEqual({ ContosoCore: "1.10.0.0", ContosoVisits: "1.3.0.0" });
    expect(await imports(mark)).toEqual([
      "StageSolution",
      "StageAndUpgradeAsync",
      "StageSolution",
      "ImportSolutionAsync",
    ]);
    put("core.zip", { name: "ContosoCore", version: "1.9.0.0", variables: ["contoso_Clinic"] });
    expect(await changes()).toEqual([]);
  });

  it("get their variables back without an import", async () => {
    const { body } = await dataverse("GET", "environmentvariablevalues?$select=value");
    const id = body.value[0].environmentvariablevalueid as string;
    expect((await dataverse("PATCH", `environmentvariablevalues(${id})`, { value: "South" })).status).toBe(
      204,
    );
    expect(await changes()).toEqual(['update dataverse.solution["ContosoCore"] variables.contoso_Clinic']);
    const mark = await place.mark();
    expect((await place.psc("deploy own.yaml")).code).toBe(0);
    expect(await imports(mark)).toEqual([]);
    expect(await changes()).toEqual([]);
  });

  it("name the missing component and the solution that has it", async () => {
    put("needy.zip", { name: "ContosoNeedy", version: "1.0.0.0", needs: "FabrikamBase" });
    spec("  - { file: needy.zip }\n");
    const ran = await place.psc("deploy own.yaml");
    expect(ran.code).toBe(1);
    const said = (ran.stdout + ran.stderr).replace(/\s+/g, " ");
    expect(said).toContain("PSC-E451");
    expect(said).toContain(
      'table contoso_visit is missing, which solution FabrikamBase has and form "Information" of Visit needs',
    );
    expect(said).toContain("import FabrikamBase first: list it before ContosoNeedy");
    expect(Object.keys(await versions())).not.toContain("ContosoNeedy");
  });

  it("wait for another import, and go on with their own when its answer was lost", async () => {
    put("late.zip", { name: "ContosoLate", version: "2.0.0.0" });
    put("other.zip", { name: "ContosoOther", version: "1.0.0.0" });
    // Slow enough for the other import to be under way still.
    await place.sandbox.control("POST", "clock", { speed: 300 });
    const other = solution({ name: "ContosoOther", version: "1.0.0.0" });
    const started = await dataverse("POST", "ImportSolutionAsync", {
      CustomizationFile: Buffer.from(other).toString("base64"),
      ImportJobId: crypto.randomUUID(),
      OverwriteUnmanagedCustomizations: false,
      PublishWorkflows: false,
    });
    expect(started.status).toBe(200);
    const armed = await place.sandbox.control("POST", "faults", {
      // The first is refused: the other import runs.
      when: { method: "POST", url: "/ImportSolutionAsync", skip: 1 },
      times: 1,
      action: { kind: "drop-after" },
    });
    expect(armed.status).toBe(201);
    spec("  - { file: late.zip }\n");
    const ran = await place.psc("deploy own.yaml");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    await place.sandbox.control("POST", "clock", { speed: 14_400 });
    expect(await versions()).toMatchObject({ ContosoLate: "2.0.0.0", ContosoOther: "1.0.0.0" });
    const { body } = await dataverse("GET", "msdyn_solutionhistories?$filter=msdyn_name eq 'ContosoLate'");
    expect(body.value).toHaveLength(1);
    expect(JSON.stringify(await place.requests())).toContain("drop-after");
  });

  it("are exported again, unmanaged ones only", async () => {
    put("made.zip", { name: "ContosoMade", version: "3.1.0.0", variables: ["contoso_Made"], managed: false });
    spec("  - { file: made.zip }\n");
    expect((await place.psc("deploy own.yaml")).code).toBe(0);
    const ran = await place.psc("solution export ContosoMade own.yaml --managed --output json");
    expect(ran.json).toMatchObject({ version: "3.1.0.0", file: "ContosoMade_3_1_0_0_managed.zip" });
    const files = unzipSync(readFileSync(join(place.folder, "ContosoMade_3_1_0_0_managed.zip")));
    expect(strFromU8(files["solution.xml"] ?? new Uint8Array())).toMatch(
      /ContosoMade.*<Managed>1<.*contoso_Made/,
    );
    for (const [name, words] of [
      ["ContosoCore", "PSC-E2"],
      ["Nobody", "PSC-E454"],
    ] as const) {
      const refused = await place.psc(`solution export ${name} own.yaml`);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(words)]);
    }
  });

  it("are refused in the spec when the file is none", async () => {
    place.write("text.zip", "not a zip");
    spec("  - { file: text.zip }\n  - { file: gone.zip }\n  - { file: late.zip }\n  - { file: late.zip }\n");
    const ran = await place.psc("validate own.yaml", { plain: true });
    expect(ran.code).toBe(64);
    const said = (ran.stdout + ran.stderr).replace(/\s+/g, " ");
    expect(said).toContain("own.yaml:3:13");
    expect(said).toContain("text.zip is no solution: it is no ZIP archive");
    expect(said).toContain("gone.zip does not exist");
    expect(said).toContain("holds ContosoLate, which own.yaml:5");
  });
});
