import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

/** A look at the whole example, sign-in included. */
const MOST_REQUESTS = 25;

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
}, 60_000);
afterAll(() => place.close());

/** Requests of one command, in order. */
async function requestsOf(command: string): Promise<{ code: number; text: string; urls: string[] }> {
  const mark = await place.mark();
  const ran = await place.psc(command);
  const asked = await place.requests(mark);
  expect(asked.filter(({ write }) => write)).toEqual([]);
  return { code: ran.code, text: ran.stdout, urls: asked.map(({ method, url }) => `${method} ${url}`) };
}

describe("round trips", () => {
  it("of a plan that finds nothing to do are few", async () => {
    const { code, text, urls } = await requestsOf("plan dev.yaml");
    expect([code, text]).toEqual([0, expect.stringContaining("no changes")]);
    expect(urls.length, urls.join("\n")).toBeLessThanOrEqual(MOST_REQUESTS);
    const told = Number(/(\d+) requests/.exec(text)?.[1]);
    expect(told).toBe(urls.filter((url) => !url.includes("login.microsoftonline.com")).length);
  });

  it("do not grow with the number of queues", async () => {
    const named = Array.from({ length: 60 }, (_, index) => `  - { name: Queue ${index} }`).join("\n");
    place.write("many.yaml", `extends: dev.yaml\nname: contoso-dev\nqueues:\n${named}\n`);
    const { code, urls } = await requestsOf("plan many.yaml");
    expect(code).toBe(2);
    // The checks of what writing needs come on top.
    expect(urls.length, urls.join("\n")).toBeLessThanOrEqual(MOST_REQUESTS + 6);
  });

  it("are made again one by one where a part of a batch is throttled", async () => {
    await place.sandbox.control("POST", "faults", {
      when: { service: "graph", url: "groups.*transitiveMembers" },
      times: 2,
      action: { kind: "throttle", retryAfter: 3 },
    });
    const { code, urls } = await requestsOf("plan dev.yaml");
    expect(code).toBe(0);
    expect(urls.filter((url) => /GET .*transitiveMembers/.test(url))).toHaveLength(2);
  });

  it("are made one by one where batches are refused", async () => {
    await place.sandbox.control("POST", "faults", {
      when: { url: "batch$" },
      action: {
        kind: "respond",
        status: 400,
        body: { error: { code: "BadRequest", message: "no batches" } },
      },
    });
    const { code, urls } = await requestsOf("plan dev.yaml");
    expect(code).toBe(0);
    expect(urls.some((url) => url.includes("queues?"))).toBe(true);
    await place.sandbox.control("DELETE", "faults");
  });

  it("tell once what every read of an organisation is refused for", async () => {
    await place.sandbox.control("POST", "faults", {
      when: { service: "dataverse" },
      action: {
        kind: "respond",
        status: 403,
        body: { error: { code: "0x80072560", message: "The user is not a member of the organization." } },
      },
    });
    const ran = await place.psc("plan dev.yaml");
    await place.sandbox.control("DELETE", "faults");
    expect(ran.code).toBe(1);
    expect(`${ran.stdout}${ran.stderr}`.match(/The user is not a member/g)).toHaveLength(1);
  });
});

describe("the metadata of an organisation", () => {
  const names = (): string => join(place.folder, ".psc/sandbox/environments/contoso-dev/names.json");
  const kept = (): { version: string; names: Record<string, string> } =>
    JSON.parse(readFileSync(names(), "utf8"));

  /** Deploys one queue more and returns the looks at table definitions that took. */
  async function looks(queue: string): Promise<{ code: number; looks: number }> {
    place.write(
      "one-more.yaml",
      `extends: dev.yaml\nname: contoso-dev\nqueues:\n  - { name: ${queue}, operatingHours: Desk hours }\noperatingHours:\n  - { name: Desk hours, timeZone: America/New_York, open: { mon-fri: "08:00-18:00" } }\n`,
    );
    const mark = await place.mark();
    const { code } = await place.psc("deploy one-more.yaml");
    const asked = await place.requests(mark);
    return { code, looks: asked.filter(({ url }) => url.includes("EntityDefinitions")).length };
  }

  it("is not read again for what it told before", async () => {
    expect(await looks("First")).toMatchObject({ code: 0 });
    expect(Object.keys(kept().names).length).toBeGreaterThan(3);
    expect(await looks("Second")).toEqual({ code: 0, looks: 0 });
  });

  it("is read again when the organisation has another version, or the file is damaged", async () => {
    writeFileSync(names(), JSON.stringify({ ...kept(), version: "9.2.0.0" }));
    expect((await looks("Third")).looks).toBeGreaterThan(0);
    writeFileSync(names(), "{");
    const again = await looks("Fourth");
    expect(again.code).toBe(0);
    expect(again.looks).toBeGreaterThan(0);
  });

  it("is read again after a name from it was refused", async () => {
    const wrong = Object.fromEntries(Object.keys(kept().names).map((key) => [key, "msdyn_nonsense"]));
    writeFileSync(names(), JSON.stringify({ ...kept(), names: wrong }));
    expect((await looks("Fifth")).code).toBe(1);
    expect(Object.values(kept().names)).not.toContain("msdyn_nonsense");
    expect((await looks("Fifth")).code).toBe(0);
  });
});
