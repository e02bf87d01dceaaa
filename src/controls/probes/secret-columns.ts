import { organization } from "../../resources/dataverse/organization.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { defineProbe } from "../probe.ts";

/**
 * Columns with secrets, of the channels that psc sets up. Source: MicrosoftDocs/dynamics-365-customer-engagement, "Assign
 * roles and enable users for Omnichannel for Customer Service", configure permissions to access secure columns.
 */
const COLUMNS = [
  ["msdyn_authenticationsettings", "msdyn_authenticationclientsecret"],
  ["msdyn_liveworkstream", "msdyn_secureapikey"],
  ["msdyn_ocbotchannelregistrationsecret", "msdyn_securemsappsecret"],
  ["msdyn_occommunicationprovidersetting", "msdyn_securesecret"],
  ["msdyn_ocsmssettingsecret", "msdyn_secureapikey"],
] as const;

/** Which of the columns with secrets are secured; columns that no installed package has brought are left out. */
export const secretColumns = defineProbe<Readonly<Record<string, boolean>>>({
  id: "secret-columns",
  summary: "column security of Omnichannel's columns with secrets",
  api: "Dataverse Web API: EntityDefinitions (Attributes, IsSecured)",
  persona: "System Administrator",
  permissions: ["prvReadEntity", "prvReadAttribute"],
  sources: [
    "Customer Service: Assign roles and enable users for Omnichannel (secure columns)",
    "Dataverse: Query table definitions using the Web API; AttributeMetadata.IsSecured",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const found = await Promise.all(
      COLUMNS.map(async ([table, column]): Promise<[string, boolean][]> => {
        const definition = await client.get(
          `EntityDefinitions(LogicalName='${table}')/Attributes(LogicalName='${column}')`,
          { select: ["LogicalName", "IsSecured"] },
        );
        return definition === undefined ? [] : [[`${table}.${column}`, definition["IsSecured"] === true]];
      }),
    );
    return Object.fromEntries(found.flat());
  },
});
