import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

describe("dev, test and prod over one base", () => {
  it("stand side by side in one tenant, each with its own application, bot and workspace", async () => {
    for (const stage of ["dev", "test", "prod"])
      expect((await place.psc(`deploy ${stage}.yaml`)).code).toBe(0);
    const rows = async (path: string): Promise<Record<string, unknown>[]> =>
      Object.values(
        (await place.sandbox.control("GET", `state?path=${path}`)).body as Record<
          string,
          Record<string, unknown>
        >,
      );
    for (const path of ["arm/healthBots", "arm/workspaces", "arm/components"])
      expect(await rows(path)).toHaveLength(3);
    const objects = (await rows("graph/objects")) as { kind: string; value: { tags?: string[] } }[];
    const applications = objects.filter(
      ({ kind, value }) => kind === "application" && value.tags?.includes("psc"),
    );
    expect(
      applications.map(({ value }) => value.tags?.find((tag) => tag.startsWith("psc-env:"))).sort(),
    ).toEqual(["psc-env:contoso-dev", "psc-env:contoso-prod", "psc-env:contoso-test"]);
    for (const stage of ["dev", "test", "prod"])
      expect((await place.psc(`verify ${stage}.yaml`)).code).toBe(0);
  });

  it.each([
    ["an Entra application", "identity: { application: shared bot }"],
    [
      "Application Insights",
      "azure: { subscription: 11111111-1111-4111-8111-111111111111, resourceGroup: rg-shared, monitoring: { applicationInsights: appi-shared } }",
    ],
  ])("may not share %s", async (_what, line) => {
    const stage = (name: string): string =>
      `extends: base.yaml\nname: ${name}\nstage: dev\nenvironment: { domain: ${name} }\n${line.startsWith("azure") ? "" : "azure: { subscription: 11111111-1111-4111-8111-111111111111 }\n"}${line}\n`;
    place.write("one.yaml", stage("one"));
    place.write("two.yaml", stage("two"));
    const together = await place.psc("validate one.yaml two.yaml", { plain: true });
    expect(together.code).toBe(64);
    expect(together.stdout + together.stderr).toMatch(/(one|two)\.yaml:\d+:\d+/);
    expect((await place.psc("validate one.yaml", { plain: true })).code).toBe(64);
    place.write(
      "two.yaml",
      "extends: base.yaml\nname: two\nstage: dev\nenvironment: { domain: two-x }\nazure: { subscription: 11111111-1111-4111-8111-111111111111 }\n",
    );
    expect((await place.psc("validate one.yaml two.yaml", { plain: true })).code).toBe(0);
  });
});
