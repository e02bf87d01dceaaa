import type { BadInput } from "./bad-input.ts";

export const APPLICATION_CASES: readonly BadInput[] = [
  {
    name: "issuer without https",
    code: "PSC-E083",
    yaml: "identity: { application: { federated: [{ name: ci, issuer: «token.example.com», subject: s }] } }\n",
    message: /"token\.example\.com" is not an issuer/,
  },
  {
    name: "name of a federated credential with spaces",
    code: "PSC-E083",
    yaml: "identity: { application: { federated: [{ name: «my pipeline», issuer: 'https://token.example.com', subject: s }] } }\n",
    message: /"my pipeline"/,
  },
  {
    name: "issuer and subject twice",
    code: "PSC-E083",
    yaml: "identity: { application: { federated: [{ name: a, issuer: 'https://i.example.com', subject: s }, «{ name: b, issuer: 'https://i.example.com', subject: s }] } }\n",
    message: /the issuer and subject are those of env\.yaml:/,
  },
  {
    name: "certificate file that is none",
    code: "PSC-E084",
    yaml: "identity: { application: { certificates: [{ name: runner, file: «runner.pem» }] } }\n",
    files: { "runner.pem": "hello" },
    message: /runner\.pem is no certificate in PEM/,
  },
  {
    name: "private key in place of a certificate",
    code: "PSC-E084",
    yaml: "identity: { application: { certificates: [{ name: runner, file: «runner.pem» }] } }\n",
    files: { "runner.pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" },
    message: /runner\.pem is a private key/,
  },
  {
    name: "vault by its address",
    code: "PSC-E084",
    yaml: "identity: { application: { secret: { vault: «https://contoso.vault.azure.net», name: psc } } }\n",
    message: /is not the name of a key vault/,
    remedy: /without https/,
  },
  {
    name: "secret that is always due",
    code: "PSC-E084",
    yaml: "identity: { application: { secret: { vault: contoso, name: psc, validDays: 30, renewDays: «30» } } }\n",
    message: /renewed at every deploy/,
  },
  {
    name: "permission that is no name",
    code: "PSC-E085",
    yaml: "identity: { application: { permissions: { application: [«User Read»] } } }\n",
    message: /"User Read"/,
  },
  {
    name: "permission twice",
    code: "PSC-E085",
    yaml: "identity: { application: { permissions: { delegated: [User.Read, «user.read»] } } }\n",
    message: /listed twice/,
  },
  {
    name: "secret kept in one place by two stages",
    code: "PSC-E095",
    files: {
      "dev.yaml":
        "extends: base.yaml\nname: dev\nstage: dev\nidentity: { application: { secret: { vault: contoso, name: psc } } }\n",
    },
    alone: true,
    yaml: `extends: dev.yaml
name: test
stage: test
environment: { domain: contosohealth-test }
azure: { resourceGroup: rg-test }
identity: { application: { name: psc test bot, secret: { name: «psc» } } }
`,
    message: /share the client secret "contoso\/psc"/,
  },
];
