/**
 * Columns of Omnichannel that hold secrets and are shipped with column security: who sees them is up to column security
 * profiles. Source: MicrosoftDocs/dynamics-365-customer-engagement, "Assign roles and enable users for Omnichannel for
 * Customer Service", configure permissions to access secure columns. Only tables that the sandbox has.
 */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  msdyn_authenticationsettings: ["msdyn_authenticationclientsecret"],
  msdyn_liveworkstream: ["msdyn_secureapikey"],
  msdyn_ocbotchannelregistrationsecret: ["msdyn_securemsappsecret"],
  msdyn_occommunicationprovidersetting: ["msdyn_securesecret"],
  msdyn_ocsmssettingsecret: ["msdyn_secureapikey"],
};

/** True for a column that the product ships as secured. */
export function isSecret(table: string, column: string): boolean {
  return SECRETS[table]?.includes(column) === true;
}
