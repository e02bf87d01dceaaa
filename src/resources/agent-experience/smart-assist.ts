import type { Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { defineSwitches, isDeclared } from "../omnichannel/organization-switches.ts";

/**
 * The row is the product's. Assumption: its switches are the two toggles of Insights > Suggestions for agents, and
 * writing them does what the toggles do. The service switches them off by itself when agents make no use of what is
 * suggested for 21 days; psc shows that as a difference.
 */
export const smartAssist = defineSwitches({
  kind: "agent-experience.smart-assist",
  summary: "Knowledge articles and similar cases that the product suggests to agents",
  step: 15,
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/csw-enable-ai-suggested-cases-knowledge-articles.md",
    "Customer Service: Search Customer Service admin logs in Microsoft Purview (msdyn_suggestionssetting)",
    "Dataverse table reference: msdyn_suggestionssetting (msdyn_kbisenabled, msdyn_caseisenabled)",
  ],
  label: "suggestions for agents",
  table: {
    name: "msdyn_suggestionssetting",
    what: "suggestion settings",
    comesWith: "Customer Service",
    persona: "System Administrator",
  },
  columns: { knowledge: "msdyn_kbisenabled", similarCases: "msdyn_caseisenabled" },
});

export function smartAssistResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { knowledge, similarCases } = spec.agentExperience.smartAssist;
  const switches = { knowledge, similarCases };
  if (!isDeclared(switches)) return [];
  return [smartAssist.resource({ props: switches, dependsOn: omnichannelBase(spec, manifest) })];
}
