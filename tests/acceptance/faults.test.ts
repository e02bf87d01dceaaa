import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

/**
 * A bad day: every service throttles, fails, forgets to answer and tells old news. By position, not by chance: psc's
 * requests come in another order each time, and six troubles in a row would rightly end a run.
 */
const BAD_DAY = `faults:
  - name: throttled
    when: { url: "^(?!login)", nth: [5, 30, 61, 92, 123, 154, 185, 216, 247] }
    action: { kind: throttle, retryAfter: 3.5 }
  - name: unavailable
    when: { url: "^(?!login|.*healthbot)", method: [GET, PUT, PATCH], nth: [9, 48, 87, 126, 165, 204] }
    action: { kind: fail, status: 503, retryAfter: 2 }
  - name: answer lost
    when: { method: [PUT, PATCH, DELETE], nth: [2, 5, 8, 11, 14, 17, 20, 23] }
    action: { kind: drop-after }
  - name: reset
    when: { method: GET, nth: [13, 52, 91, 130, 169] }
    action: { kind: drop }
  - name: broken off
    when: { method: GET, nth: [22, 63, 104, 145] }
    action: { kind: truncate }
  - name: tokens expired
    when: { service: dataverse, nth: 20 }
    action: { kind: expire-tokens }
  - name: slow replication
    when: { service: graph }
    action: { kind: replication, for: 5m }
`;

describe("on a day when everything breaks now and then", () => {
  it("deploys all the same, and the next run finds nothing to do", async () => {
    place.write("bad-day.yaml", BAD_DAY);
    const ran = await place.psc("deploy dev.yaml --sandbox-faults bad-day.yaml");
    expect(ran.code, ran.stdout).toBe(0);
    const struck = new Set((await place.requests()).flatMap(({ faults }) => faults ?? []));
    const named = ["answer lost", "broken off", "reset", "throttled", "tokens expired", "unavailable"];
    expect(named.filter((name) => !struck.has(name))).toEqual([]);
    const mark = await place.mark();
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    expect(await place.writes(mark)).toEqual([]);
  });
});
