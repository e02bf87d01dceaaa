import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { MINUTE, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeEach(async () => {
  organization = await startOrganization();
});
afterEach(() => organization.close());

interface Packed {
  readonly name?: string;
  readonly version?: string;
  /** A component of this solution is needed. */
  readonly needs?: string;
  readonly files?: readonly string[];
}

/** A solution file as base64; checksums are left out, since nobody reads them. */
function solutionFile({ name = "Clinic", version = "1.0.0.0", needs, files }: Packed = {}): string {
  const manifest = `<?xml version="1.0" encoding="utf-8"?><ImportExportXml version="9.2"><SolutionManifest>
    <UniqueName>${name}</UniqueName><LocalizedNames><LocalizedName description="The ${name}" languagecode="1033" /></LocalizedNames>
    <Version>${version}</Version><Managed>1</Managed>
    <Publisher><UniqueName>contoso</UniqueName><LocalizedNames><LocalizedName description="Contoso" languagecode="1033" /></LocalizedNames><CustomizationPrefix>con</CustomizationPrefix></Publisher>
    <RootComponents><RootComponent type="1" schemaName="contact" /></RootComponents>
    <MissingDependencies>${needs === undefined ? "" : `<MissingDependency><Required type="1" schemaName="con_thing" displayName="Thing" solution="${needs} (1.0)" /><Dependent type="60" displayName="Information" parentDisplayName="Visit" /></MissingDependency>`}</MissingDependencies>
  </SolutionManifest></ImportExportXml>`;
  const content = (file: string): string => (file === "solution.xml" ? manifest : "<x/>");
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files ?? ["[Content_Types].xml", "customizations.xml", "solution.xml"]) {
    const packed = deflateRawSync(Buffer.from(content(file)));
    const fileName = Buffer.from(file);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt16LE(fileName.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(fileName.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, fileName);
    local.push(header, fileName, packed);
    offset += 30 + fileName.length + packed.length;
  }
  const end = Buffer.alloc(22);
  const listing = Buffer.concat(directory);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, listing, end]).toString("base64");
}

const post = (operation: string, body: object) => organization.ask("POST", operation, { body });
const job = async (id: string) => (await organization.get(`asyncoperations(${id})`)).body;

describe("solution import", () => {
  it("stages, imports, advances by the clock and reports its result", async () => {
    const staged = await post("StageSolution", { CustomizationFile: solutionFile() });
    expect(staged.status).toBe(200);
    const results = staged.body.StageSolutionResults;
    expect(results).toMatchObject({
      StageSolutionStatus: "Passed",
      SolutionDetails: { SolutionUniqueName: "Clinic", SolutionVersion: "1.0.0.0", IsManaged: true },
      MissingDependencies: [],
      SolutionValidationResults: [],
    });
    const started = await post("ImportSolutionAsync", {
      PublishWorkflows: true,
      OverwriteUnmanagedCustomizations: false,
      SolutionParameters: { StageSolutionUploadId: results.StageSolutionUploadId },
    });
    expect(started.status).toBe(200);
    const { ImportJobKey, AsyncOperationId } = started.body;
    expect(await job(AsyncOperationId)).toMatchObject({
      statecode: 0,
      statuscode: 0,
      operationtype: 54,
      messagename: "ImportSolutionAsync",
      completedon: null,
    });
    expect((await organization.get(`importjobs(${ImportJobKey})`)).status).toBe(404);
    await organization.pass(MINUTE / 2);
    expect(await job(AsyncOperationId)).toMatchObject({ statecode: 2, statuscode: 20 });
    await organization.pass(3 * MINUTE);
    expect(await job(AsyncOperationId)).toMatchObject({ statecode: 3, statuscode: 30, message: null });
    const result = await organization.get(`RetrieveSolutionImportResult(ImportJobId=${ImportJobKey})`);
    expect(result.body.SolutionOperationResult).toMatchObject({ Status: "Passed", ErrorMessages: [] });
    const installed = await organization.get("solutions?$filter=uniquename eq 'Clinic'&$expand=publisherid");
    expect(installed.body.value).toMatchObject([
      { version: "1.0.0.0", ismanaged: true, publisherid: { uniquename: "contoso" } },
    ]);
    prove({
      api: "Dataverse Web API",
      operation: "POST /StageSolution, /ImportSolutionAsync, GET /RetrieveSolutionImportResult",
      proof: "documentation",
    });
  });

  it("allows one solution operation at a time", async () => {
    await post("ImportSolutionAsync", { CustomizationFile: solutionFile() });
    for (const [operation, body, word] of [
      ["ImportSolutionAsync", { CustomizationFile: solutionFile({ name: "Other" }) }, "Import"],
      ["PublishAllXml", {}, "PublishAll"],
    ] as const) {
      const refused = await post(operation, body);
      expect([refused.status, refused.body.error.code]).toEqual([429, "0x80071151"]);
      expect(refused.body.error.message).toContain(
        `Cannot start the requested operation [${word}] because there is another [Import] running at this moment.`,
      );
    }
    await organization.pass(3 * MINUTE);
    expect((await post("PublishAllXml", {})).status).toBe(204);
  });

  it("fails in the job, with HTTP 200, when a dependency is missing", async () => {
    const file = solutionFile({ needs: "NotThere" });
    const staged = await post("StageSolution", { CustomizationFile: file });
    expect([staged.status, staged.body.StageSolutionResults.StageSolutionStatus]).toEqual([200, "Failed"]);
    expect(staged.body.StageSolutionResults.MissingDependencies).toEqual([
      expect.objectContaining({
        RequiredComponentSchemaName: "con_thing",
        RequiredComponentType: "1",
        RequiredSolutionName: "NotThere",
        DependentComponentDisplayName: "Information",
        DependentComponentParentDisplayName: "Visit",
      }),
    ]);
    const { AsyncOperationId, ImportJobKey } = (
      await post("StageAndUpgradeAsync", { CustomizationFile: file })
    ).body;
    await organization.pass(3 * MINUTE);
    const failed = await job(AsyncOperationId);
    expect(failed).toMatchObject({ statecode: 3, statuscode: 31, errorcode: 0x8004801d - 2 ** 32 });
    expect(failed.message).toContain(
      '<Required type="1" schemaName="con_thing" displayName="Thing" solution="NotThere (1.0)" />',
    );
    const result = await organization.get(`RetrieveSolutionImportResult(ImportJobId=${ImportJobKey})`);
    expect([result.status, result.body.SolutionOperationResult.Status]).toEqual([200, "Failed"]);
    expect((await organization.get("solutions?$filter=uniquename eq 'Clinic'")).body.value).toEqual([]);
  });

  it.each([
    ["text that is no archive", "StageSolution", { CustomizationFile: "bm90IGEgemlw" }, 400, "0x80048060"],
    [
      "an archive without a manifest",
      "StageSolution",
      { CustomizationFile: solutionFile({ files: ["a.xml"] }) },
      400,
      "0x80048060",
    ],
    ["no file", "StageSolution", {}, 400, "0x80040203"],
    [
      "an upload id that nobody staged",
      "ImportSolutionAsync",
      { SolutionParameters: { StageSolutionUploadId: "x" } },
      400,
      "0x80040203",
    ],
    ["an unknown holding solution", "DeleteAndPromote", { UniqueName: "Nothing" }, 404, "0x80040217"],
  ])("refuses %s", async (_what, operation, body, status, code) => {
    const answer = await post(operation, body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(Object.keys(answer.body)).toEqual(["error"]);
  });

  it("refuses a job id that is in use", async () => {
    const ImportJobId = "aaaaaaaa-0000-4000-8000-000000000001";
    await post("ImportSolutionAsync", { CustomizationFile: solutionFile(), ImportJobId });
    await organization.pass(3 * MINUTE);
    const again = await post("ImportSolutionAsync", { CustomizationFile: solutionFile(), ImportJobId });
    expect([again.status, again.body.error.code]).toEqual([400, "0x80071155"]);
  });

  it("puts a holding solution in the place of its base", async () => {
    await post("ImportSolutionAsync", { CustomizationFile: solutionFile() });
    await organization.pass(3 * MINUTE);
    await post("ImportSolutionAsync", {
      CustomizationFile: solutionFile({ version: "2.0.0.0" }),
      HoldingSolution: true,
    });
    await organization.pass(3 * MINUTE);
    const versions = async () =>
      (
        await organization.get("solutions?$select=uniquename,version&$filter=startswith(uniquename,'Clinic')")
      ).body.value.map((row: Record<string, string>) => [row["uniquename"], row["version"]]);
    expect(await versions()).toEqual([
      ["Clinic", "1.0.0.0"],
      ["Clinic_Upgrade", "2.0.0.0"],
    ]);
    const promoted = await post("DeleteAndPromote", { UniqueName: "Clinic" });
    expect(promoted.status).toBe(200);
    expect(await versions()).toEqual([["Clinic", "2.0.0.0"]]);
  });
});
