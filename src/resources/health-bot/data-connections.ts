import type { FieldValue } from "../../engine/observation.ts";
import type { Context } from "../../engine/resource.ts";
import type { Backup } from "../../services/health-bot.ts";
import { type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { HealthBotSpec } from "../../spec/model.ts";
import { stableGuid } from "../omnichannel/stable-ids.ts";
import { SET, shownValue } from "./shown-value.ts";

/** Services that scenarios call, as a backup holds them (microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json). */

type Connections = HealthBotSpec["dataConnections"];
const HEADER = "header";

export async function observedConnections(
  declared: Connections,
  backup: Backup,
  context: Context,
): Promise<Readonly<Record<string, FieldValue>>> {
  const found: Record<string, FieldValue> = {};
  for (const { name, headers } of declared) {
    const row = rowsAt(backup, "dataConnections").find((one) => textAt(one, "name") === name);
    if (row === undefined) continue;
    const parameters = rowsAt(row, "static_parameters").filter((one) => textAt(one, "type") === HEADER);
    const shownHeaders: Record<string, FieldValue> = {};
    for (const header of headers) {
      const parameter = parameters.find((one) => textAt(one, "key") === header.name);
      if (parameter !== undefined)
        shownHeaders[header.name] = await shownValue(textAt(parameter, "value"), header.value, context);
    }
    found[name] = {
      url: textAt(row, "base_url"),
      description: textAt(row, "description"),
      headers: shownHeaders,
    };
  }
  return found;
}

/** As plans show them: secrets only as set. */
export function declaredConnections(declared: Connections): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(
    declared.map(({ name, baseUrl, description, headers }) => [
      name,
      {
        url: baseUrl,
        description,
        headers: Object.fromEntries(
          headers.map(({ name: header, value }) => [header, typeof value === "string" ? value : SET]),
        ),
      },
    ]),
  );
}

/** Connections in the form of an export: type `custom`, constant headers as static parameters. */
export async function withConnections(
  declared: Connections,
  backup: Backup,
  context: Context,
): Promise<readonly Row[]> {
  const present = rowsAt(backup, "dataConnections");
  const written = await Promise.all(
    declared.map(async ({ name, baseUrl, description, headers }) => {
      const before = present.find((one) => textAt(one, "name") === name);
      const given = await Promise.all(
        headers.map(async (header) => ({
          key: header.name,
          type: HEADER,
          value:
            typeof header.value === "string"
              ? header.value
              : (await context.services.secret(header.value)).reveal(),
        })),
      );
      const kept = rowsAt(before, "static_parameters").filter(
        (one) => textAt(one, "type") !== HEADER || !given.some(({ key }) => key === textAt(one, "key")),
      );
      return {
        id: String(Number.parseInt(stableGuid("data connection", name).slice(0, 10).replace("-", ""), 16)),
        type: "custom",
        auth_provider: "",
        ...before,
        name,
        description,
        base_url: baseUrl,
        static_parameters: [...kept, ...given],
      };
    }),
  );
  return [...present.filter((one) => !declared.some(({ name }) => name === textAt(one, "name"))), ...written];
}
