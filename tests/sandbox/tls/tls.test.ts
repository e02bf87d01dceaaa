import { execFile } from "node:child_process";
import { request } from "node:https";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import { startTlsSandbox, type TlsSandbox } from "../../harness/tls.ts";

let cloud: TlsSandbox;
beforeAll(async () => {
  cloud = await startTlsSandbox();
});
afterAll(() => cloud.close());

describe("real host names over TLS", () => {
  it("answers a client that is given nothing but a proxy and the authority's file", async () => {
    const script = `const answer = await fetch("https://graph.microsoft.com/v1.0/organization"); console.log(answer.status, (await answer.json()).error.code)`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: process.env["PATH"], ...cloud.env },
    });
    expect(stdout.trim()).toBe("401 InvalidAuthenticationToken");
  });

  it("answers fetch in this process", async () => {
    const undo = cloud.actAsInternet();
    const answer = await fetch(`https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: PIPELINE_APP.appId,
        client_secret: PIPELINE_APP.secret,
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    undo();
    expect(answer.status).toBe(200);
  });

  it("answers an agent that connects to the TLS port", async () => {
    const status = await new Promise((resolve, reject) => {
      request(
        "https://management.azure.com/subscriptions?api-version=2022-12-01",
        { agent: cloud.agent },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on("error", reject)
        .end();
    });
    expect(status).toBe(401);
  });
});
