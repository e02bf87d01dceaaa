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
  "PSC-E130": {
    title: "gate not reached",
    explanation:
      "What the gate is about does not exist yet, so nobody can have passed it. `psc deploy` brings about what comes before it and stops there.",
  },
  "PSC-E131": {
    title: "gate not passed",
    explanation:
      "psc can look for itself whether this gate was passed, and it was not. Portals sometimes need a minute before the change shows; a person's word does not replace what psc can see.",
  },
  "PSC-E190": {
    title: "interrupted",
    explanation:
      "The command was stopped by Ctrl+C. What is under way in the cloud goes on there; the same command picks it up.",
  },
  "PSC-E199": {
    title: "unexpected",
    explanation:
      "A bug in psc. PSC_DEBUG=1 shows where it happened; please report it with the command and, if you can, the spec.",
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
  "PSC-E231": {
    title: "permission missing",
    explanation:
      "The signed-in identity may not do this (403). The message names the permission when the service does, and who can grant it. `psc explain KIND` lists the least-privileged permissions of each kind of resource.",
  },
  "PSC-E290": {
    title: "write in a read-only command",
    explanation:
      "plan, verify, status and gate run on a pipeline that refuses to write. This one was asked to: a bug in psc. Nothing was sent.",
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
