import { CODES, type CodeEntry } from "./spec/codes.ts";

/**
 * Every code psc reports outside the spec language: PSC-E1xx command line, files, sandbox and gates; PSC-E2xx network,
 * sign-in and permissions; PSC-E3xx checks before anything is written; PSC-E4xx resources. A number is never given a
 * new meaning.
 */
export const OTHER_CODES: Readonly<Record<string, CodeEntry>> = {
  "PSC-E101": {
    title: "usage",
    explanation:
      "The command line names a command, option or value psc does not know, or leaves out one it needs. `psc <command> --help` shows what a command takes. Exit code 64.",
  },
  "PSC-E102": {
    title: "no such gate",
    explanation:
      "A gate may be given by its address or any part of it that is unique, such as omnichannel-consent. `psc gate list FILE` names them all.",
  },
  "PSC-E103": {
    title: "value of a gate",
    explanation:
      "Some gates bring a value back that only a portal shows, such as a bot id. psc checks its form before it records it, because later steps build on it.",
  },
  "PSC-E104": {
    title: "baseline does not fit",
    explanation:
      "`psc verify --baseline` compares with an earlier result of the same environment, in the form psc.verify/2 that `--report json=FILE` and `--output json` write. A result of another environment or of an older psc would show changes that are none.",
  },
  "PSC-E110": {
    title: "file exists",
    explanation: "`psc init` never overwrites. Give an empty or new folder.",
  },
  "PSC-E111": {
    title: "no run",
    explanation:
      "`psc status` reads the journal in .psc of the current folder. Runs started from another folder or machine have their journal there; `psc plan` reads the tenant itself.",
  },
  "PSC-E112": {
    title: "cannot write file",
    explanation: "The folder does not exist or your user may not write there.",
  },
  "PSC-E120": {
    title: "no sandbox answers",
    explanation:
      "The address of --sandbox-url or PSC_SANDBOX_URL has no psc sandbox behind it. `psc sandbox start` starts one, `psc sandbox url` prints its address; without an address --sandbox needs no running one.",
  },
  "PSC-E121": {
    title: "sandbox did not start",
    explanation:
      "The background process of the sandbox ended or did not answer in time. .psc/sandbox/server.log holds its last words; a port that is taken is the usual cause.",
  },
  "PSC-E122": {
    title: "sandbox in use",
    explanation:
      "One process serves a folder's sandbox, so that its state has one writer. Other psc commands use that process; stopping or resetting it has to wait until it ends.",
  },
  "PSC-E123": {
    title: "simulated person failed",
    explanation:
      "The sandbox could not do what the gate asks of a person, usually because what it is about was changed or removed behind psc's back. `psc sandbox reset` starts afresh.",
  },
  "PSC-E124": {
    title: "no sandbox here",
    explanation: "A sandbox belongs to a folder (.psc/sandbox). This one has none yet.",
  },
  "PSC-E125": {
    title: "no such state",
    explanation:
      "The path leads nowhere in the sandbox's state. Parts are separated by /, * stands for every member.",
  },
  "PSC-E126": {
    title: "sandbox without TLS",
    explanation:
      "Clients other than psc keep the real https addresses, so they need a sandbox that shows certificates. `psc sandbox start --tls` makes a certificate authority for this folder (.psc/sandbox/tls) and answers by host name.",
  },
  "PSC-E127": {
    title: "sandbox refused",
    explanation:
      "The sandbox's control API does not take what it was asked: a snapshot it does not have, a clock that would run backwards, a fault it does not know. Its own words say which.",
  },
  "PSC-E128": {
    title: "chat SDK missing",
    explanation:
      "`psc smoke` is a patient with Microsoft's own chat SDK, `@microsoft/omnichannel-chat-sdk`. Nobody else needs it, so psc does not bring it along: install it in the folder of the spec, or where psc is installed.",
  },
  "PSC-E129": {
    title: "no chat widget",
    explanation:
      "`psc smoke` needs a chat widget that is declared and deployed. The service makes a widget's script minutes after its row; `psc plan` shows whether the widget is there.",
  },
  "PSC-E130": {
    title: "gate not reached",
    explanation:
      "What the gate is about does not exist yet, so nobody can have passed it. `psc deploy` brings about what comes before it and stops there.",
  },
  "PSC-E131": {
    title: "gate not passed",
    explanation:
      "psc can look for itself whether this gate was passed, and it was not. Portals sometimes need a minute before the change shows. When you know better than the probe, `--override` records your word.",
  },
  "PSC-E140": {
    title: "another deploy of the environment runs",
    explanation:
      "One deploy at a time writes to an environment. The message names the process, machine and identity that holds the lock. The lock of a process that died on this machine is taken over by itself; one of another machine is not, because nobody here can tell whether it still runs. `psc status FILE` shows how far it is, `psc unlock FILE` removes the lock of a process that is gone for good.",
  },
  "PSC-E141": {
    title: "lock still held",
    explanation:
      "The deploy that holds the lock runs, or may run, on a machine that cannot be seen from here. Removing its lock lets two deploys write to one environment at once.",
  },
  "PSC-E142": {
    title: "environment is protected",
    explanation:
      "`psc destroy` leaves an environment alone whose spec says `protect: true`, and every environment of stage `prod` unless it says `protect: false`. Taking the protection away is a change of the file, so that it is seen in review.",
  },
  "PSC-E144": {
    title: "lease lost",
    explanation:
      "With `--state` the lock is a lease of a minute on a blob, renewed every quarter of it. When it cannot be renewed, or the process was stopped for longer, psc stops writing before another machine can take it. What is under way in the cloud goes on there; the next deploy finds it.",
  },
  "PSC-E145": {
    title: "no container for the shared state",
    explanation:
      "`--state` names a container of a storage account, with a folder in it if you like. psc does not make it: a private container, with soft delete and versioning switched on, is a decision of whoever owns the account.",
  },
  "PSC-E160": {
    title: "no evidence bundle",
    explanation:
      "`psc verify-bundle` checks the ZIP file that `psc verify --bundle` wrote. This file is not there, is no archive, or is an archive of something else.",
  },
  "PSC-E161": {
    title: "archive not opened",
    explanation:
      "Bundles are archives in one plain form: nothing compressed, nothing encrypted, no file twice, no path that leads out of a folder, within limits of size. An archive with any of these may be meant to harm who opens it, or was packed anew by another program: then its contents may be right, and yet it is not the file that was made.",
  },
  "PSC-E162": {
    title: "key cannot be used",
    explanation:
      "psc signs with Ed25519 keys in unencrypted PEM files (`openssl genpkey -algorithm ed25519`), and with EC or RSA keys of a key vault. Bundles are checked with a public key in PEM or with the JSON Web Key that Key Vault shows.",
  },
  "PSC-E163": {
    title: "secret in a spec file",
    explanation:
      "A bundle holds the spec files as they were read, and goes to others. One of them holds the value of a secret that psc knows, something signed, or a private key. Put a reference in its place and change the secret.",
  },
  "PSC-E190": {
    title: "interrupted",
    explanation:
      "The command was stopped by Ctrl+C. What is under way in the cloud goes on there; the same command picks it up.",
  },
  "PSC-E199": {
    title: "unexpected",
    explanation:
      "A bug in psc. --debug shows where it happened; please report it with the command and, if you can, the spec.",
  },
  "PSC-E201": {
    title: "sign-in failed",
    explanation:
      "psc signs in with @azure/identity: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET for an application, workload identity in pipelines, managed identity on Azure, else `az login`, Azure PowerShell or Azure Developer CLI. The message holds the first sentence of Microsoft Entra's own answer (AADSTS…).",
  },
  "PSC-E202": {
    title: "token not accepted",
    explanation:
      "The service refused a fresh token (401). Usual causes: the tenant of the token is not the tenant of the resource, a conditional access rule, or a clock that is wrong by minutes.",
  },
  "PSC-E211": {
    title: "host of another cloud",
    explanation:
      "A server handed back a URL whose host does not belong to the cloud of the spec. psc sends its token to known hosts only, so nothing was sent there.",
  },
  "PSC-E212": {
    title: "host cannot be reached",
    explanation:
      "No connection could be made: no network, a firewall, a proxy that is not set (HTTPS_PROXY), or the wrong `cloud` in the spec. Nothing was changed by this request.",
  },
  "PSC-E213": {
    title: "TLS certificate not trusted",
    explanation:
      "A proxy that inspects TLS signs with its own certificate authority. Give that authority to Node in NODE_EXTRA_CA_CERTS. psc has no option to skip the check.",
  },
  "PSC-E214": {
    title: "answer lost",
    explanation:
      "The connection broke after the request was sent, so nobody knows whether it took effect. psc never repeats such a request blindly: the next run reads what is there first.",
  },
  "PSC-E215": {
    title: "throttled",
    explanation:
      "The service kept answering 429 although psc waited as long as it asked. Other automation in the tenant may use up the same limit.",
  },
  "PSC-E216": {
    title: "service failed",
    explanation:
      "The service answered with a server error (5xx) several times. The request id in the message is what Microsoft support asks for.",
  },
  "PSC-E217": {
    title: "request refused",
    explanation:
      "The service answered with a client error (4xx) and its own code and sentence. Usual causes: a value the tenant's policies forbid, a name that is taken, a licence that is missing, or an object that was removed meanwhile.",
  },
  "PSC-E218": {
    title: "answer too large",
    explanation:
      "A server sent more than 64 MiB for one request. Nothing psc asks for comes near that, so it stopped reading.",
  },
  "PSC-E219": {
    title: "pages without end",
    explanation:
      "A server handed out the same link to a next page twice, or more pages than any collection can have. psc stopped instead of reading for ever.",
  },
  "PSC-E220": {
    title: "service out of order",
    explanation:
      "A host failed twelve times in a row for at least a minute and a half. psc leaves it alone for a minute instead of making everything wait for it, and carries on with what does not need it. Nothing was sent by the request that says this.",
  },
  "PSC-E231": {
    title: "permission missing",
    explanation:
      "The signed-in identity may not do this (403). The message names the permission when the service does, and who can grant it. `psc explain KIND` lists the least-privileged permissions of each kind of resource.",
  },
  "PSC-E232": {
    title: "permissions missing before the start",
    explanation:
      "psc compares what the spec's writes need with the claims of the Graph token and the permissions Azure lists, before anything is written. The message names what is lacking and the smallest role that brings it.",
  },
  "PSC-E233": {
    title: "management application not registered",
    explanation:
      "A pipeline's application administers Power Platform only after a person with the Power Platform Administrator role has registered it; an application cannot register itself. Afterwards pipelines need no person.",
  },
  "PSC-E290": {
    title: "write in a read-only command",
    explanation:
      "plan, verify, status and gate run on a pipeline that refuses to write. This one was asked to: a bug in psc. Nothing was sent.",
  },
  "PSC-E301": {
    title: "package not offered",
    explanation:
      "The tenant's catalogue does not list an application package of the manifest. Either a licence that includes it is missing, or Microsoft retired it: Patient service center is no longer offered to new tenants since 2025-01-30, and `solution: patient-contact-center` builds the same scenario on supported parts.",
  },
  "PSC-E303": {
    title: "pac missing",
    explanation:
      "`environment.packagesBy: pac` has Microsoft's Power Platform CLI install the packages. psc does not bring it along: it looks for pac (pac.exe on Windows) in the folders of PATH. docs/pac.md says how to get it.",
  },
  "PSC-E304": {
    title: "pac would be told a secret",
    explanation:
      "`pac auth create` takes client secrets and passwords as arguments only, and arguments of a process can be read by every user of the machine. psc hands over none: a federated identity, a managed identity or a certificate without password signs pac in without one. docs/pac.md lists the ways.",
  },
  "PSC-E302": {
    title: "Power Platform region not usable",
    explanation:
      "The live list of Power Platform locations of the tenant does not have the region, or it cannot hold a Dataverse database with Dynamics 365 apps.",
  },
  "PSC-E320": {
    title: "signed in to another tenant",
    explanation:
      "The token is of another tenant than the spec names. psc compares the tenant id and every verified domain before it reads anything else.",
  },
  "PSC-E321": {
    title: "subscription not usable",
    explanation:
      "The Azure subscription does not exist, belongs to another tenant, is disabled, or the signed-in identity may not see it. Environment, directory and subscription must belong to one tenant.",
  },
  "PSC-E322": {
    title: "licence missing",
    explanation:
      "Omnichannel needs Dynamics 365 Customer Service with Digital Messaging in the tenant. psc reads the tenant's subscribed SKUs; it never assigns a licence.",
  },
  "PSC-E323": {
    title: "Azure region without Health Bot",
    explanation:
      "The Microsoft.HealthBot resource provider does not offer healthBots at `azure.location`. The message lists the regions it offers now.",
  },
  "PSC-E401": {
    title: "two of the same name",
    explanation:
      "psc finds things by their natural key, and the tenant holds more than one. It never guesses: rename or remove all but one of those the message lists.",
  },
  "PSC-E402": {
    title: "something it builds on is missing",
    explanation:
      "An object that had just been read or created was gone when the next one needed it. Somebody may have removed it meanwhile; the next run creates it again.",
  },
  "PSC-E410": {
    title: "state cannot be told",
    explanation:
      "psc could not read whether the resource is as declared, so it neither creates nor changes it. The cause is in the message or in another problem of the same plan.",
  },
  "PSC-E411": {
    title: "value did not stick",
    explanation:
      "The service accepted a change, but reading it back for five minutes showed another value. A plug-in, a business rule or a policy of the tenant may set it back.",
  },
  "PSC-E412": {
    title: "waited too long",
    explanation:
      "The operation took longer than it can reasonably take. It may still finish: the next run picks it up and looks again.",
  },
  "PSC-E413": {
    title: "cannot be changed in place",
    explanation:
      "The existing object has another value in a field that is fixed at creation, and psc never deletes what holds data. Take the existing value into the spec, or remove the object yourself.",
  },
  "PSC-E414": {
    title: "still there after its deletion",
    explanation:
      "The service accepted the deletion, but ten minutes later the object was still there. Something in the tenant may hold or restore it, such as a lock, a policy or a synchronisation.",
  },
  "PSC-E420": {
    title: "environment without an id",
    explanation:
      "The Power Platform admin API accepted the environment and did not say which it is. The next run finds it by its domain.",
  },
  "PSC-E421": {
    title: "installation refused",
    explanation:
      "The Power Platform API did not accept the installation of a package. Its own words are in the message: a licence, a region, or another installation that still runs.",
  },
  "PSC-E422": {
    title: "row without an id",
    explanation:
      "Dataverse created a row and did not name it in the OData-EntityId header. The next run finds it by its natural key.",
  },
  "PSC-E423": {
    title: "table or column missing",
    explanation:
      "The organisation's metadata lacks a table or column, because the package or channel that brings it is not installed, or the name in the spec is wrong.",
  },
  "PSC-E424": {
    title: "environment operation failed",
    explanation:
      "A long-running operation on the environment ended as failed, and the Power Platform gives no reason. The environment's history in the admin center may.",
  },
  "PSC-E425": {
    title: "environment under another domain",
    explanation:
      "The service replaced a taken domain by another one instead of refusing it. Take the new name into the spec, or delete that environment and choose another domain.",
  },
  "PSC-E426": {
    title: "domain cannot be used",
    explanation:
      "Domains are unique in a whole region and follow rules of their own. Choose another `environment.domain`.",
  },
  "PSC-E427": {
    title: "environment cannot be managed now",
    explanation:
      "The Power Platform keeps answering 409 when asked to make the environment managed: an environment group or a running operation holds it.",
  },
  "PSC-E428": {
    title: "installation failed",
    explanation:
      "The installation of a package ended as failed. The admin center shows the cause under Dynamics 365 apps > details; the next run starts it anew.",
  },
  "PSC-E429": {
    title: "installation not proved",
    explanation:
      "The package is listed as installed, but the solutions, roles or columns that prove it did not appear in half an hour. A repair in the admin center usually helps.",
  },
  "PSC-E430": {
    title: "back-ups cannot be kept that long",
    explanation:
      "The Power Platform did not take `environment.backupRetentionDays`; its own words are in the message. Longer than a week is for managed production environments without Dynamics 365 apps; those with them keep 28 days by themselves.",
  },
  "PSC-E431": {
    title: "application of another environment",
    explanation:
      "The Entra application carries the mark of another environment. Each of development, test and production has its own, so that a leaked test secret cannot reach patients.",
  },
  "PSC-E432": {
    title: "no such user",
    explanation: "The directory has no user of this user principal name. psc invites and creates nobody.",
  },
  "PSC-E433": {
    title: "group cannot be used",
    explanation:
      "Roles and memberships need a security-enabled group, and members can be added only where no dynamic rule decides about them.",
  },
  "PSC-E434": {
    title: "bot cannot go back to F0",
    explanation: "Azure changes a Health Bot from the free to a paid tier, never back.",
  },
  "PSC-E435": {
    title: "Azure operation failed",
    explanation:
      "A long-running operation of Azure Resource Manager ended as failed or cancelled; its code and message are in the error.",
  },
  "PSC-E436": {
    title: "retention Application Insights does not have",
    explanation:
      "Application Insights keeps data for one of a few fixed numbers of days. The message lists them.",
  },
  "PSC-E437": {
    title: "bot management unreadable",
    explanation:
      "The Health Bot's management API or its secret answered without what psc needs to change the configuration safely: it edits a backup and never writes one it could not read.",
  },
  "PSC-E438": {
    title: "no settings in Privileged Identity Management",
    explanation:
      "Eligible access needs Microsoft Entra ID P2 or Governance. Without it leave `healthBot.access.activation` out; access then stands.",
  },
  "PSC-E439": {
    title: "data policy of other environments",
    explanation:
      "The data policy of this name covers more than the environment, and the spec would sort its connectors differently. psc adds the environment to such a policy, and changes nothing that others live by.",
  },
  "PSC-E440": {
    title: "table cannot be audited",
    explanation: "The table's managed properties forbid auditing; its publisher decided so.",
  },
  "PSC-E441": {
    title: "user without licence",
    explanation:
      "Dataverse adds only licensed users. Assign a Dynamics 365 Customer Service licence with a messaging add-in, then run the same command again.",
  },
  "PSC-E443": {
    title: "no such security role",
    explanation:
      "The role does not exist in the business unit it is needed in. Packages bring roles; the message lists similar names.",
  },
  "PSC-E444": {
    title: "operating hours not written",
    explanation:
      "Neither way of writing a calendar took effect in this environment. The hours can be set by hand in the admin center; psc then finds them as declared.",
  },
  "PSC-E445": {
    title: "no such widget language",
    explanation: "Omnichannel's table of languages lacks it. The message lists those it has.",
  },
  "PSC-E446": {
    title: "time zone without counterpart",
    explanation:
      "Dataverse knows Windows time zones. psc maps IANA names to them; this one has no zone of the same rules that psc knows.",
  },
  "PSC-E447": {
    title: "named thing missing in the environment",
    explanation:
      "The spec names something psc does not make, such as a session template or the application of a smart assist bot; or several macros have the name.",
  },
  "PSC-E449": {
    title: "edited in the bot's portal",
    explanation:
      "The bot has the scenario, but not as psc wrote it, and its file says something else again. psc does not overwrite a person's work unasked: take it into the file, or run psc deploy with --force.",
  },
  "PSC-E451": {
    title: "solution refused before its import",
    explanation:
      "The organisation looked at the solution file and will not import it. Missing components are named with the solution that has them and the component that needs them: list that solution before it, in the manifest or in ownSolutions, or install its package.",
  },
  "PSC-E452": {
    title: "solution import failed",
    explanation:
      "The import was carried out by the organisation and failed; the message is the service's own, and missing components are named with the solution that has them. Nothing of the solution was changed. The next deploy tries it anew.",
  },
  "PSC-E453": {
    title: "solution file changed",
    explanation:
      "The file is not the one that was read when the spec was checked and the plan was shown, so it is not imported.",
  },
  "PSC-E454": {
    title: "solution export",
    explanation:
      "`psc solution export` needs the unique name of an unmanaged solution of the environment. Managed ones cannot be exported again: export them where they are made.",
  },
  "PSC-E455": {
    title: "no such permission",
    explanation:
      "Microsoft Graph publishes which permissions it offers, application permissions and delegated ones apart; `identity.application.permissions` names one that is not among them.",
  },
  "PSC-E456": {
    title: "nothing to rotate",
    explanation:
      "`psc rotate` renews the client secret that `identity.application.secret` declares, of an application that exists.",
  },
  "PSC-E457": {
    title: "pac started nothing",
    explanation:
      "pac could not sign in, or it ended and the catalogue of the environment shows no installation. What pac says of itself counts for nothing: it can fail and say 0, and it gives up after an hour while the installation goes on. Its last words are in the message, all of them with --verbose.",
  },
  "PSC-E490": {
    title: "unexpected failure of a resource",
    explanation:
      "Reading or changing one resource failed in a way psc does not know: a bug in psc or an answer nobody described. Other resources went on.",
  },
  "PSC-E491": {
    title: "inconsistent resources",
    explanation:
      "Two resources have the same address, or their dependencies do not add up: a bug in psc. Please report it with the spec.",
  },
};

/** Every code with its explanation: the spec language's own and all others. */
export const ALL_CODES: Readonly<Record<string, CodeEntry>> = { ...CODES, ...OTHER_CODES };
