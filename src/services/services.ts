import type { Clock } from "../clock.ts";
import { addressOf, type Cloud } from "../cloud.ts";
import type { SecretValue } from "../secret-value.ts";
import type { SecretReference } from "../spec/model.ts";
import { type Arm, createArm } from "./arm.ts";
import { type Bap, createBap } from "./bap.ts";
import { createDataPolicies, type DataPolicies } from "./data-policies.ts";
import { createDataverse, type Dataverse } from "./dataverse.ts";
import { createGraph, type Graph } from "./graph.ts";
import { createHealthBotManagement, type HealthBotManagement } from "./health-bot.ts";
import { asHttpClient } from "./http/as-client.ts";
import type { RememberingHttp } from "./http/remembering.ts";
import { createKeyVault, type KeyVault } from "./key-vault.ts";
import type { KnownNames } from "./known-names.ts";
import type { Pac } from "./pac/pac.ts";
import { createPowerPages, type PowerPages } from "./power-pages.ts";
import { createPowerPlatform, type PowerPlatform } from "./power-platform.ts";
import { readSecret } from "./secrets.ts";

/** Who psc is signed in as, read from a token. */
export interface SignedIn {
  readonly tenantId: string;
  readonly objectId: string;
  readonly kind: "user" | "application";
  readonly appId: string;
  /** User principal name, or the application's client id. */
  readonly name: string;
  /** Graph application permissions or delegated scopes of the token. */
  readonly permissions: readonly string[];
  /** Role template ids of active directory roles, as far as the token tells. */
  readonly directoryRoles: readonly string[];
}

export interface Services {
  readonly cloud: Cloud;
  readonly http: RememberingHttp;
  readonly clock: Clock;
  /** Signs in if that has not happened yet. */
  signedIn(): Promise<SignedIn>;
  readonly graph: Graph;
  readonly arm: Arm;
  readonly bap: Bap;
  readonly dataPolicies: DataPolicies;
  readonly powerPlatform: PowerPlatform;
  readonly powerPages: PowerPages;
  /** Undefined where none may run: in the sandbox, unless a stand-in is named. */
  readonly pac: Pac | undefined;
  /** Client for one organisation, by its URL and its version as the admin API returned them. */
  dataverse(organizationUrl: string, version?: string): Dataverse;
  /**
   * The value of a secret the spec refers to, read when it is needed and kept nowhere.
   * @throws PscError PSC-E030 for an unset variable, PSC-E034 or PSC-E035 for a secret that cannot be read.
   */
  secret(reference: SecretReference): Promise<SecretValue>;
  /** Secrets of key vaults that psc keeps some in. */
  readonly keyVault: KeyVault;
  /** Client for one bot's management API. */
  healthBot(managementPortalLink: string, jwtSecret: SecretValue): HealthBotManagement;
}

export function createServices(options: {
  cloud: Cloud;
  http: RememberingHttp;
  clock: Clock;
  signedIn: () => Promise<SignedIn>;
  /** Where `${env:NAME}` of a secret is looked up. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where names out of an organisation's metadata are kept from run to run. */
  namesOf?: (origin: string, version: string) => KnownNames;
  pac?: Pac | undefined;
}): Services {
  const { cloud, http, clock, env } = options;
  const organizations = new Map<string, Dataverse>();
  return {
    cloud,
    http,
    clock,
    signedIn: options.signedIn,
    graph: createGraph(http, cloud),
    arm: createArm(http, cloud),
    bap: createBap(http, cloud),
    dataPolicies: createDataPolicies(http, cloud),
    powerPlatform: createPowerPlatform(http, cloud),
    powerPages: createPowerPages(http, cloud),
    pac: options.pac,
    dataverse(organizationUrl, version = "") {
      const { origin } = addressOf(cloud, organizationUrl).url;
      const key = `${origin} ${version}`;
      const known = organizations.get(key);
      if (known !== undefined) return known;
      const names = version === "" ? undefined : options.namesOf?.(origin, version);
      const made = createDataverse(http, origin, names);
      organizations.set(key, made);
      return made;
    },
    secret: (reference) =>
      readSecret(reference, {
        cloud,
        env,
        // The pipeline puts its own token on the request, so the library never asks for one.
        credential: { getToken: async () => null },
        httpClient: asHttpClient(http),
      }),
    keyVault: createKeyVault(http, cloud, (ms) => clock.sleep(ms)),
    healthBot: (managementPortalLink, jwtSecret) =>
      createHealthBotManagement(http, clock, addressOf(cloud, managementPortalLink).url, jwtSecret),
  };
}
