/** Words of templates/auditor/README.md around what is generated. */

export const TITLE = "An identity that can look and nothing else";

export const INTRODUCTION = [
  "`psc verify` needs no right to write. This folder holds the least privilege for a spec that uses everything psc knows;",
  "`psc verify FILE --permissions` lists what *one* spec needs, with the controls that turn to `error` when an",
  "administrator refuses a permission. Both are made from what each kind of resource and each probe says of itself.",
  "",
  "psc asks for less than the identity may: `plan` and `verify` run on a pipeline that lets through GET, HEAD and these few",
  "POST requests (`src/services/http/reading-posts.ts`), whatever the identity could do:",
];

export const MEANING = [
  "## What a refusal does",
  "",
  "A control lists as `permissions` what it took to see everything that it rests on: what its kinds of resources and probes",
  "name, and what the resources name that those were *read through* (the queue of a workstream, the environment of both).",
  "Without one of them it is `error`, and `missingPermission` names it; every other control stays as it is. What a resource",
  "only has to come after while deploying is not among it. `psc verify FILE --permissions` sends no request, so it tells",
  "two lists: controls that are `error` without a permission, and those whose resources stand on these and may follow.",
];

export const APPLICATION = [
  "## 1. The application and Microsoft Graph",
  "",
  "An application with a certificate or a federated credential; a secret works as well.",
  "",
  "```sh",
  'az ad app create --display-name "psc auditor" --required-resource-accesses @graph-permissions.json',
  "az ad sp create --id APP_ID",
  "az ad app permission admin-consent --id APP_ID   # a Privileged Role Administrator or Global Administrator",
  "```",
  "",
  "`graph-permissions.json` is the `requiredResourceAccess` of an application's manifest (Microsoft Graph v1.0,",
  "*requiredResourceAccess resource type*); the ids are those of",
  "microsoftgraph/microsoft-graph-devx-content:`permissions/new/provisioningInfo.json`. Some permissions cover others: whoever is",
  "given `Directory.Read.All` does not need the narrower ones that the list of your spec marks as covered.",
];

export const AZURE = [
  "## 2. Azure",
  "",
  "Put your subscription into `AssignableScopes`, then:",
  "",
  "```sh",
  "az role definition create --role-definition @azure-role.json",
  'az role assignment create --assignee APP_ID --role "psc auditor" --scope /subscriptions/SUBSCRIPTION',
  "```",
  "",
  "The built-in role *Reader* (`*/read`) holds every action of the list that ends in `/read`, and more. Actions that do not",
  "end so are named apart below, because they open secrets or data (*Understand Azure role definitions*).",
  "",
  "For the vault that keeps the application's secret: *Key Vault Reader*, which shows names and dates and no value",
  "(*Azure role-based access control for Key Vault*).",
];

export const POWER_PLATFORM = [
  "## 3. Power Platform",
  "",
  "The Power Platform admin API has no role that only reads: whoever looks is a registered management application or a",
  "Power Platform Administrator, and could write (*Create a service principal application via API*; ScubaGear asks for",
  "the same, cisagov/ScubaGear:`docs/prerequisites/noninteractive.md`). That psc does not is the promise of its pipeline, which",
  "`tests/acceptance/read-only.test.ts` and `tests/services/http/reading-posts.test.ts` prove. A person registers the application once:",
  "",
  "```sh",
  "az rest --method put --resource https://service.powerapps.com/ \\",
  "  --url https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/adminApplications/APP_ID?api-version=2020-10-01",
  "```",
  "",
  "Organisations that do not want that give the whole service away: the controls that need it are `error` then, and so are",
  "those of everything inside the environment, because it is found through this API.",
  "",
  "The administration of Power Pages takes tokens of people only (*Use Power Pages admin APIs*). Signed in as an application,",
  "what only it shows is `manual`.",
];

export const DATAVERSE = [
  "## 4. Dataverse",
  "",
  "A security role of its own, made in the environment's root business unit, and an application user with it. In the admin",
  "center: *Settings > Users + permissions > Security roles > New role*, then *Application users > New app user*. By the Web API",
  "(*AddPrivilegesRole action*; ids of privileges differ from one environment to the next, so they are looked up by name;",
  "privileges of tables that your environment does not have are left out):",
  "",
  "```sh",
  "API=https://ORGANISATION.crm.dynamics.com/api/data/v9.2",
  "TOKEN=$(az account get-access-token --resource https://ORGANISATION.crm.dynamics.com --query accessToken -o tsv)",
  'ask() { curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" "$@"; }',
  "",
  'ROLE=$(ask -D - -X POST "$API/roles" -d \'{"name":"psc auditor"}\' -o /dev/null | sed -n \'s/.*roles(\\(.*\\)).*/\\1/p\')',
  'ask "$API/privileges?\\$select=name,privilegeid" > privileges.json',
  "jq --slurpfile known privileges.json '{Privileges: [.[] as $wanted | $known[0].value[]",
  "  | select((.name | ascii_downcase) == ($wanted.PrivilegeName | ascii_downcase)) | {PrivilegeId: .privilegeid, Depth: $wanted.Depth}]}' \\",
  '  dataverse-role.json | ask -X POST "$API/roles($ROLE)/Microsoft.Dynamics.CRM.AddPrivilegesRole" -d @-',
  "```",
  "",
  "The depth is *Global* (the whole organisation): with less, rows of other business units would seem not to be there.",
];

export const PEOPLE = [
  "## 5. What is for people only",
  "",
  "No application is given these; a person who runs `psc verify` needs them.",
];

export const SIGN_IN = [
  "## Signing in",
  "",
  "`AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and `AZURE_CLIENT_SECRET` (or a certificate, or a workflow's identity: docs/credentials.md),",
  "then `psc verify prod.yaml`. `tests/acceptance/auditor.test.ts` makes an application with exactly the list of the full",
  "example, compares its verdicts with an administrator's, and takes every permission away in turn.",
];
