import { isIP } from "node:net";
import { dataModelOf, registerSite } from "../dataverse/portal-site.ts";
import { Refusal, type SandboxResponse } from "../exchange.ts";
import { type Handler, type Route, type RoutedRequest, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { callerOf, requirePowerPlatformAccess } from "./administrators.ts";
import { environmentIdInvalid, gatewayBody, textMember } from "./power-platform-errors.ts";
import {
  bapState,
  type EnvironmentRecord,
  type IpAddressRule,
  MINUTE,
  powerPlatformState,
  type WebsiteRecord,
} from "./power-platform-state.ts";

const SITES = "/powerpages/environments/{environment}/websites";

/** Sandbox time a change of the firewall takes ("Web application firewall", Power Pages documentation: 15–20 minutes). */
const FIREWALL = 15 * MINUTE;

/** Sandbox time until a new site answers. Assumption: no duration is published. */
const CREATION = 10 * MINUTE;

/** Templates a site can be made from ("Websites - Create Website", REST reference 2024-10-01). */
const TEMPLATES = [
  "StarterLayout1 StarterLayout2 StarterLayout3 StarterLayout4 StarterLayout5 BlankPage BookMeetings FAQ",
  "ProgramRegistration BuildingPermit Community EventPortal CustomerSelfServicePortal",
  "EmployeeSelfServicePortal PartnerPortal CustomerPortal FieldService DefaultPortalTemplate",
  "PowerPortals_ProgramRegistration PowerPortals_BookMeeting",
].flatMap((line) => line.split(" "));

/** Envelope of this namespace: `{"error":{"code","message","target","details"}}` (REST reference, powerpages/websites). */
function websiteRefusal(status: number, code: string, message: string, target: string): Refusal {
  return new Refusal({ status, body: { error: { code, message, target, details: [] } } });
}

/**
 * Only people's tokens work here ("Power Pages administration APIs", Power Pages documentation). Assumption: the body
 * of the refusal is not published.
 */
function environmentFor(request: RoutedRequest, world: World, write: boolean): EnvironmentRecord {
  if (callerOf(request).kind === "application")
    throw websiteRefusal(403, "Forbidden", "The caller is not authorized to perform this operation.", "");
  const id = request.params["environment"] ?? "";
  requirePowerPlatformAccess(request, world, {
    permission: write ? "PowerPages.Websites.Write" : "PowerPages.Websites.Read",
    environmentId: id,
    write,
  });
  const environment = bapState(world).environments[id] ?? bapState(world).environments[id.toLowerCase()];
  if (environment === undefined) throw environmentIdInvalid(id);
  return environment;
}

function websiteBody(world: World, website: WebsiteRecord, environment: EnvironmentRecord): object {
  const ready = world.now() >= website.readyAt;
  return {
    id: website.id,
    name: website.name,
    createdOn: `${new Date(website.createdAt).toISOString().slice(0, 19)}Z`,
    templateName: website.templateName,
    websiteUrl: `https://${website.subdomain}.powerappsportals.com`,
    tenantId: TENANT.id,
    dataverseInstanceUrl: environment.database?.instanceUrl ?? null,
    environmentName: environment.displayName,
    environmentId: environment.id,
    dataverseOrganizationId: environment.database?.organizationId ?? null,
    selectedBaseLanguage: website.selectedBaseLanguage,
    customHostNames: [],
    websiteRecordId: website.websiteRecordId,
    subdomain: website.subdomain,
    packageInstallStatus: ready ? "Installed" : "Installing",
    type: environment.sku === "Production" ? "Production" : "Trial",
    trialExpiringInDays: environment.sku === "Production" ? 0 : 90,
    suspendedWebsiteDeletingInDays: 0,
    packageVersion: "1.0.0.0",
    isEarlyUpgradeEnabled: false,
    isCustomErrorEnabled: true,
    applicationUserAadAppId: website.applicationUserAadAppId,
    ownerId: website.ownerId,
    status: ready ? "OperationComplete" : "OperationInProgress",
    siteVisibility: website.siteVisibility,
    dataModel: dataModelOf(world, environment.database?.organizationId ?? "", website.websiteRecordId),
  };
}

function addressOf(website: WebsiteRecord): string {
  return `https://api.powerplatform.com/powerpages/environments/${website.environmentId}/websites/${website.id}?api-version=2024-10-01`;
}

function createWebsite(request: RoutedRequest, world: World): SandboxResponse {
  const environment = environmentFor(request, world, true);
  const body = gatewayBody(request);
  const invalid = (target: string): Refusal =>
    websiteRefusal(400, "InvalidRequest", `The value of ${target} is missing or not valid.`, target);
  const name = textMember(body, "name");
  const subdomain = textMember(body, "subdomain")?.toLowerCase();
  const templateName = textMember(body, "templateName") ?? "";
  if (name === undefined) throw invalid("name");
  const { websites } = powerPlatformState(world);
  const taken = Object.values(websites).some((website) => website.subdomain === subdomain);
  if (subdomain === undefined || !/^[a-z0-9-]+$/.test(subdomain) || taken) throw invalid("subdomain");
  if (!TEMPLATES.includes(templateName)) throw invalid("templateName");
  const organizationId = textMember(body, "dataverseOrganizationId");
  if (organizationId === undefined || organizationId !== environment.database?.organizationId)
    throw invalid("dataverseOrganizationId");
  const website: WebsiteRecord = {
    id: world.newId(),
    environmentId: environment.id,
    name,
    templateName,
    subdomain,
    selectedBaseLanguage: Number(body["selectedBaseLanguage"] ?? 1033),
    websiteRecordId: textMember(body, "websiteRecordId") ?? world.newId(),
    applicationUserAadAppId: world.newId(),
    ownerId: callerOf(request).objectId,
    createdAt: world.now(),
    readyAt: world.now() + CREATION,
    state: "started",
    siteVisibility: "private",
    firewall: "off",
    firewallBusyUntil: 0,
    ipAddressRules: [],
  };
  websites[website.id] = website;
  registerSite(world, organizationId, {
    websiteRecordId: website.websiteRecordId,
    name,
    domain: `${subdomain}.powerappsportals.com`,
  });
  return { status: 202, headers: { "Operation-Location": addressOf(website) } };
}

interface Site {
  readonly website: WebsiteRecord;
  readonly environment: EnvironmentRecord;
}

function siteHandler(
  write: boolean,
  answer: (site: Site, request: RoutedRequest, world: World) => SandboxResponse,
): Handler {
  return (request, world) => {
    const environment = environmentFor(request, world, write);
    const website = powerPlatformState(world).websites[(request.params["website"] ?? "").toLowerCase()];
    if (website === undefined || website.environmentId !== environment.id)
      throw websiteRefusal(404, "NotFound", "The website could not be found.", "id");
    return answer({ website, environment }, request, world);
  };
}

/** The addresses of `{"IpAddresses":[{"IpAddress","IpAddressType"}]}`; this body is written in Pascal case. */
function addressesOf(request: RoutedRequest): IpAddressRule[] {
  const list = gatewayBody(request)["IpAddresses"];
  const rules = Array.isArray(list) ? list : [];
  const checked = rules.map((rule) => {
    const row = typeof rule === "object" && rule !== null && !Array.isArray(rule) ? rule : {};
    const address = String(row["IpAddress"] ?? "");
    const version = isIP(address.split("/")[0] ?? "");
    const type = String(row["IpAddressType"] ?? "");
    if (version === 0 || type !== `IPv${version}`)
      throw websiteRefusal(400, "InvalidRequest", `The address '${address}' is not valid.`, "IpAddresses");
    return { IpAddress: address, IpAddressType: type };
  });
  if (checked.length === 0)
    throw websiteRefusal(400, "InvalidRequest", "The request names no addresses.", "IpAddresses");
  return checked;
}

function runState(state: WebsiteRecord["state"]): Handler {
  return siteHandler(true, ({ website }) => {
    website.state = state;
    return { status: 200 };
  });
}

/** 202, or 409 while another change of the firewall is going on. Assumption: the body of the 409 is not published. */
function changeFirewall(firewall: WebsiteRecord["firewall"] | "rules"): Handler {
  return siteHandler(true, ({ website }, request, world) => {
    if (world.now() < website.firewallBusyUntil)
      throw websiteRefusal(409, "Conflict", "Another operation on the firewall is in progress.", "id");
    if (firewall === "rules") {
      gatewayBody(request);
      if (website.firewall === "off")
        throw websiteRefusal(400, "InvalidRequest", "The firewall of the website is not enabled.", "id");
    } else website.firewall = firewall;
    if (firewall === "off") return { status: 200 };
    website.firewallBusyUntil = world.now() + FIREWALL;
    return { status: 202, headers: { "Operation-Location": addressOf(website) } };
  });
}

/**
 * Sites of Power Pages ("Websites", powerpages, REST reference 2024-10-01; docs/docs/cmd/pp/website/website-get.mdx of
 * pnp/cli-microsoft365 for the object). Assumption: what `Operation-Location` of a creation shows is not published, so
 * it leads to the site itself, whose `status` says when it is done.
 */
export const WEBSITE_ROUTES: readonly Route[] = [
  route("GET", SITES, (request, world) => {
    const environment = environmentFor(request, world, false);
    const rows = Object.values(powerPlatformState(world).websites).filter(
      (website) => website.environmentId === environment.id,
    );
    const skip = Number(request.query.get("skip") ?? "0") || 0;
    return {
      status: 200,
      body: { value: rows.slice(skip).map((website) => websiteBody(world, website, environment)) },
    };
  }),
  route("POST", SITES, createWebsite),
  route(
    "GET",
    `${SITES}/{website}`,
    siteHandler(false, ({ website, environment }, _request, world) => ({
      status: 200,
      body: websiteBody(world, website, environment),
    })),
  ),
  route(
    "DELETE",
    `${SITES}/{website}`,
    siteHandler(true, ({ website }, _request, world) => {
      delete powerPlatformState(world).websites[website.id];
      return { status: 202, headers: { "Operation-Location": addressOf(website) } };
    }),
  ),
  route("POST", `${SITES}/{website}/restart`, runState("started")),
  route("POST", `${SITES}/{website}/start`, runState("started")),
  route("POST", `${SITES}/{website}/stop`, runState("stopped")),
  route("POST", `${SITES}/{website}/enableWaf`, changeFirewall("on")),
  route("POST", `${SITES}/{website}/disableWaf`, changeFirewall("off")),
  route(
    "GET",
    `${SITES}/{website}/getWafStatus`,
    // Assumption: the page shows only that it is a text.
    siteHandler(false, ({ website }, _request, world) => {
      const busy = world.now() < website.firewallBusyUntil;
      const status = website.firewall === "on" ? (busy ? "Enabling" : "Enabled") : "Disabled";
      return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(status) };
    }),
  ),
  route("PUT", `${SITES}/{website}/createWafRules`, changeFirewall("rules")),
  route(
    "GET",
    `${SITES}/{website}/ipaddressrules`,
    siteHandler(false, ({ website }) => ({ status: 200, body: website.ipAddressRules })),
  ),
  route(
    "POST",
    `${SITES}/{website}/ipaddressrules`,
    siteHandler(true, ({ website }, request) => {
      for (const rule of addressesOf(request))
        if (!website.ipAddressRules.some((known) => known.IpAddress === rule.IpAddress))
          website.ipAddressRules.push(rule);
      return { status: 204 };
    }),
  ),
  route(
    "POST",
    `${SITES}/{website}/removeAllowedIpAddresses`,
    siteHandler(true, ({ website }, request) => {
      const gone = addressesOf(request).map((rule) => rule.IpAddress);
      website.ipAddressRules = website.ipAddressRules.filter((rule) => !gone.includes(rule.IpAddress));
      return { status: 204 };
    }),
  ),
  route(
    "POST",
    `${SITES}/{website}/updateSiteVisibility`,
    siteHandler(true, ({ website, environment }, request) => {
      const wanted = request.query.get("siteVisibility")?.toLowerCase() ?? "";
      if (wanted !== "private" && wanted !== "public")
        throw websiteRefusal(400, "InvalidRequest", "The visibility is not valid.", "siteVisibility");
      // The reason is one that users report of developer environments; the shape is the one they quote.
      if (wanted === "public" && environment.sku === "Developer")
        throw new Refusal({
          status: 400,
          body: {
            Message: "Site visibility cannot be changed to public on developer environment.",
            ErrorCode: "D005",
            ErrorType: "User error",
          },
        });
      website.siteVisibility = wanted;
      return { status: 200 };
    }),
  ),
];

/** Site Details > Edit > Website record, in the admin center. */
export function bindSite(world: World, subdomain: string, websiteRecordId: string): void {
  const { websites } = powerPlatformState(world);
  const site = Object.values(websites).find((website) => website.subdomain === subdomain.toLowerCase());
  if (site === undefined)
    throw new Refusal({
      status: 409,
      body: { error: { code: "AdminCenter", message: `there is no site ${subdomain}` } },
    });
  websites[site.id] = { ...site, websiteRecordId };
}
