import type { World } from "../world.ts";
import { dataverseError, rowNotFound } from "./errors.ts";
import { requireGeneralPrivilege } from "./privileges.ts";
import { guidOf } from "./resource-path.ts";
import {
  changeRow,
  findRow,
  findRowBy,
  insertRow,
  removeRow,
  rowsOf,
  tableOf,
  textOf,
  timestamp,
} from "./rows.ts";
import { type Session, systemSession } from "./session.ts";
import { type MissingComponent, readSolutionPackage, type SolutionPackage } from "./solution-package.ts";
import { DATAVERSE, type DataverseState, type Json, type JsonObject, type Row } from "./state.ts";

/**
 * Importing solutions ("Solution staging with asynchronous import and export", Power Apps ALM guide; bodies and times
 * as recorded by microsoft/terraform-provider-power-platform, internal/services/solution/tests).
 */

/** From the order to the start, and from the start to the end, of the recorded import. */
export const IMPORT_START_MS = 25_000;
export const IMPORT_MS = 118_000;

export const IMPORT_STARTS = "dataverse.import-starts";
export const IMPORT_ENDS = "dataverse.import-ends";

const EXECUTE_ASYNC = 54;
const STATE = { ready: 0, locked: 2, completed: 3 };
const STATUS = { waitingForResources: 0, inProgress: 20, succeeded: 30, failed: 31 };

const isImport = (row: Row): boolean => ["ImportSolution", "StageAndUpgrade"].includes(textOf(row, "name"));

/**
 * Refuses while another solution operation runs. Text: "Solution operation fails with CustomizationLockException"
 * (Microsoft support); status 429 as
 * several public clients quote it from live organizations.
 */
export function refuseDuringImport(session: Session, operation: string): void {
  const running = rowsOf(session.organization, "asyncoperation").some(
    (row) => isImport(row) && row["statecode"] !== STATE.completed,
  );
  if (running)
    throw dataverseError(
      429,
      "0x80071151",
      `Cannot start the requested operation [${operation}] because there is another [Import] running at this moment. Use Solution History for more details. -- The solution installation or removal failed due to the installation or removal of another solution at the same time. Please try again later.`,
    );
}

function invalidArgument(message: string): never {
  throw dataverseError(400, "0x80040203", message);
}

function textIn(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Missing components by the solutions that are not installed. */
function missingIn(session: Session, solution: SolutionPackage): SolutionPackage["missing"] {
  const installed = new Set(rowsOf(session.organization, "solution").map((row) => textOf(row, "uniquename")));
  return solution.missing.filter(({ solution: owner }) => !installed.has(owner));
}

/**
 * One of `StageSolutionResults.MissingDependencies`, with the members of the SDK's `MissingDependency`
 * (microsoft/terraform-provider-power-platform:internal/services/solution/dto.go). The type is a text there; that it is
 * the number as in the file is an **assumption**.
 */
function stagedDependency({ schemaName, solution, required, dependent }: MissingComponent): Json {
  const of = (part: string, component: Readonly<Record<string, string>>, name: string): JsonObject => ({
    [`${part}ComponentSchemaName`]: name,
    [`${part}ComponentDisplayName`]: component["displayName"] ?? "",
    [`${part}ComponentParentSchemaName`]: component["parentSchemaName"] ?? "",
    [`${part}ComponentParentDisplayName`]: component["parentDisplayName"] ?? "",
    [`${part}ComponentType`]: component["type"] ?? "",
  });
  return {
    ...of("Required", required, schemaName),
    RequiredSolutionName: solution,
    ...of("Dependent", dependent, dependent["schemaName"] ?? ""),
  };
}

/**
 * Text and code of an import whose dependencies are missing, as quoted in "Export and import folders" (Power Apps) and
 * in public import logs.
 */
const MISSING_DEPENDENCIES = 0x8004801d - 2 ** 32;

function missingMessage(uniqueName: string, missing: readonly MissingComponent[]): string {
  const tag = (name: string, attributes: Readonly<Record<string, string>>): string =>
    `<${name} ${Object.entries(attributes)
      .map(([key, value]) => `${key}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`)
      .join(" ")} />`;
  const listed = missing.map(
    ({ required, dependent }) =>
      `<MissingDependency>${tag("Required", required)}${tag("Dependent", dependent)}</MissingDependency>`,
  );
  return `The following solution cannot be imported: ${uniqueName}. Some dependencies are missing. The missing dependencies are : <MissingDependencies>${listed.join("")}</MissingDependencies> , ProductUpdatesOnly : False`;
}

/** `StageSolution`: 200 whether the solution passes or not; `StageSolutionStatus` tells. */
export function stageSolution(session: Session, body: JsonObject): JsonObject {
  requireGeneralPrivilege(session, "prvImportCustomization");
  const file =
    textIn(body, "CustomizationFile") ?? invalidArgument("Required field 'CustomizationFile' is missing");
  const solution = readSolutionPackage(file);
  const missing = missingIn(session, solution);
  const uploadId = session.world.newId();
  const { organization } = session;
  organization.stagedSolutions = { ...organization.stagedSolutions, [uploadId]: file };
  const previous = findRowBy(organization, "solution", { uniquename: solution.uniqueName });
  const { publisher } = solution;
  return {
    StageSolutionResults: {
      StageSolutionUploadId: uploadId,
      StageSolutionStatus: missing.length === 0 ? "Passed" : "Failed",
      SolutionComponentsDetails: [
        {
          ComponentName: solution.friendlyName,
          ComponentTypeName: "solution",
          IsPresentInOrg: "Unknown",
          Attributes: {
            Count: 2,
            Keys: ["localizedname", "description"],
            Values: [solution.friendlyName, ""],
          },
        },
      ],
      SolutionDetails: {
        SolutionUniqueName: solution.uniqueName,
        SolutionFriendlyName: solution.friendlyName,
        SolutionDescription: "",
        PublisherUniqueName: publisher.uniqueName,
        PublisherFriendlyName: publisher.friendlyName,
        PreviousSolutionUniqueName: previous === undefined ? null : solution.uniqueName,
        PreviousSolutionFriendlyName: previous === undefined ? null : textOf(previous, "friendlyname"),
        PreviousPublisherUniqueName: null,
        PreviousPublisherFriendlyName: null,
        IsPatchSolution: false,
        IsManaged: solution.managed,
        PreviousIsManaged: previous?.["ismanaged"] ?? false,
        SolutionVersion: solution.version,
        PreviousSolutionVersion: previous === undefined ? null : textOf(previous, "version"),
        PreviousPatchSolutionsNames: [],
        IsPrerequisitesExport: false,
        HasPendingUpgrade: false,
      },
      MissingDependencies: missing.map(stagedDependency),
      SolutionValidationResults: [],
    },
  };
}

function packageOf(session: Session, body: JsonObject): string {
  const given = textIn(body, "CustomizationFile");
  if (given !== undefined) return given;
  const parameters = body["SolutionParameters"];
  const uploadId =
    typeof parameters === "object" && parameters !== null && !Array.isArray(parameters)
      ? textIn(parameters, "StageSolutionUploadId")
      : undefined;
  if (uploadId === undefined) return invalidArgument("Required field 'CustomizationFile' is missing");
  const staged = session.organization.stagedSolutions ?? {};
  const file = Object.hasOwn(staged, uploadId) ? staged[uploadId] : undefined;
  return file ?? invalidArgument(`The staged solution ${uploadId} was not found.`);
}

/** `ImportSolutionAsync` and `StageAndUpgradeAsync`: the job's keys; what becomes of it is in `asyncoperations`. */
export function startImport(session: Session, upgrade: boolean, body: JsonObject): JsonObject {
  requireGeneralPrivilege(session, "prvImportCustomization");
  const { organization, world } = session;
  const file = packageOf(session, body);
  readSolutionPackage(file);
  const importJobId = guidOf(textIn(body, "ImportJobId") ?? "") ?? world.newId();
  if (findRow(organization, "importjob", importJobId) !== undefined)
    throw dataverseError(400, "0x80071155", `The import job id ${importJobId} is already in use.`);
  refuseDuringImport(session, "Import");
  const job = insertRow(session, "asyncoperation", {
    name: upgrade ? "StageAndUpgrade" : "ImportSolution",
    messagename: upgrade ? "StageAndUpgradeAsync" : "ImportSolutionAsync",
    operationtype: EXECUTE_ASYNC,
    statecode: STATE.ready,
    statuscode: STATUS.waitingForResources,
    correlationid: world.newId(),
    retrycount: 0,
  });
  const asyncOperationId = textOf(job, "asyncoperationid");
  const staged = Object.entries(organization.stagedSolutions ?? {}).filter(([, other]) => other !== file);
  organization.stagedSolutions = Object.fromEntries(staged);
  const payload: JsonObject = {
    domainName: organization.domainName,
    asyncOperationId,
    importJobId,
    file,
    holding: !upgrade && body["HoldingSolution"] === true,
    parameters: Array.isArray(body["ComponentParameters"]) ? body["ComponentParameters"] : [],
  };
  world.schedule(IMPORT_START_MS, IMPORT_STARTS, payload);
  // Both moments are fixed by the order: how long a job takes must not depend on when somebody looks.
  world.schedule(IMPORT_START_MS + IMPORT_MS, IMPORT_ENDS, payload);
  return { ImportJobKey: importJobId, AsyncOperationId: asyncOperationId };
}

function jobOf(payload: JsonObject, world: World): { session: Session; job: Row } | undefined {
  const { organizations } = world.slice<DataverseState>(DATAVERSE);
  const organization = organizations[String(payload["domainName"])];
  if (organization === undefined) return undefined;
  const job = findRow(organization, "asyncoperation", String(payload["asyncOperationId"]));
  return job === undefined ? undefined : { session: systemSession(world, organization), job };
}

/** The job takes up its work; from now on there is an `importjobs` row. */
export function beginImport(payload: JsonObject, world: World): void {
  const found = jobOf(payload, world);
  if (found === undefined) return;
  const { session, job } = found;
  const startedon = timestamp(session);
  changeRow(session, tableOf(session, "asyncoperation"), job, {
    statecode: STATE.locked,
    statuscode: STATUS.inProgress,
    startedon,
  });
  const solution = readSolutionPackage(String(payload["file"]));
  insertRow(session, "importjob", {
    importjobid: String(payload["importJobId"]),
    solutionname: solution.uniqueName,
    progress: 0,
    startedon,
  });
}

function publisherId(session: Session, { publisher }: SolutionPackage): string {
  const known =
    findRowBy(session.organization, "publisher", { uniquename: publisher.uniqueName }) ??
    insertRow(session, "publisher", {
      uniquename: publisher.uniqueName,
      friendlyname: publisher.friendlyName,
      customizationprefix: publisher.prefix,
    });
  return textOf(known, "publisherid");
}

function storeSolution(session: Session, solution: SolutionPackage, holding: boolean): void {
  const { organization } = session;
  const known = findRowBy(organization, "solution", { uniquename: solution.uniqueName });
  const uniquename = holding && known !== undefined ? `${solution.uniqueName}_Upgrade` : solution.uniqueName;
  const values: Row = {
    uniquename,
    friendlyname: solution.friendlyName,
    version: solution.version,
    ismanaged: solution.managed,
    isvisible: true,
    solutionpackageversion: "9.2",
    _publisherid_value: publisherId(session, solution),
  };
  const target = findRowBy(organization, "solution", { uniquename });
  if (target === undefined) insertRow(session, "solution", { ...values, installedon: timestamp(session) });
  else changeRow(session, tableOf(session, "solution"), target, { ...values, updatedon: timestamp(session) });
}

/** Kind of component of an environment variable's definition (`solutioncomponent`, component type). */
const VARIABLE_DEFINITION = 380;

function storeDefinitions(session: Session, { components }: SolutionPackage): void {
  for (const { type, schemaName } of components) {
    if (type !== VARIABLE_DEFINITION) continue;
    const known = findRowBy(session.organization, "environmentvariabledefinition", {
      schemaname: schemaName,
    });
    if (known === undefined)
      insertRow(session, "environmentvariabledefinition", {
        schemaname: schemaName,
        displayname: schemaName,
        type: 100000000,
      });
  }
}

/** Values the import was given for environment variables that exist. */
function storeVariables(session: Session, parameters: Json | undefined): void {
  for (const parameter of Array.isArray(parameters) ? parameters : []) {
    if (typeof parameter !== "object" || parameter === null || Array.isArray(parameter)) continue;
    if (parameter["@odata.type"] !== "Microsoft.Dynamics.CRM.environmentvariablevalue") continue;
    const schemaname = String(parameter["schemaname"] ?? "");
    const definition = findRowBy(session.organization, "environmentvariabledefinition", { schemaname });
    if (definition === undefined) continue;
    const link = {
      _environmentvariabledefinitionid_value: textOf(definition, "environmentvariabledefinitionid"),
    };
    const known = findRowBy(session.organization, "environmentvariablevalue", link);
    const value = String(parameter["value"] ?? "");
    if (known === undefined) insertRow(session, "environmentvariablevalue", { ...link, schemaname, value });
    else changeRow(session, tableOf(session, "environmentvariablevalue"), known, { value });
  }
}

/** The job ends; a solution whose dependencies are missing fails and changes nothing. */
export function endImport(payload: JsonObject, world: World): void {
  const found = jobOf(payload, world);
  if (found === undefined) return;
  const { session, job } = found;
  const solution = readSolutionPackage(String(payload["file"]));
  const missing = missingIn(session, solution);
  const failed = missing.length > 0;
  const fresh =
    findRowBy(session.organization, "solution", { uniquename: solution.uniqueName }) === undefined;
  if (!failed) {
    storeSolution(session, solution, payload["holding"] === true);
    storeDefinitions(session, solution);
    const { organization } = session;
    organization.solutionFiles = {
      ...organization.solutionFiles,
      [solution.uniqueName]: String(payload["file"]),
    };
    storeVariables(session, payload["parameters"]);
  }
  const completedon = timestamp(session);
  const message = failed ? missingMessage(solution.uniqueName, missing) : null;
  changeRow(session, tableOf(session, "asyncoperation"), job, {
    statecode: STATE.completed,
    statuscode: failed ? STATUS.failed : STATUS.succeeded,
    completedon,
    message,
    friendlymessage: message,
    errorcode: failed ? MISSING_DEPENDENCIES : null,
  });
  const importJob = findRow(session.organization, "importjob", String(payload["importJobId"]));
  if (importJob !== undefined)
    changeRow(session, tableOf(session, "importjob"), importJob, {
      completedon,
      progress: 100,
      operationcontext: failed ? "Failed" : "Import",
    });
  insertRow(session, "msdyn_solutionhistory", {
    msdyn_name: solution.uniqueName,
    msdyn_solutionversion: solution.version,
    msdyn_operation: 0,
    msdyn_suboperation: fresh ? 1 : 3,
    msdyn_status: 1,
    msdyn_result: !failed,
    msdyn_starttime: textOf(job, "startedon"),
    msdyn_endtime: completedon,
    msdyn_ismanaged: solution.managed,
    msdyn_exceptionmessage: message,
  });
}

/** `RetrieveSolutionImportResult(ImportJobId=…)`. */
export function importResult(session: Session, importJobId: string): JsonObject {
  const id = guidOf(importJobId) ?? invalidArgument("Expected non-empty Guid.");
  const importJob = findRow(session.organization, "importjob", id);
  if (importJob === undefined) throw rowNotFound("importjob", id);
  const failed = importJob["operationcontext"] === "Failed";
  const history = rowsOf(session.organization, "msdyn_solutionhistory").findLast(
    (row) => row["msdyn_name"] === importJob["solutionname"],
  );
  return {
    SolutionOperationResult: {
      FormattedResults:
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
      Type: "Import",
      Status: failed ? "Failed" : "Passed",
      WarningMessages: [],
      ErrorMessages: failed ? [textOf(history, "msdyn_exceptionmessage")] : [],
      ActionLink: { Label: null, Target: null },
    },
  };
}

/** `DeleteAndPromote`: the holding solution takes the place of the base solution. */
export function deleteAndPromote(session: Session, body: JsonObject): JsonObject {
  requireGeneralPrivilege(session, "prvImportCustomization");
  const name = textIn(body, "UniqueName") ?? invalidArgument("Required field 'UniqueName' is missing");
  refuseDuringImport(session, "DeleteAndPromote");
  const { organization } = session;
  const base = findRowBy(organization, "solution", { uniquename: name });
  const holding = findRowBy(organization, "solution", { uniquename: `${name}_Upgrade` });
  if (base === undefined || holding === undefined)
    throw rowNotFound("solution", "00000000-0000-0000-0000-000000000000");
  const table = tableOf(session, "solution");
  changeRow(session, table, base, { version: holding["version"] ?? null, updatedon: timestamp(session) });
  removeRow(session, table, textOf(holding, "solutionid"));
  return { SolutionId: textOf(base, "solutionid") };
}
