import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import type { World } from "../world.ts";
import { dataverseError } from "./errors.ts";
import { requireGeneralPrivilege } from "./privileges.ts";
import { changeRow, findRow, findRowBy, insertRow, tableOf, textOf, timestamp } from "./rows.ts";
import { type Session, systemSession } from "./session.ts";
import { refuseDuringImport } from "./solution-import.ts";
import { DATAVERSE, type DataverseState, type JsonObject, type Row } from "./state.ts";

/**
 * Exporting solutions ("Solution staging with asynchronous import and export", Power Apps ALM guide). Assumptions: how
 * long it takes, and the codes of the refusals.
 */

export const EXPORT_MS = 30_000;
export const EXPORT_ENDS = "dataverse.export-ends";

const EXPORT_SOLUTION = 202;
const READY = { statecode: 0, statuscode: 0 };
const SUCCEEDED = { statecode: 3, statuscode: 30 };

/** A ZIP archive has no earlier date. */
const DATED = { mtime: new Date("1980-01-02T00:00:00Z") };

function manifestOf(session: Session, solution: Row): string {
  const publisher = findRow(session.organization, "publisher", textOf(solution, "_publisherid_value"));
  const label = (text: string): string =>
    `<LocalizedNames><LocalizedName description="${text}" languagecode="1033" /></LocalizedNames>`;
  return `<ImportExportXml><SolutionManifest><UniqueName>${textOf(solution, "uniquename")}</UniqueName>${label(textOf(solution, "friendlyname"))}<Version>${textOf(solution, "version")}</Version><Managed>0</Managed><Publisher><UniqueName>${textOf(publisher, "uniquename")}</UniqueName>${label(textOf(publisher, "friendlyname"))}<CustomizationPrefix>${textOf(publisher, "customizationprefix")}</CustomizationPrefix></Publisher><RootComponents /><MissingDependencies /></SolutionManifest></ImportExportXml>`;
}

/** The file the solution came from, or one of its manifest alone when it was made here. */
function fileOf(session: Session, solution: Row, managed: boolean): string {
  const imported = session.organization.solutionFiles?.[textOf(solution, "uniquename")];
  const files: Record<string, Uint8Array> =
    imported === undefined
      ? {
          "solution.xml": strToU8(manifestOf(session, solution)),
          "customizations.xml": strToU8("<ImportExportXml />"),
          "[Content_Types].xml": strToU8("<Types />"),
        }
      : unzipSync(Buffer.from(imported, "base64"));
  const manifest = strFromU8(files["solution.xml"] ?? new Uint8Array())
    .replace(/<Managed>\d<\/Managed>/, `<Managed>${managed ? 1 : 0}</Managed>`)
    .replace(/<Version>[^<]*<\/Version>/, `<Version>${textOf(solution, "version")}</Version>`);
  const dated: Zippable = Object.fromEntries(
    Object.entries({ ...files, "solution.xml": strToU8(manifest) }).map(([name, bytes]) => [
      name,
      [bytes, DATED],
    ]),
  );
  return Buffer.from(zipSync(dated)).toString("base64");
}

/** `ExportSolutionAsync`: the keys of the job and of what it will have made. */
export function startExport(session: Session, body: JsonObject): JsonObject {
  requireGeneralPrivilege(session, "prvExportCustomization");
  const name = body["SolutionName"];
  if (typeof name !== "string" || name === "")
    throw dataverseError(400, "0x80040203", "Required field 'SolutionName' is missing");
  const { organization, world } = session;
  const solution = findRowBy(organization, "solution", { uniquename: name });
  if (solution === undefined)
    throw dataverseError(404, "0x80040217", `The solution with unique name ${name} was not found.`);
  if (solution["ismanaged"] === true)
    throw dataverseError(400, "0x80040203", "Managed solutions cannot be exported.");
  refuseDuringImport(session, "Export");
  const job = insertRow(session, "asyncoperation", {
    name: "ExportSolution",
    messagename: "ExportSolutionAsync",
    operationtype: EXPORT_SOLUTION,
    ...READY,
    correlationid: world.newId(),
    retrycount: 0,
  });
  const asyncOperationId = textOf(job, "asyncoperationid");
  const exportJobId = world.newId();
  organization.exports = {
    ...organization.exports,
    [exportJobId]: { asyncOperationId, file: fileOf(session, solution, body["Managed"] === true) },
  };
  world.schedule(EXPORT_MS, EXPORT_ENDS, { domainName: organization.domainName, asyncOperationId });
  return { AsyncOperationId: asyncOperationId, ExportJobId: exportJobId };
}

export function endExport(payload: JsonObject, world: World): void {
  const { organizations } = world.slice<DataverseState>(DATAVERSE);
  const organization = organizations[String(payload["domainName"])];
  if (organization === undefined) return;
  const job = findRow(organization, "asyncoperation", String(payload["asyncOperationId"]));
  if (job === undefined) return;
  const session = systemSession(world, organization);
  changeRow(session, tableOf(session, "asyncoperation"), job, {
    ...SUCCEEDED,
    completedon: timestamp(session),
  });
}

/** `DownloadSolutionExportData`. */
export function downloadExport(session: Session, body: JsonObject): JsonObject {
  requireGeneralPrivilege(session, "prvExportCustomization");
  const { organization } = session;
  const made = organization.exports?.[String(body["ExportJobId"] ?? "")];
  const job = made === undefined ? undefined : findRow(organization, "asyncoperation", made.asyncOperationId);
  if (made === undefined || job?.["statecode"] !== SUCCEEDED.statecode)
    throw dataverseError(400, "0x80040203", "The export job was not found or has not completed.");
  return { ExportSolutionFile: made.file };
}
