import type { Cloud } from "../cloud.ts";
import { isServiceError } from "../errors.ts";
import { createPageGuard } from "./http/page-guard.ts";
import type { Http, HttpResponse } from "./http/types.ts";
import { asRow, type Row, rowsAt, textAt } from "./json-reading.ts";

export interface Website {
  readonly id: string;
  readonly name: string;
  readonly subdomain: string;
  readonly url: string;
  /** Row of `powerpagesites` or `adx_websites` the site shows. */
  readonly websiteRecordId: string;
  /** `OperationComplete` once it can be worked with. */
  readonly status: string;
  /** `Trial` or `Production`. */
  readonly type: string;
  /** `private` or `public`. */
  readonly visibility: string;
}

export interface NewWebsite {
  readonly name: string;
  readonly subdomain: string;
  readonly templateName: string;
  readonly selectedBaseLanguage: number;
  readonly dataverseOrganizationId: string;
  readonly websiteRecordId?: string;
}

/** The Power Pages part of the Power Platform API. It takes tokens of people only. */
export interface PowerPages {
  websites(environmentId: string): Promise<readonly Website[]>;
  /** Returns when the request is accepted; the list tells when the site is there. */
  create(environmentId: string, site: NewWebsite): Promise<void>;
  remove(environmentId: string, siteId: string): Promise<void>;
  restart(environmentId: string, siteId: string): Promise<void>;
  setVisibility(environmentId: string, siteId: string, visibility: string): Promise<void>;
  allowedAddresses(environmentId: string, siteId: string): Promise<readonly string[]>;
  allow(environmentId: string, siteId: string, addresses: readonly string[]): Promise<void>;
  disallow(environmentId: string, siteId: string, addresses: readonly string[]): Promise<void>;
  /** Whether the web application firewall is on. */
  firewall(environmentId: string, siteId: string): Promise<boolean>;
  setFirewall(environmentId: string, siteId: string, on: boolean): Promise<void>;
}

const VERSION = "api-version=2024-10-01";

function websiteOf(body: Row): Website {
  return {
    id: textAt(body, "id"),
    name: textAt(body, "name"),
    subdomain: textAt(body, "subdomain"),
    url: textAt(body, "websiteUrl"),
    websiteRecordId: textAt(body, "websiteRecordId").toLowerCase(),
    status: textAt(body, "status"),
    type: textAt(body, "type"),
    visibility: textAt(body, "siteVisibility").toLowerCase(),
  };
}

function addressBody(addresses: readonly string[]): Row {
  return {
    IpAddresses: addresses.map((address) => ({
      IpAddress: address,
      IpAddressType: address.includes(":") ? "IPv6" : "IPv4",
    })),
  };
}

/**
 * Sources: "Power Platform REST API: Power Pages, Websites" (2024-10-01); pnp/cli-microsoft365
 * docs/docs/cmd/pp/website/website-get.mdx for the object. Assumption: the text of the firewall's status begins with a
 * form of "enabled" when it is on; the page shows only that it is a text.
 */
export function createPowerPages(http: Http, cloud: Cloud): PowerPages {
  const root = (environmentId: string): string =>
    `${cloud.powerPlatform}/powerpages/environments/${environmentId}/websites`;
  const url = (environmentId: string, siteId: string, verb: string, query = ""): string =>
    `${root(environmentId)}/${siteId}/${verb}?${VERSION}${query}`;

  async function post(target: string, body?: Row): Promise<void> {
    // Each of these sets a state: sent twice they end in the same one.
    await http.send({
      method: "POST",
      url: target,
      repeatable: true,
      ...(body === undefined ? {} : { body }),
    });
  }

  return {
    async websites(environmentId) {
      const found: Website[] = [];
      let next: string | undefined = `${root(environmentId)}?${VERSION}`;
      const follow = createPageGuard();
      while (next !== undefined) {
        const { body, text }: HttpResponse = await http.send({ method: "GET", url: next });
        for (const row of rowsAt(body, "value")) found.push(websiteOf(row));
        follow(next, text.length);
        next = textAt(body, "@odata.nextLink") || undefined;
      }
      return found;
    },
    async create(environmentId, site) {
      await http.send({ method: "POST", url: `${root(environmentId)}?${VERSION}`, body: { ...site } });
    },
    async remove(environmentId, siteId) {
      await http.send({
        method: "DELETE",
        url: `${root(environmentId)}/${siteId}?${VERSION}`,
        expect: [404],
      });
    },
    restart: (environmentId, siteId) => post(url(environmentId, siteId, "restart")),
    setVisibility: (environmentId, siteId, visibility) =>
      post(url(environmentId, siteId, "updateSiteVisibility", `&siteVisibility=${visibility}`)),
    async allowedAddresses(environmentId, siteId) {
      const { body } = await http.send({ method: "GET", url: url(environmentId, siteId, "ipaddressrules") });
      const rows = Array.isArray(body) ? body.map(asRow) : rowsAt(body, "value");
      return rows.map((row) => textAt(row, "IpAddress")).filter((address) => address !== "");
    },
    allow: (environmentId, siteId, addresses) =>
      post(url(environmentId, siteId, "ipaddressrules"), addressBody(addresses)),
    disallow: (environmentId, siteId, addresses) =>
      post(url(environmentId, siteId, "removeAllowedIpAddresses"), addressBody(addresses)),
    async firewall(environmentId, siteId) {
      const { body, text } = await http.send({
        method: "GET",
        url: url(environmentId, siteId, "getWafStatus"),
      });
      return /^"?\s*enabl/i.test(typeof body === "string" ? body : text);
    },
    async setFirewall(environmentId, siteId, on) {
      try {
        await post(url(environmentId, siteId, on ? "enableWaf" : "disableWaf"));
      } catch (error) {
        // 409: a change is under way already; the caller looks again.
        if (!isServiceError(error, 409)) throw error;
      }
    },
  };
}
