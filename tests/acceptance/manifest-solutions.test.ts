import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solution, type Wanted } from "./solution-files.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const DATAVERSE = "https://contosohealth-dev.crm.dynamics.com";
const SHIPPED = join(import.meta.dirname, "../../solution-manifests/patient-contact-center.yaml");

let place: Workplace;
const put = (file: string, wanted: Wanted): void =>
  writeFileSync(join(place.folder, "manifests", file), solution(wanted));

/** The shipped manifest with solutions of one's own. */
function manifest(solutions: string): void {
  const text = readFileSync(SHIPPED, "utf8").replace("name: patient-contact-center", "name: contoso");
  place.write("manifests/contoso.yaml", `${text}\nsolutions:\n${solutions}`);
}

beforeAll(async () => {
  place = await openWorkplace();
  mkdirSync(join(place.folder, "manifests"));
  put("core.zip", { name: "ContosoCore", version: "1.0.0.0", variables: ["contoso_Clinic"] });
  put("visits.zip", { name: "ContosoVisits", version: "1.2.0.0" });
  put("own.zip", { name: "ContosoOwn", version: "1.0.0.0" });
  place.write(
    "contoso.yaml",
    "extends: dev.yaml\nsolution: manifests/contoso.yaml\nownSolutions: [{ file: manifests/own.zip }]\n",
  );
});
afterAll(() => place.close());

async function dataverse(method: string, path: string) {
  const token = await place.sandbox.token("admin", DATAVERSE);
  return place.sandbox.ask(method, `${DATAVERSE}/api/data/v9.2/${path}`, { token });
}

async function installed(): Promise<Record<string, { id: string; version: string }>> {
  const { body } = await dataverse("GET", "solutions?$filter=ismanaged eq true");
  const rows = body.value as { uniquename: string; version: string; solutionid: string }[];
  return Object.fromEntries(
    rows.map((row) => [row.uniquename, { id: row.solutionid, version: row.version }]),
  );
}

const CORE = `  - uniqueName: ContosoCore
    file: core.zip
    version: "1.0.0.0"
    requires: [OmnichannelPrimeAnchor]
    variables: { contoso_Clinic: "\${env:CLINIC:-North}" }
`;
const VISITS = `  - uniqueName: ContosoVisits
    file: visits.zip
    version: "1.2.0.0"
    mode: update
    requires: [HealthcareFoundationAnchor, ContosoCore]
`;

describe("solutions of a manifest", () => {
  it("are imported after what they require and before ownSolutions", async () => {
    manifest(CORE + VISITS);
    const mark = await place.mark();
    const ran = await place.psc("deploy contoso.yaml --output json");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await installed()).toMatchObject({
      ContosoCore: { version: "1.0.0.0" },
      ContosoVisits: { version: "1.2.0.0" },
      ContosoOwn: { version: "1.0.0.0" },
    });
    const { body } = await dataverse("GET", "environmentvariablevalues?$select=value");
    expect(body.value).toEqual([expect.objectContaining({ value: "North" })]);
    const order = (ran.json.finished as { address: string }[])
      .map(
        ({ address }) =>
          /^(?:dataverse\.solution|power-platform\.application-package)\["(.*)"\]$/.exec(address)?.[1],
      )
      .filter((name) => name !== undefined);
    for (const [before, after] of [
      ["OmnichannelPrimeAnchor", "ContosoCore"],
      ["ContosoCore", "ContosoVisits"],
      ["HealthcareFoundationAnchor", "ContosoVisits"],
      ["ContosoVisits", "ContosoOwn"],
    ] as const)
      expect(order.indexOf(before)).toBeLessThan(order.indexOf(after));
    expect((await place.writes(mark)).some(({ url }) => url.endsWith("StageSolution"))).toBe(true);
    const again = await place.psc("plan contoso.yaml --output json");
    expect(again.json.summary).toMatchObject({ create: 0, update: 0 });
  });

  it("that fail name the component, its owner and what needs it, and what waits for them is told", async () => {
    put("visits.zip", { name: "ContosoVisits", version: "1.3.0.0", needs: "FabrikamBase" });
    put("late.zip", { name: "ContosoLate", version: "1.0.0.0" });
    manifest(
      `${CORE}${VISITS.replace("1.2.0.0", "1.3.0.0")}  - { uniqueName: ContosoLate, file: late.zip, version: "1.0.0.0", requires: [ContosoVisits] }\n`,
    );
    const ran = await place.psc("deploy contoso.yaml --verbose");
    expect(ran.code).toBe(1);
    const said = (ran.stdout + ran.stderr).replace(/\s+/g, " ");
    expect(said).toContain("PSC-E451");
    expect(said).toContain(
      'table contoso_visit is missing, which solution FabrikamBase has and form "Information" of Visit needs',
    );
    expect(said).toContain("import FabrikamBase first: list it before ContosoVisits");
    expect(said).toContain('solution ContosoLate waits for dataverse.solution["ContosoVisits"]');
  });

  it("whose import fails later name the same, from the words of the job", async () => {
    put("base.zip", { name: "FabrikamBase", version: "1.0.0.0" });
    manifest(`${CORE}  - { uniqueName: FabrikamBase, file: base.zip, version: "1.0.0.0" }\n`);
    expect((await place.psc("deploy contoso.yaml")).code).toBe(0);
    manifest(CORE + VISITS.replace("1.2.0.0", "1.3.0.0"));
    // Slow enough for the base to vanish between staging and import.
    await place.sandbox.control("POST", "clock", { speed: 300 });
    const mark = await place.mark();
    const running = place.psc("deploy contoso.yaml");
    const ordered = async (): Promise<boolean> =>
      (await place.writes(mark)).some(({ url }) => url.endsWith("ImportSolutionAsync"));
    while (!(await ordered())) await new Promise((resolve) => setImmediate(resolve));
    const { id } = (await installed())["FabrikamBase"] ?? { id: "" };
    expect((await dataverse("DELETE", `solutions(${id})`)).status).toBe(204);
    const ran = await running;
    await place.sandbox.control("POST", "clock", { speed: 14_400 });
    const said = (ran.stdout + ran.stderr).replace(/\s+/g, " ");
    expect([ran.code, said]).toEqual([1, expect.stringContaining("PSC-E452")]);
    expect(said).toContain(
      'table contoso_visit is missing, which solution FabrikamBase has and form "Information" of Visit needs',
    );
    expect(said).not.toContain("<MissingDependency");
  });
});
