import { readFileSync } from "node:fs";
import type { FieldChange, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, OwnSolutionSpec } from "../../spec/model.ts";
import { compareVersions, digestOfFile } from "../../spec/solution-file.ts";
import { deterministicGuid } from "../azure/deterministic-guid.ts";
import { applicationPackage } from "../power-platform/application-package.ts";
import { environment } from "../power-platform/environment.ts";
import {
  type MissingDependency,
  missingInWords,
  missingRemedy,
  stagedMissing,
  toldMissing,
} from "./missing-dependencies.ts";
import { ABSENT_ENVIRONMENT, onlyRow, organization, requireOrganization } from "./organization.ts";

export interface SolutionData {
  readonly id: string;
  /** As installed. */
  readonly version: string;
}

const LOOK_EVERY_MS = 15_000;
/** Longer than the service lets an import run. Assumption: it is what the longest waits of public tools allow. */
const RUNS_AT_MOST_MS = 4 * 3_600_000;
const COMPLETED = 3;
const SUCCEEDED = 30;
/** Another solution operation runs ("Solution operation fails with CustomizationLockException"). */
const BUSY = "0x80071151";
const JOB_ID_IN_USE = "0x80071155";

function refused(
  props: OwnSolutionSpec,
  told: readonly string[],
  when: "staged" | "imported",
  context: Context,
  missing: readonly MissingDependency[] = told.flatMap(toldMissing),
): PscError {
  // What is told as XML is told in words.
  const reasons = [
    ...missing.map(missingInWords),
    ...told.filter((words) => words !== "" && toldMissing(words).length === 0),
  ];
  return new PscError({
    code: when === "staged" ? "PSC-E451" : "PSC-E452",
    message: `solution ${props.uniqueName} ${props.version} cannot be ${when}: ${reasons.join("; ") || "the service gives no reason"}`,
    remedy:
      missingRemedy(missing, props.uniqueName, context) ??
      "mend what the service's words name, or export the solution anew without it, then run the same command again",
    side: "user",
  });
}

async function installed(client: Dataverse, uniqueName: string): Promise<Row | undefined> {
  const rows = await client.list("solutions", {
    select: ["solutionid", "uniquename", "version", "ismanaged"],
    filter: `uniquename eq ${quoted(uniqueName)}`,
  });
  return onlyRow(rows ?? [], "solutionid", `solution ${uniqueName}`);
}

/** Values of environment variables by schema name; definitions come with solutions. */
async function variables(client: Dataverse): Promise<ReadonlyMap<string, Row & { definition: string }>> {
  const [definitions, values] = await Promise.all([
    client.list("environmentvariabledefinitions", {
      select: ["environmentvariabledefinitionid", "schemaname"],
    }),
    client.list("environmentvariablevalues", {
      select: ["environmentvariablevalueid", "_environmentvariabledefinitionid_value", "value"],
    }),
  ]);
  return new Map(
    (definitions ?? []).map((definition) => {
      const id = textAt(definition, "environmentvariabledefinitionid");
      const value = (values ?? []).find(
        (row) => textAt(row, "_environmentvariabledefinitionid_value") === id,
      );
      return [textAt(definition, "schemaname"), { ...value, definition: id }];
    }),
  );
}

async function read(props: OwnSolutionSpec, context: Context): Promise<Observation<SolutionData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const [row, jobs, known] = await Promise.all([
    installed(client, props.uniqueName),
    client.list("importjobs", {
      select: ["importjobid", "completedon", "startedon"],
      filter: `solutionname eq ${quoted(props.uniqueName)} and completedon eq null`,
    }),
    props.variables.length === 0 ? new Map<string, Row>() : variables(client),
  ]);
  // A job that died leaves its row open for good.
  const started = (job: Row): number => Date.parse(textAt(job, "startedon")) || 0;
  if (jobs?.some((job) => context.clock.now() - started(job) < RUNS_AT_MOST_MS) === true)
    return { status: "in-progress", what: `import of ${props.uniqueName}` };
  if (row === undefined) return { status: "absent" };
  const version = textAt(row, "version");
  const newer = compareVersions(version, props.version) >= 0;
  return {
    status: "present",
    id: textAt(row, "solutionid"),
    fields: {
      // What is newer is left: an older file takes nothing back.
      version: newer ? props.version : version,
      managed: valueAt(row, "ismanaged") === true,
      ...(props.variables.length === 0
        ? {}
        : {
            variables: Object.fromEntries(
              props.variables.map(({ name }) => [name, textAt(known.get(name), "value") || null]),
            ),
          }),
    },
    data: { id: textAt(row, "solutionid"), version },
  };
}

function contentOf(props: OwnSolutionSpec): string {
  const bytes = readFileSync(props.path);
  if (digestOfFile(bytes) !== props.digest)
    throw new PscError({
      code: "PSC-E453",
      message: `${props.file} has changed since the spec was read`,
      remedy: "run the same command again",
      side: "user",
    });
  return bytes.toString("base64");
}

/**
 * Uploads the file and has the organisation judge it.
 * @throws PscError PSC-E451 naming each missing component and the solution that has it
 */
async function stage(props: OwnSolutionSpec, client: Dataverse, context: Context): Promise<string> {
  const body = await client.callAction("StageSolution", { CustomizationFile: contentOf(props) });
  const result = valueAt(body, "StageSolutionResults");
  if (textAt(result, "StageSolutionStatus") !== "Passed") {
    const failed = rowsAt(result, "SolutionValidationResults").map((row) => textAt(row, "Message"));
    const listed = stagedMissing(result);
    throw refused(props, failed, "staged", context, listed.length > 0 ? listed : undefined);
  }
  return textAt(result, "StageSolutionUploadId");
}

/** The same within an hour: an order whose answer is lost is recognised, a later one is another. */
function jobIdOf(props: OwnSolutionSpec, client: Dataverse, context: Context): string {
  const hour = new Date(context.clock.now()).toISOString().slice(0, 13);
  return deterministicGuid(client.origin, props.uniqueName, props.version, props.digest, hour);
}

function parametersOf({ variables: values, connections }: OwnSolutionSpec): Row[] {
  return [
    ...connections.map(({ name, connector, connection }) => ({
      "@odata.type": "Microsoft.Dynamics.CRM.connectionreference",
      connectionreferencelogicalname: name,
      connectionreferencedisplayname: name,
      connectorid: `/providers/Microsoft.PowerApps/apis/${connector}`,
      connectionid: connection,
    })),
    ...values.map(({ name, value }) => ({
      "@odata.type": "Microsoft.Dynamics.CRM.environmentvariablevalue",
      schemaname: name,
      value,
    })),
  ];
}

/**
 * Orders the import once nobody else imports; undefined when this very order was given before and only its answer was
 * lost.
 */
async function order(
  props: OwnSolutionSpec,
  upgrade: boolean,
  jobId: string,
  client: Dataverse,
  context: Context,
): Promise<string | undefined> {
  const uploadId = await stage(props, client, context);
  const parameters = parametersOf(props);
  return context.wait<string | undefined>(
    "another solution's import",
    { everyMs: LOOK_EVERY_MS, atMostMs: 2 * 3_600_000 },
    async () => {
      try {
        const answer = await client.callAction(
          upgrade ? "StageAndUpgradeAsync" : "ImportSolutionAsync",
          {
            PublishWorkflows: true,
            OverwriteUnmanagedCustomizations: props.overwrite,
            SkipProductUpdateDependencies: false,
            ImportJobId: jobId,
            SolutionParameters: { StageSolutionUploadId: uploadId },
            ...(parameters.length === 0 ? {} : { ComponentParameters: parameters }),
          },
          // Sent again it meets itself: busy while the first one runs, its job id in use afterwards.
          { repeatable: true },
        );
        return { done: true, value: textAt(answer, "AsyncOperationId") };
      } catch (error) {
        if (!isServiceError(error)) throw error;
        const code = error.refusal.serviceCode.toLowerCase();
        if (code === JOB_ID_IN_USE) return { done: true, value: undefined };
        if (code !== BUSY) throw error;
        return { done: false, note: "another solution is being imported" };
      }
    },
  );
}

/** What went wrong, as the import's own result tells it. */
async function complaints(jobId: string, client: Dataverse): Promise<readonly string[]> {
  const result = await client
    .callFunction(`RetrieveSolutionImportResult(ImportJobId=${jobId})`)
    // Organisations older than 9.2.23034 do not have it.
    .catch((error: unknown) => {
      if (!isServiceError(error, 400, 404, 501)) throw error;
      return undefined;
    });
  const messages = valueAt(result, "SolutionOperationResult", "ErrorMessages");
  return Array.isArray(messages) ? messages.filter((one): one is string => typeof one === "string") : [];
}

/**
 * Follows the job; where it is not known, the import's row. Both end with what the solution's history says, because a
 * job can vanish and "completed" is not "succeeded".
 */
async function follow(
  props: OwnSolutionSpec,
  jobId: string,
  operationId: string | undefined,
  client: Dataverse,
  context: Context,
): Promise<void> {
  const ended = await context.wait<Row | undefined>(
    `import of ${props.uniqueName}`,
    { everyMs: LOOK_EVERY_MS },
    async () => {
      const job =
        operationId === undefined
          ? undefined
          : await client.get(`asyncoperations(${operationId})`, {
              select: ["statecode", "statuscode", "message", "friendlymessage"],
            });
      if (job !== undefined)
        return numberAt(job, "statecode") === COMPLETED ? { done: true, value: job } : { done: false };
      const row = await client.get(`importjobs(${jobId})`, { select: ["progress", "completedon"] });
      return textAt(row, "completedon") === "" ? { done: false } : { done: true, value: undefined };
    },
  );
  if (ended !== undefined && numberAt(ended, "statuscode") !== SUCCEEDED) {
    const words = [textAt(ended, "friendlymessage"), textAt(ended, "message")];
    // The friendly one may leave out what is missing.
    const told = words.find((text) => toldMissing(text).length > 0) ?? words.find((text) => text !== "");
    throw refused(props, told === undefined ? await complaints(jobId, client) : [told], "imported", context);
  }
  const history = await client.list("msdyn_solutionhistories", {
    select: [
      "msdyn_name",
      "msdyn_solutionversion",
      "msdyn_result",
      "msdyn_exceptionmessage",
      "msdyn_endtime",
    ],
    filter: `msdyn_name eq ${quoted(props.uniqueName)}`,
  });
  const latest = (history ?? [])
    .filter((row) => textAt(row, "msdyn_solutionversion") === props.version)
    .sort((a, b) => (textAt(a, "msdyn_endtime") < textAt(b, "msdyn_endtime") ? 1 : -1))[0];
  if (latest !== undefined && valueAt(latest, "msdyn_result") === false)
    throw refused(props, [textAt(latest, "msdyn_exceptionmessage")], "imported", context);
}

async function install(props: OwnSolutionSpec, upgrade: boolean, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const jobId = jobIdOf(props, client, context);
  await follow(props, jobId, await order(props, upgrade, jobId, client, context), client, context);
  // The import gives values to new variables only.
  if (props.variables.length > 0) await writeVariables(props, context);
  return undefined;
}

async function writeVariables(props: OwnSolutionSpec, context: Context): Promise<void> {
  const client = requireOrganization(context);
  const known = await variables(client);
  for (const { name, value } of props.variables) {
    const row = known.get(name);
    if (row === undefined)
      throw refused(props, [`it brings no environment variable ${name}`], "imported", context);
    if (textAt(row, "value") === value) continue;
    const id = textAt(row, "environmentvariablevalueid");
    if (id !== "") await client.update("environmentvariablevalues", id, { value });
    else
      await client.create("environmentvariablevalues", {
        schemaname: name,
        value,
        ...(await client.lookup(
          "environmentvariablevalue",
          "environmentvariabledefinitionid",
          "environmentvariabledefinition",
          row.definition,
        )),
      });
  }
}

function update(
  props: OwnSolutionSpec,
  changes: readonly FieldChange[],
  context: Context,
): Promise<undefined> {
  const isOlder = changes.some(({ path }) => path === "version");
  return isOlder
    ? install(props, props.mode === "upgrade", context)
    : writeVariables(props, context).then(() => undefined);
}

export const solution = defineKind<OwnSolutionSpec, SolutionData>({
  kind: "dataverse.solution",
  summary: "Dataverse solution of the manifest or of one's own, imported from a file",
  step: 6,
  api: "Dataverse Web API: StageSolution, ImportSolutionAsync, StageAndUpgradeAsync",
  persona: "System Administrator",
  permissions: {
    read: [
      "prvReadSolution",
      "prvReadImportJob",
      "prvReadEnvironmentVariableDefinition",
      "prvReadEnvironmentVariableValue",
    ],
    write: [
      "prvImportCustomization",
      "prvReadAsyncOperation",
      "prvReadmsdyn_solutionhistory",
      "prvWriteEnvironmentVariableValue",
    ],
  },
  sources: [
    "Power Apps ALM: Solution staging with asynchronous import and export",
    "microsoft/terraform-provider-power-platform:internal/services/solution",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause: "a solution takes its data with it: uninstall it in the maker portal",
  usualMinutes: 3,
  label: ({ uniqueName }) => `solution ${uniqueName}`,
  detail: ({ version, managed, file }) => `${version}, ${managed ? "managed" : "unmanaged"}, from ${file}`,
  declared: ({ version, managed, variables: values }) => ({
    version,
    managed,
    ...(values.length === 0
      ? {}
      : { variables: Object.fromEntries(values.map(({ name, value }) => [name, value])) }),
  }),
  replaceOn: ["managed"],
  read,
  create: (props, context) => install(props, false, context),
  update: (props, _present, changes, context) => update(props, changes, context),
});

/** Solutions of the manifest, then those of the spec, one after the other: an organisation imports one at a time. */
export function solutionResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const packages = manifest.packages.map(({ uniqueName }) => uniqueName);
  const listed = [
    ...manifest.solutions.map(({ requires, ...props }) => ({
      props,
      after: packages.filter((name) => requires?.includes(name) ?? true),
    })),
    ...spec.ownSolutions.map((props) => ({ props, after: packages })),
  ];
  return listed.map(({ props, after }, i) => {
    // A later one may need an earlier one, whether it says so or not.
    const before = listed[i - 1]?.props;
    return solution.resource({
      name: props.uniqueName,
      props,
      dependsOn: [
        environment.address(),
        ...after.map((name) => applicationPackage.address(name)),
        ...(before === undefined ? [] : [solution.address(before.uniqueName)]),
      ],
    });
  });
}
