import * as z from "zod";
import type { SecretReference } from "../model.ts";
import { isSecretReference } from "../secret-reference.ts";
import { DEFAULTS } from "./defaults.ts";
import { described, filePath, oneOf, optional, patternText, shortText, text, wholeNumber } from "./fields.ts";
import { botName, groupReference, languageTag } from "./terms.ts";

const variableName = patternText(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, {
  code: "PSC-E044",
  what: "a variable name",
  remedy: "use letters, digits and underscores, beginning with a letter",
});

const secretText = z
  .custom<string | SecretReference>((value) => typeof value === "string" || isSecretReference(value))
  .meta({ type: "string" });

const handoff = z.strictObject({
  phrase: optional(shortText(200), "What a patient says to reach a person.", {
    default: DEFAULTS.handoffPhrase,
  }),
  sets: optional(variableName, "Context variable the escalation scenario sets.", {
    default: DEFAULTS.handoffVariable,
  }),
  value: optional(wholeNumber(0, 1_000_000), "Value it sets the variable to.", {
    default: DEFAULTS.handoffValue,
  }),
  scenario: optional(shortText(100), "Name of the escalation scenario in the bot.", {
    default: DEFAULTS.handoffScenario,
  }),
  message: optional(shortText(500), "What the bot says while it hands over.", {
    default: DEFAULTS.handoffMessage,
  }),
});

const keep = z.strictObject({
  conversationsDays: optional(wholeNumber(0, 3650), "Days the bot keeps conversations.", {
    default: DEFAULTS.conversationsDays,
  }),
  messageTextInTelemetry: optional(z.boolean(), "Sends what patients write to Application Insights.", {
    default: DEFAULTS.messageTextInTelemetry,
  }),
});

const activation = z.strictObject({
  maxHours: optional(wholeNumber(1, 24), "Longest activation in hours.", {
    default: DEFAULTS.activationHours,
  }),
  require: optional(
    z.array(described(oneOf(["mfa", "justification", "ticket", "approval"]), "A requirement.")),
    "What an activation asks for.",
    { default: DEFAULTS.activationRequire },
  ),
});

const access = z.strictObject({
  admins: optional(groupReference, "Group that administers the bot (Healthcare Agent Admin).", {
    derivedDefault: "`group/botAdmins` when that group is declared",
  }),
  editors: optional(groupReference, "Group that edits scenarios (Healthcare Agent Editor).", {
    derivedDefault: "none",
  }),
  readers: optional(groupReference, "Group that reads them (Healthcare Agent Reader).", {
    derivedDefault: "none",
  }),
  activation: optional(
    z.union([activation, z.literal("none")]),
    "Access is eligible and activated when needed (Privileged Identity Management), or `none` for standing access.",
    { derivedDefault: "on, with the defaults below" },
  ),
});

const customerManagedKey = z.strictObject({
  vault: optional(
    patternText(/^https:\/\/[A-Za-z0-9-]{3,24}\.(vault|managedhsm)\.[a-z.]+\/?$/, {
      code: "PSC-E039",
      what: "the address of a key vault",
      remedy: "write it as the vault shows it, such as https://contoso.vault.azure.net",
    }),
    "Address of the key vault.",
    { required: true },
  ),
  key: optional(
    patternText(/^[A-Za-z0-9-]{1,127}$/, {
      code: "PSC-E039",
      what: "the name of a key",
      remedy: "use the key's name, without the vault and the version",
    }),
    "Name of the key.",
    { required: true },
  ),
  version: optional(
    patternText(/^[0-9a-f]{32}$/, {
      code: "PSC-E039",
      what: "a version of a key",
      remedy: "write its 32 hexadecimal digits, or leave it out for the newest",
    }),
    "Version of the key.",
    { derivedDefault: "the newest" },
  ),
  identity: optional(
    patternText(
      /^\/subscriptions\/[^/]+\/resource[Gg]roups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/,
      {
        code: "PSC-E039",
        what: "the resource id of a user-assigned identity",
        remedy:
          "write /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME",
      },
    ),
    "Resource id of a user-assigned identity that may wrap and unwrap with the key. psc makes neither it nor the vault.",
    { required: true },
  ),
});

const dataConnection = z.strictObject({
  name: described(shortText(100), "Name scenarios call it by."),
  description: optional(shortText(200), "One line about it.", { derivedDefault: "none" }),
  baseUrl: optional(
    patternText(/^https:\/\/[^\s]{1,400}$/, {
      code: "PSC-E036",
      what: "an https address",
      remedy: "write the address all its calls begin with, such as https://api.contoso.com/v1",
    }),
    "Address all its calls begin with.",
    { required: true },
  ),
  headers: optional(
    z.record(
      patternText(/^[A-Za-z0-9-]{1,100}$/, {
        code: "PSC-E044",
        what: "a name of a header",
        remedy: "use letters, digits and hyphens",
      }),
      described(
        secretText,
        `Text, or a secret: \`\${keyvault:VAULT/SECRET}\`, \`\${env:NAME}\`. Secrets are never shown.`,
        { secret: true },
      ),
    ),
    "Headers of every call.",
    { derivedDefault: "none" },
  ),
});

const welcomeText = text((value) => value.trim() !== "" && value.length <= 4000, {
  code: "PSC-E044",
  what: "a text of 1 to 4000 characters",
  remedy: "shorten it, or give it a value",
}).meta({ minLength: 1, maxLength: 4000 });

export const healthBotSchema = z.strictObject({
  name: optional(botName, "Name of the Health Bot resource.", {
    derivedDefault: "`bot-` and the spec's `name`",
  }),
  sku: optional(oneOf(["F0", "C0", "C1", "PES"]), "Pricing tier. A paid tier cannot go back to F0.", {
    default: DEFAULTS.sku,
  }),
  handoff: optional(handoff, "How the bot hands a conversation to a person."),
  keep: optional(keep, "What is kept of conversations, and for how long."),
  access: optional(access, "Who may work on the bot."),
  variables: optional(
    z.record(
      variableName,
      described(
        secretText,
        `Text, or a secret: \`\${keyvault:VAULT/SECRET}\`, \`\${env:NAME}\`. Secrets are never shown.`,
        { secret: true },
      ),
    ),
    "Environment variables of the bot, which its scenarios read. Others are left alone.",
    { derivedDefault: "none" },
  ),
  customerManagedKey: optional(
    customerManagedKey,
    "A key of your own for the bot's data at rest. Without it Microsoft's keys are used; what is set is left.",
    { derivedDefault: "left as it is" },
  ),
  welcome: optional(
    z.union([welcomeText, z.record(languageTag, described(welcomeText, "The text in that language."))]),
    "What the bot says first, in one language or by language tag.",
    { derivedDefault: "left as it is" },
  ),
  scenarios: optional(
    z.array(described(filePath, "Path of a JSON file.")),
    "Scenarios as files: exported from the portal, one or several in each. Others of the bot are left alone.",
    { derivedDefault: "none" },
  ),
  localization: optional(
    filePath,
    "Path of a JSON file with the bot's own strings by language, in the form of the bot's localization API.",
    { derivedDefault: "none" },
  ),
  dataConnections: optional(
    z.array(described(dataConnection, "A service.")),
    "Services that scenarios call. Others are left alone.",
    { derivedDefault: "none" },
  ),
  capacity: optional(
    wholeNumber(1, 1_000_000),
    "Capacity units of the bot's user; above that of every other member of its queues.",
    { default: DEFAULTS.botCapacity },
  ),
});
