import { EXIT_MEANINGS } from "./exit-codes.ts";

/** What `psc explain` can tell beside codes and kinds. */
export const TOPICS: Readonly<Record<string, { readonly title: string; readonly lines: readonly string[] }>> =
  {
    "exit-codes": {
      title: "exit codes",
      lines: EXIT_MEANINGS.map(({ code, meaning }) => `${String(code).padStart(3)}  ${meaning}`),
    },
    symbols: {
      title: "symbols",
      lines: [
        "+  create",
        "~  change in place",
        "±  replace: delete and create",
        "-  delete",
        "=  adopt: somebody else made it, psc puts its mark on it",
        "…  running",
        "!  a person's move",
        "✓  done",
        "✗  failed",
      ],
    },
    gates: {
      title: "gates",
      lines: [
        "A gate is a step without a public API: a person does it in a portal. psc says who, where and how.",
        "When psc can look for itself, it sees that a gate was passed; otherwise somebody says so with `psc gate confirm`.",
        "Either way it is recorded in .psc/environments/NAME/gates.jsonl: who, when, and the value that was brought back.",
        "In the sandbox a simulated person passes the gates; --no-simulated-person leaves them to you.",
      ],
    },
    files: {
      title: "files psc writes",
      lines: [
        ".psc/environments/NAME/runs/*.jsonl   the journal: one file a deploy or destroy: what is declared, intents before, outcomes after",
        ".psc/environments/NAME/gates.jsonl    who passed which gate, and when",
        ".psc/environments/NAME/names.json     names out of Dataverse's metadata, for one version of the organisation",
        ".psc/sandbox/                         the sandbox's tenant, its request log, and the same three for it",
        "What --report, --bundle and --collect of `psc verify` name; bundles are described in docs/evidence.md.",
        "With --state URL (or PSC_STATE) journal and confirmations are shared with other machines: see docs/shared-state.md.",
        "None of them is the truth about a tenant: psc reads that from the tenant. They hold no secret.",
      ],
    },
    environment: {
      title: "environment variables",
      lines: [
        "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET   sign in as an application",
        "PSC_SANDBOX_URL    use a sandbox that runs elsewhere",
        "PSC_SANDBOX_USER   sign in to the sandbox as somebody else, such as reader@contoso.onmicrosoft.com",
        "PSC_DEBUG=1        as --debug",
        "PSC_STATE          container of Blob Storage that holds journal and lock, like --state",
        "PSC_STATE_EMULATOR an Azurite that stands for that container beside the sandbox",
        "NO_COLOR           no colour",
        "CI                 never wait at a gate unless told to",
        "HTTPS_PROXY, NODE_EXTRA_CA_CERTS   a proxy, and its certificate authority",
        "What the spec reads from the environment is looked up here too.",
      ],
    },
  };
