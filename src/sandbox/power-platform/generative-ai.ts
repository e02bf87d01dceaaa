import { type JsonObject, Refusal } from "../exchange.ts";
import { objectMember } from "./power-platform-errors.ts";
import type { EnvironmentRecord } from "./power-platform-state.ts";

/**
 * Locations inside the EU data boundary. Assumption: the service's own list is not published; these are the locations
 * of EU and EFTA countries.
 */
const EU_DATA_BOUNDARY = ["europe", "france", "germany", "norway", "sweden", "switzerland"];

export const isGenerativeAiMember = (name: string): boolean =>
  name === "bingChatEnabled" || name === "copilotPolicies";

/**
 * Chooses generative AI features: an edit of these members alone is answered at once with 204, without an operation.
 * Moving data across the boundary is refused outside the EU data boundary (services/environment of
 * microsoft/terraform-provider-power-platform, fixture Validate_Update_Copilot_Policies_Not_In_Config).
 */
export function chooseGenerativeAi(environment: EnvironmentRecord, properties: JsonObject): void {
  const policies = objectMember(properties, "copilotPolicies") ?? {};
  const boundary = policies["crossBoundaryCopilotDataMovementEnabled"];
  if (boundary !== undefined && !EU_DATA_BOUNDARY.includes(environment.location))
    throw new Refusal({
      status: 400,
      body: {
        error: {
          code: "BadRequest",
          message:
            "CrossBoundaryCopilotDataMovementEnabled can only be set for environments within an EU data boundary location.",
        },
      },
    });
  const known = environment.copilotPolicies;
  const choice = (wanted: unknown, now: boolean | undefined): boolean =>
    typeof wanted === "boolean" ? wanted : (now ?? false);
  if (properties["copilotPolicies"] !== undefined)
    environment.copilotPolicies = {
      crossGeoCopilotDataMovementEnabled: choice(
        policies["crossGeoCopilotDataMovementEnabled"],
        known?.crossGeoCopilotDataMovementEnabled,
      ),
      crossBoundaryCopilotDataMovementEnabled: choice(
        boundary,
        known?.crossBoundaryCopilotDataMovementEnabled,
      ),
    };
  if (typeof properties["bingChatEnabled"] === "boolean")
    environment.bingChatEnabled = properties["bingChatEnabled"];
}
