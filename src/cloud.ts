import { PscError } from "./errors.ts";

export const CLOUD_NAMES = ["public", "gcc", "gcchigh", "dod", "china"] as const;
export type CloudName = (typeof CLOUD_NAMES)[number];

export type ServiceName =
  | "login"
  | "graph"
  | "arm"
  | "bap"
  | "powerPlatform"
  | "dataverse"
  | "healthBot"
  | "keyVault"
  | "storage";

/** Hosts and token audiences of one national cloud. */
export interface Cloud {
  readonly name: CloudName;
  readonly authority: string;
  readonly graph: string;
  readonly arm: string;
  readonly bap: string;
  /** Audience of BAP tokens; differs from its host. */
  readonly bapAudience: string;
  readonly powerPlatform: string;
  /** Organisation hosts end in one of these. */
  readonly dataverseSuffixes: readonly string[];
  readonly healthBotSuffix: string;
  readonly keyVaultSuffix: string;
  /** Hosts of Blob Storage end in it. */
  readonly blobSuffix: string;
  /** Consent page for Omnichannel data access, where Microsoft documents one. */
  readonly omnichannelConsentUrl: string | undefined;
  /** Admin center of Power Platform. */
  readonly adminCenter: string;
  /** "National clouds" (Microsoft identity platform): where applications are registered. */
  readonly azurePortal: string;
}

const publicDataverse = [
  "",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "11",
  "12",
  "14",
  "15",
  "16",
  "17",
  "19",
  "20",
  "21",
].map((geo) => `.crm${geo}.dynamics.com`);

/**
 * Sources: microsoft/terraform-provider-power-platform:internal/constants/constants.go (BAP, Power Platform, authority);
 * microsoft/PowerPlatform-DataverseServiceClient:Client/Model/DiscoveryServers.cs (Dataverse suffixes);
 * "National cloud deployments" (Microsoft Graph); "Consent to data access" (Dynamics 365 Customer Service).
 * The Health Bot is only known in the public cloud; other clouds keep its public suffix and the region check refuses them.
 */
export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  public: {
    name: "public",
    authority: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    arm: "https://management.azure.com",
    bap: "https://api.bap.microsoft.com",
    bapAudience: "https://service.powerapps.com/",
    powerPlatform: "https://api.powerplatform.com",
    dataverseSuffixes: publicDataverse,
    healthBotSuffix: ".healthbot.microsoft.com",
    keyVaultSuffix: ".vault.azure.net",
    blobSuffix: ".blob.core.windows.net",
    omnichannelConsentUrl: "https://go.microsoft.com/fwlink/p/?linkid=2070932",
    adminCenter: "https://admin.powerplatform.microsoft.com",
    azurePortal: "https://portal.azure.com",
  },
  gcc: {
    name: "gcc",
    authority: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    arm: "https://management.azure.com",
    bap: "https://gov.api.bap.microsoft.us",
    bapAudience: "https://service.powerapps.us/",
    powerPlatform: "https://api.gov.powerplatform.microsoft.us",
    dataverseSuffixes: [".crm9.dynamics.com"],
    healthBotSuffix: ".healthbot.microsoft.com",
    keyVaultSuffix: ".vault.azure.net",
    blobSuffix: ".blob.core.windows.net",
    omnichannelConsentUrl: "https://go.microsoft.com/fwlink/p/?linkid=2128838",
    adminCenter: "https://gcc.admin.powerplatform.microsoft.us",
    azurePortal: "https://portal.azure.com",
  },
  gcchigh: {
    name: "gcchigh",
    authority: "https://login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    arm: "https://management.usgovcloudapi.net",
    bap: "https://high.api.bap.microsoft.us",
    bapAudience: "https://high.service.apps.appsplatform.us/",
    powerPlatform: "https://api.high.powerplatform.microsoft.us",
    dataverseSuffixes: [".crm.microsoftdynamics.us"],
    healthBotSuffix: ".healthbot.microsoft.com",
    keyVaultSuffix: ".vault.usgovcloudapi.net",
    blobSuffix: ".blob.core.usgovcloudapi.net",
    omnichannelConsentUrl: undefined,
    adminCenter: "https://high.admin.powerplatform.microsoft.us",
    azurePortal: "https://portal.azure.us",
  },
  dod: {
    name: "dod",
    authority: "https://login.microsoftonline.us",
    graph: "https://dod-graph.microsoft.us",
    arm: "https://management.usgovcloudapi.net",
    bap: "https://api.bap.appsplatform.us",
    bapAudience: "https://service.apps.appsplatform.us/",
    powerPlatform: "https://api.appsplatform.us",
    dataverseSuffixes: [".crm.appsplatform.us"],
    healthBotSuffix: ".healthbot.microsoft.com",
    keyVaultSuffix: ".vault.usgovcloudapi.net",
    blobSuffix: ".blob.core.usgovcloudapi.net",
    omnichannelConsentUrl: undefined,
    adminCenter: "https://admin.appsplatform.us",
    azurePortal: "https://portal.azure.us",
  },
  china: {
    name: "china",
    authority: "https://login.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    arm: "https://management.chinacloudapi.cn",
    bap: "https://api.bap.partner.microsoftonline.cn",
    bapAudience: "https://service.powerapps.cn/",
    powerPlatform: "https://api.powerplatform.partner.microsoftonline.cn",
    dataverseSuffixes: [".crm.dynamics.cn"],
    healthBotSuffix: ".healthbot.microsoft.com",
    keyVaultSuffix: ".vault.azure.cn",
    blobSuffix: ".blob.core.chinacloudapi.cn",
    omnichannelConsentUrl: undefined,
    adminCenter: "https://admin.powerplatform.partner.microsoftonline.cn",
    azurePortal: "https://portal.azure.cn",
  },
};

/** BAP hands out polling URLs on regional hosts such as `europe.api.bap.microsoft.com`. */
function isHostOrSubdomain(host: string, base: string): boolean {
  const baseHost = new URL(base).host;
  return host === baseHost || host.endsWith(`.${baseHost}`);
}

/**
 * The service a URL belongs to, or undefined when the cloud does not know its host. Every URL that a server
 * hands back passes through here before a token is attached to it.
 */
export function serviceOf(cloud: Cloud, url: URL): ServiceName | undefined {
  if (url.protocol !== "https:" || url.username !== "" || (url.port !== "" && url.port !== "443"))
    return undefined;
  const host = url.hostname.toLowerCase();
  if (isHostOrSubdomain(host, cloud.bap)) return "bap";
  if (isHostOrSubdomain(host, cloud.powerPlatform)) return "powerPlatform";
  if (host === new URL(cloud.authority).hostname) return "login";
  if (host === new URL(cloud.graph).hostname) return "graph";
  if (host === new URL(cloud.arm).hostname) return "arm";
  if (cloud.dataverseSuffixes.some((suffix) => host.endsWith(suffix))) return "dataverse";
  if (host.endsWith(cloud.healthBotSuffix)) return "healthBot";
  if (host.endsWith(cloud.keyVaultSuffix)) return "keyVault";
  if (host.endsWith(cloud.blobSuffix)) return "storage";
  return undefined;
}

/**
 * Token audience for a URL. Health Bot's management API takes a token that psc signs itself, the login host none.
 * @throws PscError PSC-E211 when the host does not belong to the cloud.
 */
export function audienceOf(cloud: Cloud, url: URL): string | undefined {
  switch (serviceOf(cloud, url)) {
    case "graph":
      return cloud.graph;
    case "arm":
      return cloud.arm;
    case "bap":
      return cloud.bapAudience;
    case "powerPlatform":
      return cloud.powerPlatform;
    case "dataverse":
      return url.origin;
    case "keyVault":
      return cloud.name === "china"
        ? "https://vault.azure.cn"
        : cloud.keyVaultSuffix === ".vault.azure.net"
          ? "https://vault.azure.net"
          : "https://vault.usgovcloudapi.net";
    // One audience in every cloud ("Authorize with Microsoft Entra ID", Azure Storage REST).
    case "storage":
      return "https://storage.azure.com";
    case "healthBot":
    case "login":
      return undefined;
    case undefined:
      throw strangeHost(cloud, url);
  }
}

function strangeHost(cloud: Cloud, { protocol, host }: URL): PscError {
  return new PscError({
    code: "PSC-E211",
    message: `a server pointed psc to ${protocol}//${host}, which is not a host of the ${cloud.name} cloud; no token was sent`,
    remedy: "check the `cloud` of the spec; if it is right, report this answer to Microsoft support",
    side: "service",
  });
}

/**
 * An address a server handed out, taken apart.
 * @throws PscError PSC-E211 when it is none, or not one of the cloud's.
 */
export function addressOf(cloud: Cloud, text: string): { readonly url: URL; readonly service: ServiceName } {
  const url = URL.parse(text);
  if (url === null)
    throw new PscError({
      code: "PSC-E211",
      message: `a server pointed psc to "${text.slice(0, 200)}", which is no address; no token was sent`,
      remedy: "run the same command again; if it lasts, report this answer to Microsoft support",
      side: "service",
    });
  const service = serviceOf(cloud, url);
  if (service === undefined) throw strangeHost(cloud, url);
  return { url, service };
}
