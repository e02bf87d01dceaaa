import { execFile, spawnSync } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request } from "node:https";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { send } from "../../harness/sandbox.ts";
import { startTlsSandbox, type TlsSandbox } from "../../harness/tls.ts";

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

let cloud: TlsSandbox;
beforeAll(async () => {
  cloud = await startTlsSandbox();
});
afterAll(() => cloud.close());

/** A TLS connection to the sandbox as a client of `servername` makes it; rejects when the handshake fails. */
function handshake(servername: string | undefined, ca: string = cloud.tls.caPem): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: "127.0.0.1", port: cloud.tls.port, ca, ...(servername === undefined ? {} : { servername }) },
      () => resolve(socket),
    );
    socket.once("error", reject);
  });
}

/** What the proxy says to `CONNECT target`, and its body. */
function tunnel(port: number, target: string): Promise<{ status: number; body: string; socket: Socket }> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: "127.0.0.1", port, method: "CONNECT", path: target })
      .on("connect", (answer, socket, head) => {
        if (answer.statusCode === 200) return resolve({ status: 200, body: "", socket });
        let body = head.toString("utf8");
        socket.on("data", (chunk: Buffer) => {
          body += chunk.toString("utf8");
        });
        socket.on("end", () => resolve({ status: answer.statusCode ?? 0, body, socket }));
      })
      .on("error", reject)
      .end();
  });
}

describe("real host names over TLS", () => {
  it("answers a client that is given nothing but a proxy and the authority's file", async () => {
    const script = `const answer = await fetch("https://graph.microsoft.com/v1.0/organization"); console.log(answer.status, (await answer.json()).error.code)`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: process.env["PATH"], ...cloud.env },
    });
    expect(stdout.trim()).toBe("401 InvalidAuthenticationToken");
  });

  it.skipIf(!hasCurl)("answers curl (skipped where there is none)", async () => {
    const { stdout } = await promisify(execFile)(
      "curl",
      [
        "--silent",
        "--show-error",
        "--write-out",
        "%{http_code} %{ssl_verify_result}",
        "--output",
        "/dev/null",
        "https://management.azure.com/subscriptions?api-version=2022-12-01",
      ],
      { env: { PATH: process.env["PATH"], ...cloud.env } },
    );
    expect(stdout).toBe("401 0");
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
    expect(process.env["HTTPS_PROXY"]).toBeUndefined();
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

  it("shows each host a certificate of its own, signed by the sandbox's authority", async () => {
    for (const host of ["graph.microsoft.com", "contosohealth-dev.crm.dynamics.com", "localhost"]) {
      const socket = await handshake(host);
      const certificate = socket.getPeerCertificate();
      socket.destroy();
      expect(certificate.subjectaltname?.split(", ")[0]).toBe(`DNS:${host}`);
      expect(certificate.issuer).toMatchObject({ O: "psc sandbox" });
      expect(Date.parse(certificate.valid_to) - Date.now()).toBeLessThan(398 * 86_400_000);
    }
    const byAddress = await handshake(undefined);
    expect(byAddress.getPeerCertificate().subjectaltname).toContain("IP Address:127.0.0.1");
    expect(byAddress.authorized).toBe(true);
    byAddress.destroy();
  });

  it("is not believed by a client that does not know the authority", async () => {
    const other = await startSandbox({ tls: true });
    await expect(handshake("graph.microsoft.com", other.tls?.caPem ?? "")).rejects.toThrow(/certificate/);
    await other.close();
  });

  it("refuses the handshake for a name it does not own", async () => {
    await expect(handshake("example.com")).rejects.toThrow();
    await expect(handshake("graph.microsoft.com.example.com")).rejects.toThrow();
  });
});

describe("the proxy", () => {
  it("refuses every host that the sandbox does not play, and every other port", async () => {
    for (const target of ["example.com:443", "graph.microsoft.com:80", "127.0.0.1:22", "nonsense"]) {
      const refused = await tunnel(cloud.sandbox.port, target);
      expect([refused.status, refused.body]).toEqual([502, `The sandbox has no service at ${target}.\n`]);
    }
  });

  it("says so when there is no TLS to lead to", async () => {
    const plain = await startSandbox();
    const refused = await tunnel(plain.port, "graph.microsoft.com:443");
    expect([refused.status, refused.body]).toEqual([502, expect.stringContaining("psc sandbox start --tls")]);
    await plain.close();
  });

  it("takes requests that name the whole URL", async () => {
    const answer = await send(cloud.sandbox.port, "GET", "https://graph.microsoft.com/v1.0/organization");
    const whole = await new Promise((resolve, reject) => {
      httpRequest({
        host: "127.0.0.1",
        port: cloud.sandbox.port,
        path: "https://graph.microsoft.com/v1.0/organization",
        headers: { host: "graph.microsoft.com" },
      })
        .on("response", (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on("error", reject)
        .end();
    });
    expect(whole).toBe(answer.status);
  });

  it("ends open tunnels when the sandbox closes", async () => {
    const short = await startSandbox({ tls: true });
    const { socket } = await tunnel(short.port, "graph.microsoft.com:443");
    const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.resume();
    await short.close();
    await ended;
    expect(socket.destroyed).toBe(true);
  });
});
