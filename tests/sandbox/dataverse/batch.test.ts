import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../../harness/sandbox.ts";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization();
});
afterAll(() => organization.close());

const CRLF = "\r\n";

interface Inner {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly contentId?: string;
}

function part({ method, path, body, contentId }: Inner): string {
  return [
    "Content-Type: application/http",
    "Content-Transfer-Encoding: binary",
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    "",
    `${method} ${path} HTTP/1.1`,
    ...(body === undefined ? [] : ["Content-Type: application/json; type=entry"]),
    "",
    body === undefined ? "" : JSON.stringify(body),
  ].join(CRLF);
}

const wrap = (boundary: string, parts: readonly string[]): string =>
  `${parts.map((text) => `--${boundary}${CRLF}${text}${CRLF}`).join("")}--${boundary}--${CRLF}`;

function changeSet(requests: readonly Inner[]): string {
  return [
    'Content-Type: multipart/mixed; boundary="changeset_1"',
    "",
    wrap("changeset_1", requests.map(part)),
  ].join(CRLF);
}

const send = (parts: readonly string[], headers: Record<string, string> = {}): Promise<Answer> =>
  organization.ask("POST", "$batch", {
    body: wrap("batch_1", parts),
    headers: { "content-type": 'multipart/mixed; boundary="batch_1"', ...headers },
  });

const statuses = (answer: Answer): number[] =>
  [...answer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

const count = async (lastname: string): Promise<number> =>
  (await organization.get(`contacts?$select=lastname&$filter=lastname eq '${lastname}'`)).body.value.length;

describe("$batch", () => {
  it("answers reads in order, and is not logged as a write", async () => {
    await organization.cloud.control("DELETE", "requests");
    const answer = await send([
      part({ method: "GET", path: "/api/data/v9.2/WhoAmI()" }),
      part({ method: "GET", path: "contacts/$count" }),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^multipart\/mixed; boundary=batchresponse_/);
    expect(statuses(answer)).toEqual([200, 200]);
    const log = await organization.cloud.control("GET", "requests");
    expect(log.body.value.at(-1)).toMatchObject({ method: "POST", write: false });
  });

  it("runs a change set as one, with references between its parts", async () => {
    const answer = await send([
      changeSet([
        { method: "POST", path: "accounts", body: { name: "Parent" }, contentId: "1" },
        {
          method: "POST",
          path: "contacts",
          body: { lastname: "Child", "parentcustomerid_account@odata.bind": "$1" },
          contentId: "2",
        },
        { method: "PUT", path: "$1/accountnumber", body: { value: "A-1" }, contentId: "3" },
      ]),
    ]);
    expect(statuses(answer)).toEqual([204, 204, 204]);
    expect(answer.text).toContain("Content-ID: 2");
    const row = await organization.get(
      "contacts?$select=lastname&$filter=lastname eq 'Child'&$expand=parentcustomerid_account($select=name,accountnumber)",
    );
    expect(row.body.value[0].parentcustomerid_account).toMatchObject({
      name: "Parent",
      accountnumber: "A-1",
    });
  });

  it("undoes a change set whose later part is refused, and takes that part's status", async () => {
    const answer = await send([
      changeSet([
        { method: "POST", path: "contacts", body: { lastname: "Undone" }, contentId: "1" },
        { method: "POST", path: "contacts", body: { surname: "x" }, contentId: "2" },
      ]),
    ]);
    expect(answer.status).toBe(400);
    expect(statuses(answer)).toEqual([400]);
    expect(answer.text).toContain("0x80048d19");
    expect(await count("Undone")).toBe(0);
  });

  it("stops at the first failure unless it may go on", async () => {
    const parts = [
      part({ method: "GET", path: "nothing" }),
      part({ method: "POST", path: "contacts", body: { lastname: "After" } }),
    ];
    const stopped = await send(parts);
    expect([stopped.status, statuses(stopped)]).toEqual([404, [404]]);
    expect(await count("After")).toBe(0);
    const went = await send(parts, { prefer: "odata.continue-on-error" });
    expect([went.status, statuses(went)]).toEqual([200, [404, 204]]);
    expect(await count("After")).toBe(1);
  });

  it.each([
    [
      "a part without Content-ID in a change set",
      [changeSet([{ method: "POST", path: "contacts", body: {} }])],
      "Content-ID header not present",
    ],
    ["a read in a change set", [changeSet([{ method: "GET", path: "contacts", contentId: "1" }])], "GET"],
    ["a part that is no request", ["Content-Type: text/plain\r\n\r\nhello"], "application/http"],
  ])("refuses %s with a plain error", async (_what, parts, text) => {
    const answer = await send(parts);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(text);
  });

  it("refuses bare line feeds, a missing boundary and a reference to nothing", async () => {
    const feeds = await organization.ask("POST", "$batch", {
      body: wrap("b", [part({ method: "GET", path: "WhoAmI()" })]).replaceAll(CRLF, "\n"),
      headers: { "content-type": "multipart/mixed; boundary=b" },
    });
    expect(feeds.status).toBe(400);
    const json = await organization.ask("POST", "$batch", { body: { requests: [] } });
    expect(json.status).toBe(400);
    const forward = await send([
      changeSet([
        {
          method: "POST",
          path: "contacts",
          body: { lastname: "x", "parentcustomerid_account@odata.bind": "$7" },
          contentId: "1",
        },
      ]),
    ]);
    expect(forward.status).toBe(400);
    expect(forward.text).toContain("Content-ID Reference: '$7' does not exist in the batch context.");
  });
});
