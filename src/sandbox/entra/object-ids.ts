import { randomBytes } from "node:crypto";

/** The 16 bytes of a GUID in the order .NET and Entra use: the first three groups little-endian. */
export function guidBytes(guid: string): Buffer {
  const hex = Buffer.from(guid.replaceAll("-", ""), "hex");
  const bytes = Buffer.from(hex);
  bytes.writeUInt32LE(hex.readUInt32BE(0), 0);
  bytes.writeUInt16LE(hex.readUInt16BE(4), 4);
  bytes.writeUInt16LE(hex.readUInt16BE(6), 6);
  return bytes;
}

/**
 * Id of an `oAuth2PermissionGrant`: the bytes of client, resource and (for one person) principal, base64url without
 * padding. The formula was read from the ids printed in the Microsoft Graph documentation, "Create
 * oAuth2PermissionGrant"; it explains why there is one grant for each such triple.
 */
export function permissionGrantId(clientId: string, resourceId: string, principalId: string | null): string {
  const parts = [guidBytes(clientId), guidBytes(resourceId)];
  if (principalId !== null) parts.push(guidBytes(principalId));
  return Buffer.concat(parts).toString("base64url");
}

/** Id of an `appRoleAssignment`: the principal's bytes and 16 random ones, base64url without padding. */
export function appRoleAssignmentId(principalId: string): string {
  return Buffer.concat([guidBytes(principalId), randomBytes(16)]).toString("base64url");
}

/** `securityIdentifier` of a group: `S-1-12-1-` and the four little-endian 32-bit words of its id. */
export function securityIdentifier(objectId: string): string {
  const bytes = guidBytes(objectId);
  return `S-1-12-1-${[0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset)).join("-")}`;
}
