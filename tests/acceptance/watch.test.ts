import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import type { Trend } from "../../src/controls/trend.ts";
import { openPortal, type Portal } from "../kinds/portal.ts";
import { openWorkplace, type Workplace } from "./support.ts";

/** `psc verify --baseline`: a nightly job that reports news and no old acquaintances. */

let place: Workplace;
let portal: Portal;

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-dev");
  const deployed = await place.psc("deploy dev.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  expect((await place.psc("verify dev.yaml --report json=sound.json")).code).toBe(0);
});
afterAll(() => place.close());

type Watched = VerifyResult & { readonly changes: Trend };

const QUEUES = "PSC-RES-OMNICHANNEL.QUEUE";

/** Somebody changes the priority of a queue in the admin center. */
async function setPriority(queue: string, priority: number): Promise<void> {
  await portal.rows("queue", (row) => (row["name"] === queue ? { msdyn_priority: priority } : undefined));
}

describe("verify with a baseline", () => {
  it("says that nothing changed", async () => {
    const ran = await place.psc("verify dev.yaml --baseline sound.json");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^Since 20\S+: no change$/m);
  });

  it("exits with 2 when something got worse, and names it in text, JSON and the report", async () => {
    await setPriority("Patient bot", 7);
    const text = await place.psc("verify dev.yaml --baseline sound.json --report json=broken.json");
    expect(text.code).toBe(2);
    expect(text.stdout).toContain(": 1 worse\n");
    expect(text.stdout).toContain("↓ omnichannel.queue  pass → fail:");
    const json = await place.psc("verify dev.yaml --baseline sound.json --output json");
    expect(json.code).toBe(2);
    const { changes } = json.json as Watched;
    expect(changes.summary).toEqual({ worse: 1, better: 0, other: 0, new: 0, gone: 0 });
    expect(changes.changes).toMatchObject([
      { id: QUEUES, before: "pass", after: "fail", appeared: [expect.stringContaining("Patient bot")] },
    ]);
    const written = JSON.parse(readFileSync(join(place.folder, "broken.json"), "utf8")) as Watched;
    expect(written.changes).toEqual({ ...changes, since: changes.since });
  });

  it("is quiet about what failed before, but not about a second queue", async () => {
    const known = await place.psc("verify dev.yaml --baseline broken.json");
    expect(known.code).toBe(0);
    expect(known.stdout).toContain(": no change");
    expect((await place.psc("verify dev.yaml")).code).toBe(2);
    await setPriority("Escalate to Human", 9);
    const more = await place.psc("verify dev.yaml --baseline broken.json");
    expect(more.code).toBe(2);
    expect(more.stdout).toMatch(/↓ omnichannel\.queue {2}still fail/);
    expect(more.stdout).toMatch(/now also: omnichannel\.queue\["Escalate to Human"\] priority/);
  });

  it("exits with 0 when it only got better", async () => {
    await portal.undo();
    const ran = await place.psc("verify dev.yaml --baseline broken.json");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("↑ omnichannel.queue  fail → pass");
  });

  it("exits with 2 when an exception ran out, though nothing in the tenant changed", async () => {
    await setPriority("Patient bot", 7);
    const exception = (until: string): void =>
      place.write(
        "accepted.yaml",
        `extends: dev.yaml\nverify: { exceptions: [{ control: ${QUEUES}, reason: r, owner: o, until: "${until}" }] }\n`,
      );
    exception("2199-12-31");
    const accepted = await place.psc(
      "verify accepted.yaml --baseline sound.json --report json=accepted.json",
    );
    expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringContaining("pass → accepted")]);
    exception("2000-01-01");
    const expired = await place.psc("verify accepted.yaml --baseline accepted.json");
    expect([expired.code, expired.stdout]).toEqual([2, expect.stringContaining("accepted → fail")]);
    await portal.undo();
  });

  it("compares facts that were collected before as well", async () => {
    await place.psc("verify dev.yaml --collect facts.json");
    const mark = await place.mark();
    const ran = await place.psc("verify dev.yaml --facts facts.json --baseline broken.json --output json");
    expect([ran.code, (ran.json as Watched).changes.summary.better]).toEqual([0, 1]);
    expect(await place.requests(mark)).toEqual([]);
  });

  it.each([
    ["another environment", "other.json", /of contoso-other \(/],
    ["another format", "facts.json", /its format is "psc\.facts\/1"/],
    ["half a result", "half.json", /it is not whole/],
    ["no JSON", "dev.yaml", /is no result of psc verify/],
    ["no file", "nothing.json", /is no result of psc verify: ENOENT/],
  ])("refuses a baseline of %s before a request is sent", async (_, file, words) => {
    const sound = JSON.parse(readFileSync(join(place.folder, "sound.json"), "utf8")) as VerifyResult;
    const environment = { ...sound.environment, name: "contoso-other" };
    place.write("other.json", JSON.stringify({ ...sound, environment }));
    place.write("half.json", JSON.stringify({ ...sound, controls: [{ id: "A", verdict: "pass" }] }));
    const mark = await place.mark();
    const ran = await place.psc(`verify dev.yaml --baseline ${file}`);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("PSC-E104");
    expect(ran.stderr).toMatch(words);
    expect(await place.requests(mark)).toEqual([]);
  });
});
