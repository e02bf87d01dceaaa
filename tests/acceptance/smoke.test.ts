import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { installChatSdk, openWorkplace, tuesdayNoonInNewYork, type Workplace } from "./support.ts";

const TABLES = "dataverse/organizations/contosohealth-dev/tables";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace(14_400, { tls: true });
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
  await tuesdayNoonInNewYork(place);
});
afterAll(() => place.close());

let broken: { path: string; set: Record<string, unknown> }[] = [];

/** Changes columns of every row of a table until the end of the test. */
async function tamper(path: string, set: Record<string, unknown>, where: object = {}): Promise<void> {
  const rows = (await place.sandbox.control("GET", `state?path=${path}`)).body as Record<
    string,
    Record<string, unknown>
  >;
  const row = Object.values(rows).find((one) =>
    Object.entries(where).every(([name, value]) => one[name] === value),
  );
  const answer = await place.sandbox.control("POST", "state", { path, where, set });
  expect(answer.status).toBe(200);
  broken.unshift({
    path,
    set: Object.fromEntries(Object.keys(set).map((name) => [name, row?.[name] ?? null])),
  });
}
afterEach(async () => {
  for (const { path, set } of broken) await place.sandbox.control("POST", "state", { path, set });
  broken = [];
});

interface Finding {
  readonly stage: string;
  readonly result: string;
  readonly detail: string;
}

async function smoke(line = "smoke dev.yaml --timeout 1s") {
  const ran = await place.psc(`${line} --output json`);
  const stages = (ran.json.stages ?? []) as Finding[];
  return {
    code: ran.code,
    json: ran.json,
    results: Object.fromEntries(stages.map(({ stage, result }) => [stage, result])),
    detail: Object.fromEntries(stages.map(({ stage, detail }) => [stage, detail])),
  };
}

describe("psc smoke", () => {
  it("asks for the SDK where nobody has installed it", async () => {
    const ran = await place.psc("smoke dev.yaml");
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("PSC-E128")]);
    expect(ran.stderr).toContain("npm install @microsoft/omnichannel-chat-sdk");
    installChatSdk(place);
  });

  it("reaches the declared queue as a patient, and leaves one closed conversation behind", async () => {
    const mark = await place.mark();
    const { code, json, results, detail } = await smoke();
    expect(json).toMatchObject({ format: "psc.smoke/1", widget: "Patient chat", result: "pass" });
    expect([code, new Set(Object.values(results))]).toEqual([0, new Set(["pass"])]);
    expect(detail["queue"]).toBe('in "Escalate to Human"');
    const kept = (await place.sandbox.control("GET", "live-chat")).body as { value: { state: string }[] };
    expect(kept.value.map(({ state }) => state)).toEqual(["Closed"]);
    const writers = (await place.writes(mark)).map(({ service }) => service);
    expect(new Set(writers)).toEqual(new Set(["liveChat"]));
  });

  it("says so when the bot leads elsewhere than the spec says", async () => {
    const queues = (await place.sandbox.control("GET", `state?path=${TABLES}/queue`)).body as Record<
      string,
      { name: string; queueid: string }
    >;
    const of = (name: string): string =>
      Object.values(queues).find((queue) => queue.name === name)?.queueid ?? "";
    const rulesets = (await place.sandbox.control("GET", `state?path=${TABLES}/msdyn_decisionruleset`))
      .body as Record<string, Record<string, string>>;
    const ruleset = Object.values(rulesets).find((one) => one["msdyn_name"]?.startsWith("Patient chat"));
    await tamper(
      `${TABLES}/msdyn_decisionruleset`,
      {
        msdyn_rulesetdefinition: ruleset?.["msdyn_rulesetdefinition"]?.replaceAll(
          of("Escalate to Human"),
          of("Patient bot"),
        ),
      },
      { msdyn_name: ruleset?.["msdyn_name"] },
    );
    const { code, results, detail } = await smoke();
    expect([code, results["queue"], results["end"]]).toEqual([2, "fail", "pass"]);
    expect(detail["queue"]).toContain('the spec says "Escalate to Human"');
  });

  it("says so when nobody hears the bot", async () => {
    await tamper("healthBot/accounts", { bridgeEnabled: false });
    const { code, results } = await smoke("smoke dev.yaml --timeout 1s");
    expect([code, results["bot"], results["escalation"]]).toEqual([2, "fail", "cannot-tell"]);
    const kept = (await place.sandbox.control("GET", "live-chat")).body as { value: { state: string }[] };
    expect(new Set(kept.value.map(({ state }) => state))).toEqual(new Set(["Closed"]));
  });

  it("cannot tell where patients have to sign in, or the widget is closed", async () => {
    place.write(
      "signed.yaml",
      "extends: dev.yaml\nworkstreams: [{ name: Patient chat, widget: { operatingHours: Weekdays, signIn: { publicKeyUrl: https://contosohealth.powerappsportals.com/_services/auth/publickey } } }]\n",
    );
    expect((await place.psc("deploy signed.yaml")).code).toBe(0);
    const signed = await smoke("smoke signed.yaml");
    expect([signed.code, signed.results["start"]]).toEqual([2, "cannot-tell"]);
    expect(signed.detail["start"]).toContain("signed-in patients only");
    place.edit("signed.yaml", "/publickey }", "/publickey, optional: true }");
    expect((await place.psc("deploy signed.yaml")).code).toBe(0);
    await tuesdayNoonInNewYork(place);
    expect((await smoke("smoke signed.yaml")).code).toBe(0);
    await place.sandbox.control("POST", "clock", { jump: "12h" });
    const closed = await smoke("smoke signed.yaml");
    expect([closed.code, closed.results["start"]]).toEqual([2, "cannot-tell"]);
    expect(closed.detail["start"]).toContain("outside its operating hours");
  });

  it("leaves production alone until somebody says yes, and wants a widget that exists", async () => {
    const prod = await place.psc("smoke prod.yaml");
    expect([prod.code, prod.stderr]).toEqual([64, expect.stringContaining("--yes")]);
    const yes = await place.psc("smoke prod.yaml --yes");
    expect([yes.code, yes.stderr]).toEqual([1, expect.stringContaining("PSC-E129")]);
    const other = await place.psc("smoke dev.yaml --widget Nurses");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('"Patient chat"')]);
    const soon = await place.psc("smoke dev.yaml --timeout soon");
    expect([soon.code, soon.stderr]).toEqual([64, expect.stringContaining("--timeout")]);
  });
});

describe("a sandbox without certificates", () => {
  it("is refused with what to do", async () => {
    const plain = await openWorkplace();
    try {
      installChatSdk(plain);
      expect((await plain.psc("deploy dev.yaml")).code).toBe(0);
      const ran = await plain.psc("smoke dev.yaml");
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("PSC-E126")]);
    } finally {
      await plain.close();
    }
  });
});

describe("the process of the patient", () => {
  it("is given nothing of psc's environment but how to reach the service", async () => {
    const other = await openWorkplace(14_400, { tls: true });
    try {
      expect((await other.psc("deploy dev.yaml")).code).toBe(0);
      // A stand-in for the SDK that says what it finds.
      const folder = join(other.folder, "node_modules", "@microsoft", "omnichannel-chat-sdk");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));
      writeFileSync(
        join(folder, "index.js"),
        "export class OmnichannelChatSDK { async initialize() { throw new Error(JSON.stringify(process.env)); } }",
      );
      const env = { CONTOSO_FORMULARY_KEY: "for psc alone", NO_PROXY: "intranet.contoso.com" };
      const { json } = await other.psc("smoke dev.yaml --output json", { env });
      const seen = JSON.stringify(json.stages[0]);
      expect(seen).toContain("NODE_EXTRA_CA_CERTS");
      expect(seen).not.toContain("for psc alone");
    } finally {
      await other.close();
    }
  });
});
