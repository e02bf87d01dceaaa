import { expect, it } from "vitest";
import { roleAssignmentResources } from "../../../src/resources/dataverse/role-assignment.ts";
import { loadSpec } from "../../../src/spec/index.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";

const loaded = loadSpec("examples/contoso/full.yaml", { env: {} });

function needsOf(role: string): readonly string[] {
  if (!loaded.ok) throw new AggregateError(loaded.problems);
  const spec: EnvironmentSpec = {
    ...loaded.spec,
    roles: [{ role, to: { kind: "group", group: "agents" }, by: "direct" }],
  };
  return roleAssignmentResources(spec, loaded.manifest).flatMap(({ dependsOn }) => dependsOn);
}

it("a role that no package brings waits for the solutions of one's own; others do not", () => {
  expect(needsOf("Contoso visit planner")).toContain('dataverse.solution["ContosoVisits"]');
  expect(needsOf("Omnichannel agent")).not.toContain('dataverse.solution["ContosoVisits"]');
});
