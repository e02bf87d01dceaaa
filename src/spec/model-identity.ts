/** The people, and the application that stands behind the bot. */

export interface GroupSpec {
  /** The key other fields use, such as `agents`. */
  readonly key: string;
  /** Display name of the Entra security group. */
  readonly name: string;
  /** User principal names psc makes sure of; other members are left alone. */
  readonly members: readonly string[];
  /** User principal names of those who may change the group; other owners are left alone. */
  readonly owners: readonly string[];
}

/** Trust in a token that somebody else issues, such as a pipeline's. */
export interface FederatedCredentialSpec {
  readonly name: string;
  /** Address of who issues the token. */
  readonly issuer: string;
  readonly subject: string;
}

export interface CertificateSpec {
  readonly name: string;
  /** As locations name it. */
  readonly file: string;
  /** The certificate in DER, base64. */
  readonly der: string;
  /** SHA-1, upper-case hexadecimal. */
  readonly thumbprint: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface ClientSecretSpec {
  /** Name of the key vault that keeps it. */
  readonly vault: string;
  /** Name of the secret in the vault. */
  readonly name: string;
  readonly validDays: number;
  /** With fewer days left, the next deploy makes a new one. */
  readonly renewDays: number;
}

export const CONSENT_BY = ["person", "psc"] as const;

export interface GraphPermissionsSpec {
  /** Application permissions of Microsoft Graph. */
  readonly application: readonly string[];
  readonly delegated: readonly string[];
  /** Who grants them for the tenant: a person at a gate, or psc with the permission to grant any. */
  readonly consent: (typeof CONSENT_BY)[number];
}

export interface ApplicationSpec {
  /** Display name. */
  readonly name: string;
  readonly federated: readonly FederatedCredentialSpec[];
  readonly certificates: readonly CertificateSpec[];
  /** Undefined: psc makes no client secret. */
  readonly secret: ClientSecretSpec | undefined;
  /** Undefined: left as they are. */
  readonly permissions: GraphPermissionsSpec | undefined;
}

export interface IdentitySpec {
  readonly groups: readonly GroupSpec[];
  /** The Entra application dedicated to this environment's bot. */
  readonly application: ApplicationSpec;
  /** Client ids of pipelines that are to administer Power Platform unattended. */
  readonly adminApplications: readonly string[];
}
