import { Refusal } from "../exchange.ts";

/**
 * Refusals of the Dataverse Web API. Codes and texts: Microsoft "Web service error codes"
 * (learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes) and "Compose HTTP
 * requests and handle errors"; codes missing there (0x80060888, 0x80048d19) as quoted in public issues.
 */
export function dataverseError(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message } } });
}

export const segmentNotFound = (segment: string): Refusal =>
  dataverseError(404, "0x80060888", `Resource not found for the segment '${segment}'.`);

export const badQuery = (message: string): Refusal => dataverseError(400, "0x80060888", message);

export const unknownProperty = (name: string, type: string): Refusal =>
  badQuery(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${type}'.`);

export const unsupportedOption = (name: string): Refusal =>
  badQuery(`The query parameter ${name} is not supported`);

export const methodNotAllowed = (method: string): Refusal =>
  dataverseError(
    405,
    "0x80060888",
    `The requested resource does not support http method '${method.toUpperCase()}'.`,
  );

/** A body that does not fit the entity type. */
export const badPayload = (table: string, inner: string): Refusal =>
  dataverseError(
    400,
    "0x80048d19",
    `Error identified in Payload provided by the user for Entity :'${table}', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: ${inner}`,
  );

export const unknownPayloadProperty = (table: string, name: string): Refusal =>
  badPayload(
    table,
    `The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.${table}'. Make sure to only use property names that are defined by the type.`,
  );

export const undeclaredBind = (table: string, name: string): Refusal =>
  badPayload(
    table,
    `An undeclared property '${name}' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
  );

export const directLookupWrite = (): Refusal =>
  badQuery(
    "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.",
  );

export const rowNotFound = (table: string, id: string): Refusal =>
  dataverseError(404, "0x80040217", `Entity '${table}' With Id = ${id} Does Not Exist`);

export const keyNotFound = (table: string): Refusal =>
  dataverseError(
    404,
    "0x80060891",
    `A record with the specified key values does not exist in ${table} entity`,
  );

export const badKey = (table: string): Refusal =>
  badQuery(
    `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${table}'. Ensure that the names and number of key properties match the declared keys of the resource '${table}'.`,
  );

export const duplicateRecord = (): Refusal =>
  dataverseError(412, "0x80040237", "A record with matching key values already exists.");

export const duplicateLink = (): Refusal => dataverseError(412, "0x80040237", "Cannot insert duplicate key.");

export const versionMismatch = (): Refusal =>
  dataverseError(
    412,
    "0x80060882",
    "The version of the existing record doesn't match the RowVersion property provided.",
  );

export const stringTooLong = (table: string, column: string, maxLength: number): Refusal =>
  dataverseError(
    400,
    "0x80044331",
    `A validation error occurred.  The length of the '${column}' attribute of the '${table}' entity exceeded the maximum allowed length of '${maxLength}'.`,
  );

export const optionOutOfRange = (
  table: string,
  column: string,
  value: unknown,
  accepted: readonly string[],
): Refusal =>
  dataverseError(
    400,
    "0x8004431a",
    `A validation error occurred. The value ${String(value)} of '${column}' on record of type '${table}' is outside the valid range. Accepted Values: ${accepted.join(",")}`,
  );

export const integerOutOfRange = (): Refusal =>
  dataverseError(
    400,
    "0x8004432f",
    "A validation error occurred. An integer provided is outside of the allowed values for this attribute.",
  );

export const notMemberOfOrganization = (): Refusal =>
  dataverseError(403, "0x80072560", "The user is not a member of the organization.");

export const userNotEnabled = (): Refusal =>
  dataverseError(
    403,
    "0x80040225",
    "The specified user is either disabled or is not a member of any business unit.",
  );

export const noRolesAssigned = (): Refusal =>
  dataverseError(403, "0x80042f09", "The user has not been assigned any roles.");

export const applicationNotFound = (appId: string, correlationId: string): Refusal =>
  dataverseError(
    400,
    "0x8004f510",
    `We didn’t find that application ID ${appId} in your Azure Active Directory (Azure AD) with CorrelationID ${correlationId}. Make sure your application is registered in Azure AD.`,
  );

export const duplicateApplicationUser = (appId: string): Refusal =>
  dataverseError(
    412,
    "0x8004f511",
    `You are attempting to create an Application ID = ${appId} that already exists.`,
  );

export const immutableDirectoryObjectId = (): Refusal =>
  dataverseError(400, "0x80041d4f", "The property AzureActiveDirectoryObjectId cannot be modified.");

export const teamInWrongBusinessUnit = (ids: {
  team: string;
  teamUnit: string;
  role: string;
  roleUnit: string;
}): Refusal =>
  dataverseError(
    400,
    "0x8004140d",
    `The team with id=${ids.team} belongs to a different business unit=${ids.teamUnit} than the role with roleId=${ids.role} and roleBusinessUnit=${ids.roleUnit}.`,
  );

export const emptyGuid = (): Refusal => dataverseError(400, "0x80040203", "Expected non-empty Guid.");

export const dependentRows = (): Refusal =>
  dataverseError(
    405,
    "0x80040227",
    "The object you tried to delete is associated with another object and cannot be deleted.",
  );

/** A plug-in stopped the write; the platform wraps the plug-in's own words. */
export const pluginRefusal = (message: string): Refusal => dataverseError(400, "0x80040265", message);

export const incompatibleTypes = (left: string, right: string, operator: string): Refusal =>
  badQuery(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${operator}'.`,
  );
