/** Fixed identities of the sandbox tenant, so that examples, docs and tests can name them. */

export const TENANT = {
  id: "7c0ffee0-0000-4000-8000-00000000c0de",
  domain: "contoso.onmicrosoft.com",
  displayName: "Contoso Health",
  countryCode: "US",
} as const;

/** The person psc is signed in as unless told otherwise: Global Administrator, Owner of the subscriptions. */
export const ADMIN_USER = {
  id: "ad000000-0000-4000-8000-000000000001",
  userPrincipalName: `admin@${TENANT.domain}`,
  displayName: "Alex Admin",
  password: "sandbox",
} as const;

/** A member of the tenant without any role or licence: for trying missing permissions. */
export const PLAIN_USER = {
  id: "ad000000-0000-4000-8000-000000000002",
  userPrincipalName: `reader@${TENANT.domain}`,
  displayName: "Robin Reader",
  password: "sandbox",
} as const;

/** The second account for emergencies beside the administrator: named in no group, licensed for nothing, used by nobody. */
export const EMERGENCY_USER = {
  id: "ad000000-0000-4000-8000-000000000009",
  userPrincipalName: `emergency@${TENANT.domain}`,
  displayName: "Emergency Access",
} as const;

/** Human agents of the contact centre; members of no group until somebody adds them. */
export const AGENT_USERS = [
  {
    id: "ad000000-0000-4000-8000-000000000011",
    userPrincipalName: `amara@${TENANT.domain}`,
    displayName: "Amara Agent",
  },
  {
    id: "ad000000-0000-4000-8000-000000000012",
    userPrincipalName: `ben@${TENANT.domain}`,
    displayName: "Ben Agent",
  },
  {
    id: "ad000000-0000-4000-8000-000000000013",
    userPrincipalName: `sofia@${TENANT.domain}`,
    displayName: "Sofia Supervisor",
  },
] as const;

/** A pipeline's identity: has the application permissions, Azure roles and Power Platform registration psc needs. */
export const PIPELINE_APP = {
  appId: "c1000000-0000-4000-8000-0000000000a1",
  objectId: "c1000000-0000-4000-8000-0000000000b1",
  servicePrincipalId: "c1000000-0000-4000-8000-0000000000c1",
  displayName: "psc pipeline",
  secret: "sandbox-secret",
} as const;

/** An application that may sign in and do nothing else. */
export const BARE_APP = {
  appId: "c1000000-0000-4000-8000-0000000000a2",
  objectId: "c1000000-0000-4000-8000-0000000000b2",
  servicePrincipalId: "c1000000-0000-4000-8000-0000000000c2",
  displayName: "Bare application",
  secret: "sandbox-secret",
} as const;

/** Public client that stands for the tenant's own registration for interactive use of psc. */
export const PUBLIC_CLIENT_APP_ID = "c1000000-0000-4000-8000-0000000000a9";

export const SUBSCRIPTIONS = [
  { id: "11111111-1111-4111-8111-111111111111", displayName: "Contoso Health dev" },
  { id: "22222222-2222-4222-8222-222222222222", displayName: "Contoso Health test" },
  { id: "33333333-3333-4333-8333-333333333333", displayName: "Contoso Health prod" },
] as const;

export const SUBSCRIPTION_OF_ANOTHER_TENANT = "99999999-9999-4999-8999-999999999999";
