import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace } from "../acceptance/support.ts";
import { prove } from "../harness/fidelity.ts";
import type { Answer } from "../harness/sandbox.ts";
import { POWER_PLATFORM } from "../sandbox/power-platform/tenant-admin.ts";
import { BAP_ROWS } from "./power-platform/bap-rows.ts";
import { DATA_POLICY_ROWS } from "./power-platform/data-policy-rows.ts";
import { ORGANIZATION_ROWS } from "./power-platform/dataverse-organization-rows.ts";
import { PEOPLE_ROWS } from "./power-platform/dataverse-people-rows.ts";
import { TABLE_ROWS } from "./power-platform/dataverse-table-rows.ts";
import { POWER_PLATFORM_ROWS } from "./power-platform/power-platform-rows.ts";
import {
  formOf,
  type Recording,
  readRecordings,
  recordingsAvailable,
  routeOf,
} from "./power-platform/recordings.ts";
import type { RecordedRow, UnsimulatedRow } from "./power-platform/rows.ts";
import { differences, emptyShape, learn } from "./power-platform/shapes.ts";
import { openSituation, type Situation } from "./power-platform/situation.ts";
import { TENANT_ISOLATION_ROWS } from "./power-platform/tenant-isolation-rows.ts";
import { UNPROVOKED, UNSIMULATED_ROWS } from "./power-platform/unsimulated-rows.ts";

const ROWS: readonly RecordedRow[] = [
  ...BAP_ROWS,
  ...DATA_POLICY_ROWS,
  ...TENANT_ISOLATION_ROWS,
  ...POWER_PLATFORM_ROWS,
  ...PEOPLE_ROWS,
  ...TABLE_ROWS,
  ...ORGANIZATION_ROWS,
];
const RECORDINGS = recordingsAvailable ? readRecordings() : [];
const WITHOUT = recordingsAvailable ? "" : " (skipped: the recordings are not in PSC_SPECS_DIR)";

let situation: Situation;
beforeAll(async () => {
  situation = await openSituation();
});
afterAll(() => situation.admin.close());

const nameOf = (row: RecordedRow): string =>
  `${row.route.replace("/providers/Microsoft.BusinessAppPlatform", "")} ${row.status}${row.situation === undefined ? "" : `, ${row.situation}`}`;

function recordingsFor(row: RecordedRow): Recording[] {
  return RECORDINGS.filter(
    (recording) =>
      recording.route === row.route &&
      recording.status === row.status &&
      (row.like === undefined || recording.body === undefined || row.like(recording.body, recording)),
  );
}

/** The recorded body reduced to what the row's request selects. */
function picked({ selected }: RecordedRow, body: unknown): unknown {
  if (selected === undefined) return body;
  const pick = (value: object): object =>
    Object.fromEntries(Object.entries(value).filter(([name]) => selected.includes(name)));
  const { value } = body as { value?: object[] };
  return value === undefined ? pick(body as object) : { value: value.map(pick) };
}

/** Every difference between an answer and its recordings, as `path: what`. */
function compare(row: RecordedRow, recordings: readonly Recording[], answer: Answer): string[] {
  const found: string[] = [];
  if (answer.status !== row.status) found.push(`status: is ${answer.status}, recorded as ${row.status}`);
  for (const name of ["Location", "Operation-Location", "OData-EntityId"]) {
    const forms = new Set(
      recordings.flatMap(({ headers }) =>
        Object.entries(headers)
          .filter(([header]) => header.toLowerCase() === name.toLowerCase())
          .map(([, value]) => formOf(value)),
      ),
    );
    const value = answer.headers[name.toLowerCase()];
    if (forms.size > 0 && (value === undefined || !forms.has(formOf(value))))
      found.push(
        `${name}: is ${value === undefined ? "absent" : formOf(value)}, recorded as ${[...forms].join(" or ")}`,
      );
  }
  const bodies = recordings.filter(({ body }) => body !== undefined);
  if (bodies.length > 0) {
    const shape = bodies.reduce((known, { body }) => learn(known, picked(row, body)), emptyShape());
    const given = answer.body ?? (answer.text === "" ? undefined : answer.text);
    found.push(...differences(shape, given, "", row.kind).map(({ path, what }) => `${path}: ${what}`));
  }
  return found;
}

function proofOf(row: RecordedRow, recordings: readonly Recording[]): void {
  const [method = "", address = ""] = row.route.split(" ");
  const url = address.replace("https://{organization}/api/data/{version}", "");
  const api = address.startsWith("https://{organization}")
    ? "Dataverse Web API"
    : address.includes("bap.microsoft.com")
      ? "Power Platform administration (BAP)"
      : "Power Platform API";
  const path = url.replace(/^https:\/\/[^/]+/, "").replace("/providers/Microsoft.BusinessAppPlatform", "");
  const recorded = recordings.find(({ body }) => body !== undefined) ?? recordings[0];
  prove({
    api,
    operation: `${method} ${path}${row.status < 400 ? "" : ` → ${row.status}`}`,
    proof: "recording",
    source: recorded?.source ?? row.route,
  });
}

describe.skipIf(!recordingsAvailable)(`recorded answers and the sandbox's${WITHOUT}`, () => {
  it.each(ROWS.map((row) => [nameOf(row), row] as const))("%s", async (_name, row) => {
    const recordings = recordingsFor(row);
    expect(recordings.length, "recordings of the route").toBeGreaterThan(0);
    const found = compare(row, recordings, await row.ask(situation));
    const deviations = Object.keys(row.deviations ?? {});
    const pathOf = (difference: string): string => difference.slice(0, difference.indexOf(": "));
    expect(found.filter((difference) => !deviations.includes(pathOf(difference)))).toEqual([]);
    expect(deviations.filter((path) => !found.some((difference) => pathOf(difference) === path))).toEqual([]);
    // A mock's status that the sandbox deliberately does not give proves nothing.
    if (row.borrowed !== true && !deviations.includes("status")) proofOf(row, recordings);
  });
});

const AUDIENCES = { bap: "https://service.powerapps.com/", powerPlatform: POWER_PLATFORM } as const;

async function askUnsimulated(row: UnsimulatedRow): Promise<Answer> {
  const url = row.url(situation);
  const { cloud } = situation.admin;
  const resource =
    row.audience === "dataverse"
      ? situation.instanceUrl
      : row.audience === "none"
        ? POWER_PLATFORM
        : AUDIENCES[row.audience];
  const token = await cloud.token("admin", resource);
  return cloud.ask(row.method, url, { token, ...(row.method === "GET" ? {} : { body: {} }) });
}

describe("recorded routes that are not simulated", () => {
  it.each(
    UNSIMULATED_ROWS.map(
      (row) =>
        [
          `${row.method} ${row.routes.source} ${row.url.length === 0 ? row.url({} as Situation) : ""}`,
          row,
        ] as const,
    ),
  )("%s answers 501", async (_name, row) => {
    const answer = await askUnsimulated(row);
    expect(answer.status).toBe(501);
    const error = answer.body.error ?? answer.body;
    expect(error.code).toBe("NotSimulated");
    expect(error.message).toMatch(/^The sandbox does not simulate .+\.$/);
  });
});

describe.skipIf(!recordingsAvailable)(`the index of recordings${WITHOUT}`, () => {
  it("has no answer that is neither compared nor listed as not simulated", () => {
    const left = RECORDINGS.filter(
      ({ route, status }) =>
        !ROWS.some((row) => row.route === route && row.status === status) &&
        !UNSIMULATED_ROWS.some((row) => route.startsWith(`${row.method} `) && row.routes.test(route)) &&
        !UNPROVOKED.some(
          (entry) => entry.routes.test(route) && (entry.status === undefined || entry.status === status),
        ),
    );
    expect([...new Set(left.map(({ route, status }) => `${route} ${status}`))].sort()).toEqual([]);
  });
});

describe("docs/sandbox/power-platform.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/sandbox/power-platform.md"), "utf8");

  it("gives the reason of every deliberate difference", () => {
    const reasons = new Set(ROWS.flatMap(({ deviations }) => Object.values(deviations ?? {})));
    expect([...reasons].filter((reason) => !page.includes(reason))).toEqual([]);
  });

  it("lists under Not simulated what the answers 501 name", async () => {
    const [, section = ""] = page.split("\n## Not simulated\n");
    const named = new Set<string>();
    for (const row of UNSIMULATED_ROWS) {
      const { body } = await askUnsimulated(row);
      named.add((body.error ?? body).message.replace(/^The sandbox does not simulate (.+)\.$/, "$1"));
    }
    expect([...named].filter((what) => !section.includes(what))).toEqual([]);
  });
});

describe("psc's own requests", () => {
  it("are all compared with a recording", async () => {
    const place = await openWorkplace();
    try {
      const { code, stderr } = await place.psc("deploy dev.yaml");
      expect([code, stderr]).toEqual([0, ""]);
      const routes = (await place.requests())
        .filter(({ service }) => service === "bap" || service === "powerPlatform")
        .map(({ method, url }) => routeOf(method, url));
      expect(routes.length).toBeGreaterThan(0);
      const known = (route: string): boolean => ROWS.some((row) => row.route === route);
      expect([...new Set(routes)].filter((route) => !known(route))).toEqual([]);
    } finally {
      await place.close();
    }
  });
});
