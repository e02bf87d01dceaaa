import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";

/** Clears the screen, sets the title, writes over the line, hides text, turns it round: C0, C1 and bidi. */
const STEERING = "\u001b[2J\u001b]0;owned\u0007\r\u0008\u009b31m\u202egnp.exe\u2066";
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
  const { sandbox } = place;
  const organization =
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
  const token = await sandbox.token("admin", organization);
  const widgets = `${organization}/api/data/v9.2/msdyn_livechatconfigs`;
  const { body } = await sandbox.ask("GET", `${widgets}?$select=msdyn_livechatconfigid`, { token });
  const [{ msdyn_livechatconfigid: id }] = body.value as [{ msdyn_livechatconfigid: string }];
  const changed = await sandbox.ask("PATCH", `${widgets}(${id})`, {
    token,
    body: { msdyn_widgettitle: STEERING },
  });
  expect(changed.status).toBe(204);
});
afterAll(() => place.close());

describe("names with terminal sequences in them", () => {
  it.each(["plan", "verify"])("show as text in psc %s", async (command) => {
    for (const how of ["", " --verbose", " --debug"]) {
      const { stdout, stderr } = await place.psc(`${command} dev.yaml${how}`);
      expect(stdout + stderr).not.toMatch(OBEYED);
      expect(stdout).toContain("\\x1b[2J");
    }
  });

  it.each(["plan", "verify"])("are escaped, not lost, in the JSON of psc %s", async (command) => {
    for (const how of ["", " --verbose", " --debug"]) {
      const { stdout } = await place.psc(`${command} dev.yaml --output json${how}`);
      expect(stdout).not.toMatch(OBEYED);
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(STEERING).slice(1, -1));
    }
  });

  it("show as text in the errors of a service", async () => {
    place.write(
      "shout.yaml",
      JSON.stringify({
        faults: [
          {
            when: { service: "arm" },
            action: {
              kind: "respond",
              status: 400,
              body: { error: { code: `Bad${STEERING}`, message: `no ${STEERING}` } },
            },
          },
        ],
      }),
    );
    for (const how of ["", " --output json", " --debug"]) {
      const { code, stdout, stderr } = await place.psc(`plan dev.yaml --sandbox-faults shout.yaml${how}`);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toMatch(OBEYED);
    }
  });
});
