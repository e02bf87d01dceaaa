import { afterEach, beforeEach, expect, it } from "vitest";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let role: string;
beforeEach(async () => {
  organization = await startOrganization();
  role = await organization.idOf("roles", "name eq 'Environment Maker'", "roleid");
});
afterEach(() => organization.close());

async function layers(id: string): Promise<[string, number][]> {
  const filter = encodeURIComponent(`msdyn_componentid eq '${id}' and msdyn_solutioncomponentname eq 'Role'`);
  const { body } = await organization.get(`msdyn_componentlayers?$filter=${filter}`);
  return body.value.map((row: { msdyn_solutionname: string; msdyn_order: number }) => [
    row.msdyn_solutionname,
    row.msdyn_order,
  ]);
}

it("puts the layer of an edit on top of the one a shipped role came with", async () => {
  expect(await layers(role)).toEqual([["System", 1]]);
  await organization.pass(1_000);
  const edited = await organization.ask("PATCH", `roles(${role})`, { body: { description: "edited" } });
  expect(edited.status).toBe(204);
  expect(await layers(role)).toEqual([
    ["System", 1],
    ["Active", 2],
  ]);
});

it("has only the layer of the environment itself for a role that nobody shipped", async () => {
  const own = await organization.idOf("roles", "name eq 'System Administrator'", "roleid");
  expect(await layers(own)).toEqual([["Active", 1]]);
  expect(await layers("00000000-0000-4000-8000-000000000000")).toEqual([]);
});

it("neither shows the layers of other components nor takes new ones", async () => {
  for (const filter of ["", "?$filter=msdyn_solutioncomponentname eq 'Entity'"])
    expect((await organization.get(`msdyn_componentlayers${filter}`)).status).toBe(501);
  expect((await organization.ask("POST", "msdyn_componentlayers", { body: {} })).status).toBe(405);
});
