import { PscError } from "../errors.ts";
import type { Dataverse } from "./dataverse.ts";
import { numberAt, textAt } from "./json-reading.ts";

export interface SolutionExport {
  readonly uniqueName: string;
  readonly managed: boolean;
}

const COMPLETED = 3;
const SUCCEEDED = 30;

/**
 * Has the organisation export a solution and fetches the file ("Solution staging with asynchronous import and export",
 * Power Apps ALM guide). Each look is one second or what `pause` makes of it apart.
 * @throws PscError PSC-E454 when there is no such solution, or the export failed
 */
export async function exportSolution(
  client: Dataverse,
  { uniqueName, managed }: SolutionExport,
  pause: () => Promise<void>,
): Promise<Uint8Array> {
  const failed = (why: string): PscError =>
    new PscError({
      code: "PSC-E454",
      message: `solution ${uniqueName} cannot be exported: ${why}`,
      remedy: "give the unique name of an unmanaged solution of this environment",
      side: "user",
    });
  const started = await client.callAction("ExportSolutionAsync", {
    SolutionName: uniqueName,
    Managed: managed,
  });
  if (started === undefined) throw failed("the environment has no such solution");
  const job = `asyncoperations(${textAt(started, "AsyncOperationId")})`;
  for (;;) {
    const row = await client.get(job, { select: ["statecode", "statuscode", "message", "friendlymessage"] });
    if (numberAt(row, "statecode") === COMPLETED) {
      if (numberAt(row, "statuscode") !== SUCCEEDED)
        throw failed(textAt(row, "friendlymessage") || textAt(row, "message") || "the job failed");
      break;
    }
    await pause();
  }
  const file = await client.callAction("DownloadSolutionExportData", {
    ExportJobId: textAt(started, "ExportJobId"),
  });
  return Buffer.from(textAt(file, "ExportSolutionFile"), "base64");
}
