import type { Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { omnichannelBase } from "./channels.ts";
import { defineSwitches, isDeclared } from "./organization-switches.ts";

/**
 * Whose messages the masking rules apply to. Which text of the admin center is which column is written nowhere; the
 * official chat client masks what the customer types when `msdyn_maskforcustomer` is set (docs/assumptions.md).
 */
export const masking = defineSwitches({
  kind: "omnichannel.masking",
  summary: "Whose messages private data is hidden in",
  step: 11,
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/data-masking-settings.md",
    "microsoft/omnichannel-chat-sdk:src/OmnichannelChatSDK.ts",
  ],
  label: "data masking",
  columns: { customers: "msdyn_maskforcustomer", agents: "msdyn_maskforagent" },
});

export function maskingResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { customers, agents } = spec.omnichannel.masking;
  if (!isDeclared({ customers, agents })) return [];
  return [masking.resource({ props: { customers, agents }, dependsOn: omnichannelBase(spec, manifest) })];
}
