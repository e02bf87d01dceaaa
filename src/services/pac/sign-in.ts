import { join } from "node:path";
import { PscError } from "../../errors.ts";
import { secretValue } from "../../secret-value.ts";
import type { SignedIn } from "../services.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

export interface PacSignIn {
  /** Options of `pac auth create`; none is a secret. */
  readonly args: readonly string[];
  /** Variables that this way reads. */
  readonly env: Readonly<Record<string, string>>;
  /** For messages. */
  readonly how: string;
}

/** A pipeline's own token, by the variables that pac reads it from. */
const FEDERATIONS = [
  {
    option: "--githubFederated",
    url: "ACTIONS_ID_TOKEN_REQUEST_URL",
    token: "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    how: "GitHub's federated identity",
  },
  {
    // microsoft/powerplatform-build-tools:src/host/BuildToolsHost.ts sets them for pac.
    option: "--azureDevOpsFederated",
    url: "PAC_ADO_ID_TOKEN_REQUEST_URL",
    token: "PAC_ADO_ID_TOKEN_REQUEST_TOKEN",
    how: "Azure DevOps' federated identity",
  },
] as const;

/** What the default Azure identity looks at ("DefaultAzureCredential", Azure SDK for .NET), client secrets excepted. */
const DEFAULT_IDENTITY = [
  "AZURE_CLIENT_ID",
  "AZURE_TENANT_ID",
  "AZURE_FEDERATED_TOKEN_FILE",
  "AZURE_AUTHORITY_HOST",
  "AZURE_CONFIG_DIR",
  "IDENTITY_ENDPOINT",
  "IDENTITY_SERVER_THUMBPRINT",
  "IMDS_ENDPOINT",
  "MSI_ENDPOINT",
] as const;
const DEFAULT_IDENTITY_SECRETS = ["IDENTITY_HEADER", "MSI_SECRET"] as const;

function given(env: Variables, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = env[name] ?? "";
      return value === "" ? [] : [[name, value]];
    }),
  );
}

/**
 * How pac signs in as whom psc is signed in as. `pac auth create` takes a client secret, a password and a certificate's
 * password as arguments only, where every user of the machine can read them; it is not given any.
 * @throws PscError PSC-E304 when there is no other way
 */
export function signInOf(env: Variables, who: SignedIn): PacSignIn {
  const application = ["--tenant", who.tenantId, "--applicationId", who.appId];
  if (who.kind === "application") {
    for (const { option, url, token, how } of FEDERATIONS) {
      const variables = given(env, [url, token]);
      if (variables[url] === undefined || variables[token] === undefined) continue;
      secretValue(variables[token]);
      return { args: [option, ...application], env: variables, how };
    }
    if ((env["AZURE_CLIENT_SECRET"] ?? "") !== "") throw secretNeeded("a client secret");
    const certificate = env["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "";
    if (certificate !== "") {
      if ((env["AZURE_CLIENT_CERTIFICATE_PASSWORD"] ?? "") !== "")
        throw secretNeeded("a certificate with a password");
      return {
        args: ["--certificateDiskPath", certificate, ...application],
        env: {},
        how: "the certificate",
      };
    }
  }
  for (const secret of Object.values(given(env, DEFAULT_IDENTITY_SECRETS))) secretValue(secret);
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  return {
    args: ["--managedIdentity"],
    env: {
      // The Azure CLI's sign-in is looked for in a home that pac does not have.
      ...(home === "" ? {} : { AZURE_CONFIG_DIR: join(home, ".azure") }),
      ...given(env, [...DEFAULT_IDENTITY, ...DEFAULT_IDENTITY_SECRETS]),
    },
    how: "the default Azure identity",
  };
}

function secretNeeded(what: string): PscError {
  return new PscError({
    code: "PSC-E304",
    message: `psc is signed in with ${what}, which pac takes on its command line only, for every user of the machine to read`,
    remedy:
      "run psc with a federated identity (GitHub Actions, Azure DevOps), a managed identity or a certificate without password; or leave `environment.packagesBy` out: psc then installs by the API",
    side: "user",
  });
}
