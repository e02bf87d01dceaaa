import type { FieldValue } from "../../engine/observation.ts";
import type { Context } from "../../engine/resource.ts";
import type { HealthBotVariable } from "../../spec/model.ts";

/** How plans show a secret that is as declared. */
export const SET = "set";

/** Whether a value is as declared, in clear where it is no secret. */
export async function shownValue(
  actual: string | undefined,
  declared: HealthBotVariable["value"],
  context: Context,
): Promise<FieldValue> {
  if (typeof declared === "string") return actual ?? null;
  const wanted = (await context.services.secret(declared)).reveal();
  return actual === undefined || actual === "" ? "not set" : actual === wanted ? SET : "another";
}
