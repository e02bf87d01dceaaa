import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "./support.ts";

/** The package as npm publishes it, with nothing but the packages it names. */

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();
const installed = join(folder.path, "node_modules", "psc-toolkit");

interface Locked {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder.path], {
    cwd: root,
    encoding: "utf8",
  });
  mkdirSync(installed, { recursive: true });
  const file = join(folder.path, packed.trim().split("\n").at(-1) ?? "");
  execFileSync("tar", ["-xzf", file, "-C", installed, "--strip-components=1"]);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Locked;
  for (const [path, { dev }] of Object.entries(packages)) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev === true) continue;
    if (!existsSync(join(root, path))) continue;
    mkdirSync(join(folder.path, path, ".."), { recursive: true });
    symlinkSync(join(root, path), join(folder.path, path));
  }
}, 60_000);
afterAll(() => folder.remove());

function psc(line: string, env: Readonly<Record<string, string>> = {}): string {
  const command = [
    // Otherwise a linked package would find its neighbours in this checkout.
    "--preserve-symlinks",
    "--preserve-symlinks-main",
    join(installed, "bin", "psc.js"),
    ...line.split(" "),
  ];
  try {
    return execFileSync(process.execPath, command, {
      cwd: folder.path,
      encoding: "utf8",
      stdio: "pipe",
      env: { PATH: process.env["PATH"] ?? "", HOME: folder.path, ...env },
    });
  } catch (error) {
    return (error as { stdout: string; stderr: string }).stderr;
  }
}

describe("the published package", () => {
  it("holds no source and no tests, and runs from its compiled files", () => {
    expect(readdirSync(installed)).not.toContain("src");
    expect(psc("--version")).toBe(
      `${(JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version}\n`,
    );
  });

  it("deploys the example into its sandbox", () => {
    psc("init hospital");
    expect(psc("deploy hospital/dev.yaml --sandbox")).toMatch(/✓ Done: \d+ changes/);
  });

  it("reads expressions of controls of one's own with the library it names", () => {
    psc("init clinic");
    const [dev, own] = ["dev.yaml", "own.yaml"].map((name) => join(folder.path, "clinic", name));
    appendFileSync(dev ?? "", "\nverify: { controls: [own.yaml] }\n");
    const control = "id: TRY-01, title: t, statement: s, rationale: r, level: SHALL, otherwise: o";
    const write = (holds: string): void =>
      writeFileSync(
        own ?? "",
        `apiVersion: psc/v1\nkind: Controls\ncontrols: [{ ${control}, restsOn: [omnichannel.queue], holds: "${holds}" }]\n`,
      );
    write("size(resources) > 0");
    expect(psc("validate clinic/dev.yaml --output json")).toContain('"valid": true');
    write("size(resource) > 0");
    expect(psc("plan clinic/dev.yaml --sandbox")).toContain("PSC-E097");
  });

  it("signs in with the library it carries, whose licences it carries too", () => {
    expect(existsSync(join(folder.path, "node_modules/@azure/identity"))).toBe(false);
    const application = { AZURE_CLIENT_ID: "0a0a0a0a-0000-0000-0000-000000000000", AZURE_CLIENT_SECRET: "x" };
    expect(psc("plan hospital/dev.yaml --sandbox", application)).toContain("AADSTS700016");
    const licences = readFileSync(join(installed, "dist/services/azure-identity.licences.txt"), "utf8");
    for (const name of ["@azure/identity", "@azure/msal-node", "jsonwebtoken"])
      expect(licences).toContain(`\n${name} `);
  });
});
