import * as z from "zod";
import { CONSENT_BY } from "../model.ts";
import { DEFAULTS } from "./defaults.ts";
import { described, filePath, oneOf, optional, patternText, shortText, text, wholeNumber } from "./fields.ts";
import { guid, principal, userPrincipalName } from "./terms.ts";

const group = z.strictObject({
  name: optional(shortText(256), "Display name of the Entra security group; made or adopted by this name.", {
    required: true,
  }),
  members: optional(
    z.array(described(userPrincipalName, "Name a person signs in with.")),
    "People psc makes sure of. Other members are left alone.",
    { derivedDefault: "nobody" },
  ),
  owners: optional(
    z.array(described(userPrincipalName, "Name a person signs in with.")),
    "People who may change the group. Other owners are left alone.",
    { derivedDefault: "left as they are" },
  ),
});

/** "federatedIdentityCredential resource type", Microsoft Graph v1.0: lengths and forms. */
const federatedCredential = z.strictObject({
  name: described(
    patternText(/^[A-Za-z0-9][\w.~-]{0,119}$/, {
      code: "PSC-E083",
      what: "the name of a federated credential",
      remedy: "use up to 120 letters, digits, hyphens, dots and underscores",
    }),
    "Name of the credential; it cannot be changed later.",
  ),
  issuer: optional(
    text(
      (value) => /^https:\/\/[^\s/]+(\/\S*)?$/.test(value) && value.length <= 600,
      {
        code: "PSC-E083",
        what: "an issuer",
        remedy: "write its address, such as https://token.actions.githubusercontent.com",
      },
      /^https:\/\/\S+$/,
    ),
    "Who issues the tokens, such as `https://token.actions.githubusercontent.com`.",
    { required: true },
  ),
  subject: optional(shortText(600), "Whose tokens are taken, such as `repo:contoso/psc:environment:prod`.", {
    required: true,
  }),
});

const certificate = z.strictObject({
  name: described(shortText(90), "Name the certificate has among the application's."),
  file: optional(
    filePath,
    "The certificate in PEM, without its private key. A new file under the same name takes the old one's place; give it another name while both are to work.",
    { required: true },
  ),
});

const clientSecret = z.strictObject({
  vault: optional(
    patternText(/^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/, {
      code: "PSC-E084",
      what: "the name of a key vault",
      remedy: "write the vault's name, without https:// and without its domain",
    }),
    "Name of the key vault that keeps it. It must exist.",
    { required: true },
  ),
  name: optional(
    patternText(/^[A-Za-z0-9-]{1,127}$/, {
      code: "PSC-E084",
      what: "the name of a secret",
      remedy: "use up to 127 letters, digits and hyphens",
    }),
    "Name of the secret in the vault.",
    { required: true },
  ),
  validDays: optional(wholeNumber(1, 730), "Days until it expires.", { default: DEFAULTS.secretValidDays }),
  renewDays: optional(
    wholeNumber(0, 365),
    "With fewer days left, the next deploy makes a new one; the old one stays valid until it expires.",
    { default: DEFAULTS.secretRenewDays },
  ),
});

const permissionName = patternText(/^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/, {
  code: "PSC-E085",
  what: "the name of a permission",
  remedy: "write it as Microsoft Graph names it, such as User.Read.All",
});

const graphPermissions = z.strictObject({
  application: optional(
    z.array(described(permissionName, "Name such as `User.Read.All`.")),
    "Application permissions: what the application may do by itself.",
    { derivedDefault: "none" },
  ),
  delegated: optional(
    z.array(described(permissionName, "Name such as `User.Read`.")),
    "Delegated permissions: what it may do for a person who is signed in.",
    { derivedDefault: "none" },
  ),
  consent: optional(
    oneOf(CONSENT_BY),
    "Who grants them for the tenant. `psc` needs AppRoleAssignment.ReadWrite.All, which can grant anything to anybody; keep that from pipelines.",
    { default: DEFAULTS.consentBy },
  ),
});

const application = z.strictObject({
  name: optional(shortText(120), "Display name of the application.", {
    derivedDefault: "`psc NAME bot` with the spec's `name`",
  }),
  federated: optional(
    z.array(described(federatedCredential, "One issuer and subject.")),
    "Tokens of others by which the application may sign in, without any secret.",
    { derivedDefault: "left as they are" },
  ),
  certificates: optional(
    z.array(described(certificate, "One certificate.")),
    "Certificates by which it may sign in. Others are left alone.",
    { derivedDefault: "left as they are" },
  ),
  secret: optional(
    clientSecret,
    "A client secret, which psc makes, keeps in a key vault and renews. Nobody needs it for the bot.",
    { derivedDefault: "none" },
  ),
  permissions: optional(graphPermissions, "Permissions of Microsoft Graph: exactly these are asked for.", {
    derivedDefault: "left as they are",
  }),
});

export const identitySchema = z.strictObject({
  groups: optional(
    z.record(
      z.string(),
      described(
        z.union([shortText(256), group]),
        "The group's display name, or its name, members and owners.",
      ),
    ),
    "Entra security groups under the keys other fields use (`group/KEY`). healthBot.access and environment.securityGroup default to the keys `botAdmins` and `users`.",
    { derivedDefault: "users, agents, supervisors and botAdmins, named after the environment" },
  ),
  application: optional(
    described(
      z.union([shortText(120), application]),
      "The application's display name, or its name, credentials and permissions.",
    ),
    "The Entra application behind the bot's Dataverse user, dedicated to this environment.",
    { derivedDefault: "`psc NAME bot` with the spec's `name`" },
  ),
  adminApplications: optional(
    z.array(
      described(guid("a client id (GUID)", "copy the application (client) id from Entra"), "Client id."),
    ),
    "Applications of pipelines that administer Power Platform unattended; registered as management applications.",
    { derivedDefault: "none" },
  ),
});

export const roleSchema = z.strictObject({
  role: described(shortText(100), "Display name of the Dataverse security role."),
  to: described(principal, "Who gets it: `group/KEY`, `user/NAME@DOMAIN` or `bot`."),
  by: optional(
    z.enum(["team", "direct"]),
    "`team`: the group becomes an Entra group team that holds the role. `direct`: every member holds it, the only way Omnichannel counts.",
    { derivedDefault: "`direct` for Omnichannel roles, people and the bot, else `team`" },
  ),
});
