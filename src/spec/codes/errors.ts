import type { CodeEntry } from "../codes.ts";

/** PSC-E0xx: the spec is refused. */
export const SPEC_ERRORS = {
  "PSC-E001": {
    title: "spec file not found",
    explanation:
      "The file named on the command line does not exist. Check the path; `psc init` writes a first spec.",
  },
  "PSC-E002": {
    title: "spec file cannot be read",
    explanation:
      "The path is a folder or a device, or your user may not read it. A spec is an ordinary text file.",
  },
  "PSC-E003": {
    title: "spec file too large",
    explanation:
      "A spec file may have 256 KiB; real ones have a few. The limit protects pipelines that validate files from strangers.",
  },
  "PSC-E004": {
    title: "not UTF-8 text",
    explanation:
      "The file holds bytes that are not UTF-8. Save it as UTF-8; some Windows editors write UTF-16 unless told otherwise.",
  },
  "PSC-E005": {
    title: "empty file",
    explanation: "The file holds no YAML value, only blank lines or comments.",
  },
  "PSC-E006": {
    title: "several documents",
    explanation:
      "A file holds one environment. What differs by stage goes into overlays: a small file with `extends: base.yaml`.",
  },
  "PSC-E007": {
    title: "YAML syntax",
    explanation:
      "The file is not valid YAML 1.2. The usual causes are indentation, an unclosed quote or bracket, and a colon inside an unquoted text.",
  },
  "PSC-E008": {
    title: "tab indentation",
    explanation: "YAML forbids tabs for indentation. Set the editor to spaces for .yaml files.",
  },
  "PSC-E009": {
    title: "key written twice",
    explanation:
      "One of the two values would silently win, so YAML 1.2 forbids it. Keep one and merge the contents.",
  },
  "PSC-E010": {
    title: "unknown key",
    explanation:
      "The key is not part of the spec language, so psc would ignore it and you would believe it done. `psc schema` prints every key.",
  },
  "PSC-E011": {
    title: "wrong type",
    explanation:
      "The value has another type than the field needs. YAML reads unquoted 123, true and null as number, truth value and nothing: quote them to make text.",
  },
  "PSC-E012": {
    title: "not declared",
    explanation:
      "Parts of a spec refer to each other by name, and this name is declared nowhere in the spec or the files it extends. Names are case-sensitive.",
  },
  "PSC-E013": {
    title: "required value missing",
    explanation:
      "psc does not guess this value, and neither this file nor the files it extends give it. In an overlay a null takes a value back.",
  },
  "PSC-E014": {
    title: "value not offered",
    explanation: "The field takes one of a fixed set of words, and this is not one of them.",
  },
  "PSC-E015": {
    title: "YAML tag",
    explanation:
      "Tags such as !!binary or !custom change how a value is read. A spec has plain values only, so that everybody reads it the same way.",
  },
  "PSC-E016": {
    title: "alias without anchor",
    explanation: "*name repeats the value marked &name, and no such mark comes before it in this file.",
  },
  "PSC-E017": {
    title: "too many values",
    explanation:
      "Aliases of aliases can unfold a small file to billions of values. psc stops at 20 000 values a file.",
  },
  "PSC-E018": {
    title: "nested too deep",
    explanation:
      "Values may be nested 32 levels deep; the deepest field of a spec lies at six. An alias inside its own anchor also ends here.",
  },
  "PSC-E019": {
    title: "key is not text",
    explanation: "YAML allows lists and mappings as keys; a spec has words only.",
  },
  "PSC-E020": {
    title: "files extend each other",
    explanation: "Following `extends` came back to a file that was already on the way, so no base exists.",
  },
  "PSC-E021": {
    title: "base file missing",
    explanation:
      "The file named by `extends` does not exist. Its path is relative to the file that names it.",
  },
  "PSC-E022": {
    title: "chain of files too long",
    explanation:
      "`extends` may be followed through eight files. Two or three are usual: base, region, stage.",
  },
  "PSC-E023": {
    title: "nothing to remove",
    explanation:
      "`$remove: true` names something the extended file does not have. It may have been renamed there; psc does not pass over it, because the thing you wanted gone may now be deployed under another name.",
  },
  "PSC-E024": {
    title: "misused $remove",
    explanation:
      "An item with `$remove: true` carries its natural key (its name; `role` and `to` for roles) and nothing else.",
  },
  "PSC-E025": {
    title: "bad extends",
    explanation:
      "`extends` is the relative path of one YAML file, without references or addresses, so that a spec means the same on every machine.",
  },
  "PSC-E030": {
    title: "environment variable not set",
    explanation: `\${env:NAME} needs the variable NAME in psc's environment. Set it, or give a default: \${env:NAME:-value}.`,
  },
  "PSC-E031": {
    title: "unknown reference",
    explanation: `References are \${env:NAME}, \${env:NAME:-default} and \${keyvault:VAULT/SECRET}. Write $\${ for the characters themselves.`,
  },
  "PSC-E032": {
    title: "secret in an open field",
    explanation:
      "This field is shown in plans, logs and reports, so a Key Vault secret must not stand in it. Secrets may stand in the values of healthBot.variables.",
  },
  "PSC-E033": {
    title: "malformed Key Vault reference",
    explanation: `A Key Vault reference is the whole value: \${keyvault:VAULT/SECRET} or \${keyvault:VAULT/SECRET/VERSION}. Vault names have 3 to 24 letters, digits and hyphens.`,
  },
  "PSC-E034": {
    title: "secret cannot be read",
    explanation:
      "The vault refused or did not answer. psc needs the data permission Microsoft.KeyVault/vaults/secrets/getSecret/action, which the role Key Vault Secrets User gives.",
  },
  "PSC-E035": {
    title: "secret not found",
    explanation: "The vault answers, but has no enabled secret of this name or version.",
  },
  "PSC-E036": {
    title: "file or address cannot be used",
    explanation:
      "The spec names files by paths relative to the file that names them, and services by https addresses. The file must exist, be UTF-8 text and have at most 256 KiB.",
  },
  "PSC-E037": {
    title: "not what the bot takes",
    explanation:
      "Scenario files hold what the bot's portal exports: an object, a list, or a whole backup, each scenario with name, scenario_trigger and code. A localization file holds strings with a stringId and texts by language, such as en-us.",
  },
  "PSC-E038": {
    title: "no solution file",
    explanation:
      "`ownSolutions` and the `solutions` of a manifest name ZIP files as the maker portal or `pac solution export` writes them, with solution.xml at the root. Each solution is listed once, those that others need first. Connectors are named as in the maker portal, such as shared_office365.",
  },
  "PSC-E039": {
    title: "not a key of a vault",
    explanation:
      "`healthBot.customerManagedKey` names a key vault by its address, a key by its name, and the user-assigned identity that may use it by its resource id. Vault, key, identity and the identity's access to the key must exist.",
  },
  "PSC-E040": {
    title: "not a GUID",
    explanation:
      "Subscription and client ids are GUIDs: 8-4-4-4-12 hexadecimal digits. The all-zero GUID names nothing.",
  },
  "PSC-E041": {
    title: "not a tenant",
    explanation:
      "`tenant` is a verified domain of the Entra tenant, such as contoso.onmicrosoft.com, or its directory id.",
  },
  "PSC-E042": {
    title: "not an environment domain",
    explanation:
      "`environment.domain` becomes the first label of the organisation's address. Lower-case letters, digits and hyphens; it begins with a letter. The service would lower-case anything else.",
  },
  "PSC-E043": {
    title: "name not allowed by Azure",
    explanation:
      "Azure refuses this name for this kind of resource. The message says which characters and length it takes.",
  },
  "PSC-E044": {
    title: "text too long or empty",
    explanation: "The product's column for this text takes the length given in the message.",
  },
  "PSC-E045": {
    title: "tags beyond Azure's limits",
    explanation:
      "A resource takes 50 tags; a tag's name has up to 512 characters, none of < > % & \\ ? /, and its value up to 256.",
  },
  "PSC-E046": {
    title: "not a user principal name",
    explanation: "Members are written as they sign in, such as amara@contoso.com.",
  },
  "PSC-E047": {
    title: "not a principal",
    explanation:
      "Whoever gets a role or joins a queue is `group/KEY` (a key of identity.groups), `user/NAME@DOMAIN`, or `bot`.",
  },
  "PSC-E048": {
    title: "number out of range",
    explanation: "The field takes whole numbers within the range given in the message.",
  },
  "PSC-E049": {
    title: "not an environment name",
    explanation:
      "`name` identifies the environment in plans and journals and derives Azure names: lower-case letters, digits and hyphens, 2 to 40 characters.",
  },
  "PSC-E050": {
    title: "not opening hours",
    explanation:
      "Hours are written `08:00-18:00` in 24-hour time within one day; for a night write two entries, such as `20:00-24:00` and `00:00-06:00` of the next day.",
  },
  "PSC-E051": {
    title: "not weekdays",
    explanation: "Days are written `mon`, `mon-fri` or `mon,wed,fri`, with mon tue wed thu fri sat sun.",
  },
  "PSC-E052": {
    title: "unknown time zone",
    explanation: "Time zones are IANA names, such as America/New_York; abbreviations like EST are ambiguous.",
  },
  "PSC-E053": {
    title: "unknown language",
    explanation:
      "Languages are tags, such as en-US, of the languages Dataverse can be provisioned in; environment.language also takes the LCID.",
  },
  "PSC-E054": {
    title: "unknown currency",
    explanation:
      "Currencies are ISO 4217 codes, such as USD. The base currency of an organisation cannot be changed later.",
  },
  "PSC-E055": {
    title: "retention out of range",
    explanation: "A Log Analytics workspace keeps data interactively for 30 to 730 days.",
  },
  "PSC-E056": {
    title: "retention not offered",
    explanation:
      "Application Insights keeps data for 30, 60, 90, 120, 180, 270, 365, 550 or 730 days; psc sets workspace and component alike.",
  },
  "PSC-E057": {
    title: "not a unique name of a script",
    explanation:
      "Agent scripts are told apart by a prefix of 3 to 8 letters and digits, an underscore, and a name of letters, digits and underscores.",
  },
  "PSC-E058": {
    title: "not a policy",
    explanation:
      "A policy assignment has a short name, and the id of a policy or initiative unless psc knows the name.",
  },
  "PSC-E059": {
    title: "not a regular expression",
    explanation:
      "Masking rules are regular expressions of JavaScript, which the chat clients compile; what does not compile they leave out without a word.",
  },
  "PSC-E060": {
    title: "declared twice",
    explanation:
      "psc finds things by name, so a name may stand once among its kind. An overlay changes an item by repeating its name.",
  },
  "PSC-E061": {
    title: "overlapping hours",
    explanation: "Two entries of the same operating hours open the same minutes of the same day.",
  },
  "PSC-E062": {
    title: "rule never reached",
    explanation:
      "Rules are tried from top to bottom and a rule without `when` takes every conversation, so nothing after it is reached. Move it to the end; in an overlay, `$remove` it and repeat it after the new rule.",
  },
  "PSC-E063": {
    title: "value does not fit the variable",
    explanation:
      "A context variable is text or number, and its values in `when` must be of that type: 1 for a number, a quoted word for text.",
  },
  "PSC-E064": {
    title: "handoff variable missing",
    explanation:
      "When the bot hands over it sets the context variable named by healthBot.handoff.sets. A workstream with the bot must declare it as a number, or the handoff never reaches a queue.",
  },
  "PSC-E065": {
    title: "widget without chat",
    explanation: "Only workstreams of the chat channel have a chat widget.",
  },
  "PSC-E066": {
    title: "channel not enabled",
    explanation:
      "The workstream's channel is not among omnichannel.channels, so it could never receive anything.",
  },
  "PSC-E067": {
    title: "channel the solution needs",
    explanation: "The manifest of the solution says it cannot do without this channel.",
  },
  "PSC-E068": {
    title: "bot capacity too small",
    explanation:
      "A conversation takes the workstream's capacity from whoever handles it. A bot with less would never get one; Microsoft advises a capacity above that of every other member of its queues.",
  },
  "PSC-E069": {
    title: "step that does not do one thing",
    explanation:
      "A step of an agent script shows a text, opens another script or runs a macro: one of the three.",
  },
  "PSC-E070": {
    title: "unknown region",
    explanation:
      "environment.region is the name of a Power Platform location, such as unitedstates or europe; it is not an Azure region.",
  },
  "PSC-E071": {
    title: "region of another cloud",
    explanation: "The Power Platform location belongs to another cloud than `cloud` names.",
  },
  "PSC-E072": {
    title: "Azure location of another cloud",
    explanation: "Azure's government and China regions are reached only from their own clouds.",
  },
  "PSC-E073": {
    title: "retired SKU",
    explanation:
      "The Health Bot tier S1 left the API with version 2025-11-01. C1 and C0 are the paid tiers offered now; existing S1 bots keep running but cannot be made anew.",
  },
  "PSC-E074": {
    title: "queue overflows into itself",
    explanation:
      "What a queue cannot take must go to another one. Omnichannel would offer the conversation to the same queue again.",
  },
  "PSC-E076": {
    title: "unknown solution",
    explanation:
      "`solution` names a manifest that comes with psc, or the path of your own (./my-manifest.yaml).",
  },
  "PSC-E077": {
    title: "manifest not valid",
    explanation:
      "A manifest is a YAML file with its own schema: schema/psc.manifest.v1.schema.json. Packages and solutions come after what they require; a solution's name and version are those of its file, which is managed.",
  },
  "PSC-E078": {
    title: "not an address or function of the site",
    explanation:
      "Signed-in patients are known by a token of the site: `publicKeyUrl` is where it publishes its key, `tokenFunction` what its pages call to get one.",
  },
  "PSC-E079": {
    title: "not a survey question",
    explanation:
      "The answer to a pre-chat question becomes a context variable of the question's name, so the name follows the rules of variables; a choice needs the answers it offers, and nothing else has any.",
  },
  "PSC-E080": {
    title: "unknown apiVersion",
    explanation: "This psc reads psc/v1. A newer spec needs a newer psc.",
  },
  "PSC-E081": {
    title: "unknown kind",
    explanation: "A spec file has `kind: Environment`; manifests have `kind: Manifest`.",
  },
  "PSC-E087": {
    title: "not a connector",
    explanation:
      "`environment.dataPolicy.business` names connectors the way the Power Platform does, such as shared_commondataserviceforapps, without the path before it.",
  },
  "PSC-E088": {
    title: "back-ups are not kept that long",
    explanation:
      "The Power Platform keeps back-ups for 7, 14, 21 or 28 days, and more than 7 only of managed production environments. Production environments with Dynamics 365 apps keep 28 days by themselves.",
  },
  "PSC-E089": {
    title: "control of one's own not valid",
    explanation:
      "Controls of your own stand in files that `verify.controls` names. Each has an id with a prefix of your own, and says which kinds of resources and which probes it rests on: only their facts are handed to its expressions.",
  },
  "PSC-E097": {
    title: "expression not valid",
    explanation:
      "Controls of your own are expressions in the Common Expression Language (CEL) over resources, probes, spec, now and, with `each`, it. They are checked before anything is sent, so that a nightly run does not find a typing error.",
  },
  "PSC-E090": {
    title: "shared Entra application",
    explanation:
      "Microsoft's guide asks for a dedicated application for each of development, test and production, so that a leaked test secret cannot reach patients.",
  },
  "PSC-E091": {
    title: "shared Application Insights",
    explanation:
      "Microsoft's guide asks for a dedicated Application Insights instance for each bot environment: telemetry of patients must not mix with that of tests.",
  },
  "PSC-E092": {
    title: "shared Log Analytics workspace",
    explanation:
      "The guide sends activity logs of each environment to a dedicated workspace; a shared one gives the readers of test data access to production's.",
  },
  "PSC-E093": {
    title: "shared bot",
    explanation: "Two environments would overwrite each other's Health Bot configuration at every deploy.",
  },
  "PSC-E094": {
    title: "shared environment",
    explanation:
      "Two specs with different names describe the same Power Platform environment, so each deploy would undo the other.",
  },
  "PSC-E095": {
    title: "shared client secret",
    explanation:
      "Two environments keep the client secret of their application under one name in one vault: each deploy would take the other's place.",
  },
  "PSC-E082": {
    title: "portal value not valid",
    explanation:
      "Names, addresses and ids of the portal go into Power Pages and into site settings as they are, so psc checks their form first.",
  },
  "PSC-E083": {
    title: "federated credential not valid",
    explanation:
      "A federated credential names who issues a token, by an https address, and whose token it is, by its subject. One application takes up to 20, each issuer and subject once, and their names cannot be changed later.",
  },
  "PSC-E084": {
    title: "credential not valid",
    explanation:
      "A certificate is a PEM file without its private key, and not expired. A client secret is kept in a key vault that exists, under a name of its own, and is renewed before it expires.",
  },
  "PSC-E085": {
    title: "not a permission's name",
    explanation:
      "Permissions are written as Microsoft Graph names them, such as User.Read.All, once each. Which of them exist is asked of Microsoft Graph when psc plans.",
  },
  "PSC-E086": {
    title: "exception not valid",
    explanation:
      "An exception names a control that psc verify knows, who accepts that it does not hold, why, and until which day. Without an end it would be forgotten.",
  },
} as const satisfies Record<string, CodeEntry>;
