import type { Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { defineSwitches, isDeclared } from "../omnichannel/organization-switches.ts";

export const supervision = defineSwitches({
  kind: "agent-experience.supervision",
  summary: "What supervisors may do with others' conversations",
  step: 15,
  sources: [
    "Customer Service: Monitor conversations as a supervisor",
    "Dataverse table reference: msdyn_omnichannelconfiguration (msdyn_enable_supervisor_*)",
  ],
  label: "rights of supervisors",
  columns: {
    monitor: "msdyn_enable_supervisor_monitor",
    assign: "msdyn_enable_supervisor_assign",
    transfer: "msdyn_enable_supervisor_transfer",
    forceClose: "msdyn_enable_supervisor_forceclose",
  },
});

export function supervisionResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { supervisors } = spec.agentExperience;
  if (!isDeclared(supervisors)) return [];
  return [supervision.resource({ props: supervisors, dependsOn: omnichannelBase(spec, manifest) })];
}
