import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { runLine, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const psc = (line: string, env: Record<string, string> = {}) =>
  runLine(line.split(" "), { cwd: folder.path, env });

afterAll(async () => {
  await psc("sandbox stop");
  folder.remove();
});

describe("a sandbox for other clients", () => {
  it("needs TLS, and says how to get it", async () => {
    expect((await psc("sandbox env")).stderr).toContain("PSC-E124");
    expect((await psc("sandbox start")).code).toBe(0);
    const plain = await psc("sandbox env");
    expect([plain.code, plain.stdout]).toEqual([1, ""]);
    expect(plain.stderr).toContain("PSC-E126");
    expect((await psc("sandbox start --tls")).stderr).toContain("PSC-E122");
    await psc("sandbox stop");
  });

  it("tells everything such a client needs, and works with it", async () => {
    expect((await psc("sandbox start --tls --output json")).code).toBe(0);
    const { json } = await psc("sandbox env --output json");
    expect(json).toMatchObject({
      format: "psc.sandbox-env/1",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      tlsPort: expect.any(Number),
      caFile: join(folder.path, ".psc", "sandbox", "tls", "ca.pem"),
      variables: { HTTPS_PROXY: json.url, NODE_EXTRA_CA_CERTS: json.caFile },
    });
    expect(json.hosts).toContain("127.0.0.1 graph.microsoft.com");
    const script = 'const a = await fetch("https://graph.microsoft.com/v1.0/me"); console.log(a.status)';
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: process.env["PATH"], ...json.variables },
    });
    expect(stdout.trim()).toBe("401");
  });

  it("is told as lines that a shell can run", async () => {
    const bash = await psc("sandbox env --shell bash");
    const { stdout } = await promisify(execFile)("bash", [
      "-c",
      `${bash.stdout}\nprintf '%s' "$NODE_EXTRA_CA_CERTS"`,
    ]);
    expect(stdout).toBe(join(folder.path, ".psc", "sandbox", "tls", "ca.pem"));
    const powershell = await psc("sandbox env --shell powershell");
    expect(powershell.stdout).toMatch(/^\$env:HTTPS_PROXY = 'http:\/\/127\.0\.0\.1:\d+'$/m);
  });

  it("keeps its authority over a restart, with the key for its owner only", async () => {
    const tls = join(folder.path, ".psc", "sandbox", "tls");
    const before = readFileSync(join(tls, "ca.pem"), "utf8");
    expect(statSync(join(tls, "ca-key.pem")).mode & 0o777).toBe(0o600);
    await psc("sandbox stop");
    await psc("sandbox start --tls");
    expect(readFileSync(join(tls, "ca.pem"), "utf8")).toBe(before);
  });
});

describe("psc itself", () => {
  it("refuses to run with the check of certificates switched off", async () => {
    const refused = await psc("sandbox url", { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("PSC-E213");
    expect(refused.stderr).toContain("NODE_EXTRA_CA_CERTS");
    expect(refused.stdout).toBe("");
  });
});
