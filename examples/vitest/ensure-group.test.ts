/** Copy this file: a test of your own code against the sandbox. Needs Node 24.14 or newer, and `vitest`. */
import {
  controlSandbox,
  leadProcessTo,
  PIPELINE_APP,
  type Sandbox,
  type SandboxControl,
  startSandbox,
  TENANT,
} from "psc-toolkit/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureGroup, signIn } from "./ensure-group.ts";

let sandbox: Sandbox;
let control: SandboxControl;
let undo: () => void;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox({ tls: true, speed: 60 });
  control = controlSandbox(sandbox);
  undo = leadProcessTo(sandbox);
  token = await signIn({
    tenantId: TENANT.id,
    clientId: PIPELINE_APP.appId,
    clientSecret: PIPELINE_APP.secret,
  });
});

afterAll(async () => {
  undo();
  await sandbox.close();
});

test("a group is created once", async () => {
  expect(await ensureGroup(token, "nurses")).toBe("created");
  expect(await ensureGroup(token, "nurses")).toBe("present");
});

test("throttling is waited out", async () => {
  await control.arm({ when: { service: "graph" }, times: 1, action: { kind: "throttle", retryAfter: 0.01 } });
  expect(await ensureGroup(token, "doctors")).toBe("created");
  const answers = (await control.requests()).filter((asked) => asked.url.includes("doctors"));
  expect(answers.map((asked) => asked.status)).toEqual([429, 201]);
});

test("a wrong secret is refused in Entra's words", async () => {
  const wrong = { tenantId: TENANT.id, clientId: PIPELINE_APP.appId, clientSecret: "wrong" };
  await expect(signIn(wrong)).rejects.toThrow(/^AADSTS7000215: Invalid client secret/);
});
