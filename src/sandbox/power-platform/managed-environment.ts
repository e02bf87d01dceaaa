import type { JsonObject } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import { requireBapAdministrator } from "./administrators.ts";
import { environmentOf } from "./environments.ts";
import { accepted, requireIdle, startOperation } from "./lifecycle-operations.ts";
import { bapBody, bapRefusal, objectMember, textMember } from "./power-platform-errors.ts";
import { type EnvironmentRecord, type OperationType, SECOND } from "./power-platform-state.ts";

const DURATION = 30 * SECOND;

/** Settings travel as text, numbers and booleans too (services/managed_environment of microsoft/terraform-provider-power-platform). */
function checkedSettings(body: JsonObject): JsonObject | undefined {
  const settings = objectMember(body, "settings");
  if (settings === undefined) return undefined;
  const extended = objectMember(settings, "extendedSettings") ?? {};
  const wrong = Object.entries(extended).find(([, value]) => typeof value !== "string");
  // Assumption: the refusal of a value of another type is not published.
  if (wrong !== undefined)
    throw bapRefusal(400, "InvalidRequestContent", `The value of '${wrong[0]}' must be a string.`);
  return settings;
}

function operationTypeOf(environment: EnvironmentRecord, level: "Basic" | "Standard"): OperationType {
  if (level === "Basic") return "DisableGovernanceConfiguration";
  return environment.protectionLevel === "Standard"
    ? "UpdateGovernanceConfiguration"
    : "EnableGovernanceConfiguration";
}

/** Turning an environment into a managed one and back: `protectionLevel` `Standard` or `Basic`. */
export const MANAGED_ENVIRONMENT_ROUTES: readonly Route[] = [
  route(
    "POST",
    "/providers/Microsoft.BusinessAppPlatform/environments/{environment}/governanceConfiguration",
    (request, world) => {
      requireBapAdministrator(request, world);
      const environment = environmentOf(request, world);
      requireIdle(world, environment);
      const body = bapBody(request);
      const wanted = textMember(body, "protectionLevel")?.toLowerCase();
      const level = wanted === "standard" ? "Standard" : wanted === "basic" ? "Basic" : undefined;
      if (level === undefined)
        throw bapRefusal(400, "BadRequest", "The protection level must be Standard or Basic.");
      if (environment.database === null)
        throw bapRefusal(400, "BadRequest", `The environment ${environment.id} has no linked instance.`);
      // Environments in a group take their governance from it. Assumption: the message is not published.
      if (environment.environmentGroupId !== null)
        throw bapRefusal(
          409,
          "GovernanceConfigurationChangeBlockedByGroup",
          "The governance configuration is controlled by the group of the environment.",
        );
      const settings = checkedSettings(body);
      const unchanged =
        level === environment.protectionLevel &&
        (level === "Basic" ||
          settings === undefined ||
          JSON.stringify(settings) === JSON.stringify(environment.governanceSettings));
      if (unchanged) return { status: 204 };
      const operation = startOperation(
        world,
        request,
        environment.id,
        operationTypeOf(environment, level),
        DURATION,
        settings === undefined ? {} : { settings },
      );
      return accepted(environment.location, operation);
    },
  ),
];
