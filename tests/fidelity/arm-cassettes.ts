import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { Answer, ParsedJson } from "../harness/sandbox.ts";
import { SUBSCRIPTION } from "../sandbox/azure/arm-session.ts";

const FOLDER = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../shared/specs"),
  "arm",
);

/** Whether recorded traffic of Azure Resource Manager is on this machine. */
export const areRecordingsHere = existsSync(FOLDER);

/** One request of a cassette, and what the real service answered. */
export interface Recorded {
  /** Place in its file. */
  readonly position: number;
  /** Path of the original cassette, where a file holds parts of several. */
  readonly cassette: string;
  readonly method: string;
  readonly url: string;
  readonly sent: ParsedJson;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: ParsedJson;
}

const json = (text: string | null | undefined): ParsedJson =>
  text === null || text === undefined || text === "" ? undefined : JSON.parse(text);

/** The recorder's subscription is the sandbox's first. */
const inSandbox = (text: string): string =>
  text.replaceAll("00000000-0000-0000-0000-000000000000", SUBSCRIPTION);

/** Every recorded call of a file such as `recorded/name.yaml`. */
export function recordedCalls(file: string): Recorded[] {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const { interactions } = file.endsWith(".json") ? JSON.parse(text) : parse(text);
  return interactions.map(({ cassette, request, response }: ParsedJson, position: number) => ({
    position,
    cassette: cassette ?? file,
    method: request.method,
    url: inSandbox(request.uri),
    sent: json(request.body === null || request.body === undefined ? null : inSandbox(String(request.body))),
    status: response.status.code,
    headers: Object.keys(response.headers).map((name) => name.toLowerCase()),
    body: json(typeof response.body === "string" ? response.body : response.body?.string),
  }));
}

/** The files with recordings, relative to their common folder. */
export function recordingFiles(): string[] {
  return ["recorded", "healthbot/recorded"].flatMap((folder) =>
    readdirSync(join(FOLDER, folder))
      .filter((name) => /\.(yaml|json)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}

/** Members and their types, such as `properties.sku.name: string`; the entries of a list count as one. */
function shapeOf(value: ParsedJson, path = "$"): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => shapeOf(entry, `${path}[]`));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, member]) => shapeOf(member, `${path}.${name}`));
  return [`${path}: ${value === null ? "null" : typeof value}`];
}

/** Set by the recorder's network and the services' own web servers. */
const OF_THE_NETWORK =
  /^(accept-ranges|content-length|request-context|server|transfer-encoding|vary|access-control-.*|set-cookie|api-supported-versions|x-azure-ref|x-cache|x-msedge-ref|x-envoy-.*|x-frame-options|x-dns-prefetch-control|x-download-options|x-xss-protection|x-powered-by|x-ms-operation-identifier|x-ms-request-charge)$/;

/** Headers whose presence steers a client: the sandbox may not send one that was not recorded. */
const STEERING = ["azure-asyncoperation", "location", "retry-after"];

/** Every difference in status, headers, error code, members and types; what `known` names is a deviation on purpose. */
export function differences(recorded: Recorded, answer: Answer, known: readonly RegExp[] = []): string[] {
  const found: string[] = [];
  if (answer.status !== recorded.status) found.push(`status ${answer.status} for ${recorded.status}`);
  const [code, recordedCode] = [answer.body?.error?.code, recorded.body?.error?.code];
  if (code !== recordedCode) found.push(`code ${code} for ${recordedCode}`);
  for (const name of recorded.headers)
    if (!OF_THE_NETWORK.test(name) && !(name in answer.headers)) found.push(`no header ${name}`);
  for (const name of STEERING)
    if (name in answer.headers && !recorded.headers.includes(name)) found.push(`header ${name}`);
  const was = new Set(shapeOf(recorded.body));
  const is = new Set(shapeOf(answer.body));
  for (const member of was) if (!is.has(member)) found.push(`no ${member}`);
  for (const member of is) if (!was.has(member)) found.push(`more: ${member}`);
  const operation = `${recorded.position} ${recorded.method} ${new URL(recorded.url).pathname.split("/providers/").at(-1)}`;
  return found
    .map((line) => `${operation}: ${line}`)
    .filter((line) => !known.some((deviation) => deviation.test(line)));
}
