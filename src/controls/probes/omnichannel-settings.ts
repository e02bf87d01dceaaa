import { organization } from "../../resources/dataverse/organization.ts";
import { listMaskingRules } from "../../resources/omnichannel/masking-rule.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { numberAt, textAt } from "../../services/json-reading.ts";
import { defineProbe } from "../probe.ts";

/** Switches of the whole organization, and the rules that hide private data. */
export const omnichannelSettings = defineProbe<{
  readonly maskForCustomers: boolean;
  readonly maskForAgents: boolean;
  /** Names of active rules. */
  readonly maskingRules: readonly string[];
  /** Only roles that are held directly make somebody an agent; null when the organization does not say. */
  readonly personaMapping: boolean | null;
}>({
  id: "omnichannel-settings",
  summary: "Omnichannel's switches for masking and for the mapping of roles to personas",
  api: "Dataverse Web API: msdyn_omnichannelconfigurations, msdyn_maskingrules",
  persona: "Omnichannel Administrator",
  permissions: ["prvReadmsdyn_omnichannelconfiguration", "prvReadmsdyn_maskingrule"],
  sources: [
    "Dataverse table reference: msdyn_omnichannelconfiguration, msdyn_maskingrule",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/role-persona-mapping.md",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const [rows, rules] = await Promise.all([
      // All columns, as the kinds that change some of them read it.
      client.list("msdyn_omnichannelconfigurations"),
      listMaskingRules(client),
    ]);
    const row = rows?.[0];
    if (row === undefined) return undefined;
    const mapping = row["msdyn_ispersonasecurityrolemappingenabled"];
    return {
      maskForCustomers: row["msdyn_maskforcustomer"] === true,
      maskForAgents: row["msdyn_maskforagent"] === true,
      maskingRules: (rules ?? [])
        .filter((rule) => (numberAt(rule, "statecode") ?? 0) === 0)
        .map((rule) => textAt(rule, "msdyn_name")),
      personaMapping: typeof mapping === "boolean" ? mapping : null,
    };
  },
});
