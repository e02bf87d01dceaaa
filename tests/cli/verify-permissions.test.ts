import { cpSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PermissionList } from "../../src/permissions.ts";
import { runLine, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
beforeAll(() =>
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), folder.path, { recursive: true }),
);
afterAll(() => folder.remove());

const psc = (line: string) => runLine(line.split(" "), { cwd: folder.path });

describe("verify --permissions", () => {
  // No sandbox and no sign-in: whoever asked anything would fail.
  it("lists by service what the spec needs, and what is lost without it", async () => {
    const ran = await psc("verify full.yaml --permissions");
    expect(ran.code).toBe(0);
    const at = (text: string): number => ran.stdout.indexOf(text);
    const services = [
      "Microsoft Graph (",
      "Azure (",
      "Azure Key Vault (",
      "Power Platform (",
      "Dataverse (",
      "Microsoft Entra (",
    ];
    for (const text of services) expect(at(text), text).toBeGreaterThan(-1);
    expect(services.map(at)).toEqual(services.map(at).toSorted((a, b) => a - b));
    expect(ran.stdout).toMatch(
      /\n {2}prvReadKnowledgeArticle\n {6}without it: PSC-RES-AGENT-EXPERIENCE\.KNOWLEDGE-ARTICLE\n/,
    );
    expect(ran.stdout).toContain("for people only");
    expect(ran.stdout).toContain("not needed next to");
    expect(ran.stdout).toMatch(/and \d+ more/);
    expect((await psc("verify full.yaml --permissions --verbose")).stdout).not.toMatch(/and \d+ more/);
  });

  it("asks for less where a spec uses less", async () => {
    const names = async (file: string): Promise<string[]> => {
      const list = (await psc(`verify ${file} --permissions --output json`)).json as PermissionList;
      expect(list).toMatchObject({ format: "psc.permissions/1", tool: { name: "psc" } });
      return list.services.flatMap(({ permissions }) => permissions.map(({ name }) => name));
    };
    const [full, dev] = [await names("full.yaml"), await names("dev.yaml")];
    expect(full).toContain("Microsoft.KeyVault/vaults/secrets/readMetadata/action");
    expect(dev).not.toContain("Microsoft.KeyVault/vaults/secrets/readMetadata/action");
    expect(dev.filter((name) => !full.includes(name))).toEqual([]);
    expect([...full, ...dev].filter((name) => /write|delete/i.test(name))).toEqual([]);
  });

  it.each(["--facts facts.json", "--collect facts.json", "--report json=x.json"])(
    "goes with no %s",
    async (option) => {
      const ran = await psc(`verify full.yaml --permissions ${option}`);
      expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining("PSC-E101")]);
    },
  );
});
