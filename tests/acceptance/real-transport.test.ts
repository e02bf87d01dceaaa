import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/main.ts";
import { PIPELINE_APP } from "../../src/sandbox/seed.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

let sandbox: TlsSandbox;
let folder: string;
const kept = process.env["HTTPS_PROXY"];

beforeAll(async () => {
  sandbox = await startTlsSandbox({ speed: 1 });
  folder = mkdtempSync(join(tmpdir(), "psc-real-"));
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), folder, { recursive: true });
});
afterEach(() => {
  if (kept === undefined) delete process.env["HTTPS_PROXY"];
  else process.env["HTTPS_PROXY"] = kept;
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function plan(): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text) };
  const env = { AZURE_CLIENT_ID: PIPELINE_APP.appId, AZURE_CLIENT_SECRET: PIPELINE_APP.secret };
  const code = await run(["plan", "dev.yaml"], { stdout: stream, stderr: stream, env, cwd: folder });
  return { code, said: said.join("") };
}

/** The very code that talks to Microsoft's clouds: TLS, the proxy of the environment, @azure/identity. */
describe("psc without --sandbox", () => {
  it("refuses a certificate it cannot trust, and sends nothing", async () => {
    process.env["HTTPS_PROXY"] = sandbox.proxyUrl;
    const { code, said } = await plan();
    expect(code).toBe(1);
    expect(said).toContain("PSC-E213");
    expect(said).toContain("NODE_EXTRA_CA_CERTS");
    expect((await sandbox.control("GET", "requests")).body.value).toEqual([]);
  });

  it("plans over TLS through a proxy, signed in as the pipeline", async () => {
    const undo = sandbox.actAsInternet();
    try {
      const { code, said } = await plan();
      expect(said).toContain("public cloud");
      expect(code).toBe(2);
      const requests = (await sandbox.control("GET", "requests")).body.value as {
        service: string;
        write: boolean;
      }[];
      expect(new Set(requests.map(({ service }) => service))).toEqual(
        new Set(["entra", "graph", "arm", "bap", "powerPlatform"]),
      );
      expect(requests.filter(({ write }) => write)).toEqual([]);
    } finally {
      undo();
    }
  });
});
