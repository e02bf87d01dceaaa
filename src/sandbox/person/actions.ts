import {
  buildMacro,
  enableRealTimeAnalytics,
  provisionChannels,
  registerTeamsAccount,
  syncSmsNumbers,
} from "../dataverse/admin-center.ts";
import { websiteRecordNamed } from "../dataverse/portal-site.ts";
import { grantAdminConsent } from "../entra/admin-consent.ts";
import { grantOmnichannelConsent } from "../entra/consent.ts";
import { Refusal } from "../exchange.ts";
import { activateBotChannels, enableBridge, toggleEntraAccess } from "../health-bot/portal.ts";
import { exportToApplicationInsights } from "../power-platform/data-export-service.ts";
import { setDataPolicy } from "../power-platform/data-policies.ts";
import { switchTenantSettingsOn } from "../power-platform/tenant-settings.ts";
import { bindSite } from "../power-platform/websites.ts";
import type { JsonObject, World } from "../world.ts";

export interface PersonResult {
  /** What the person did, for the output. */
  readonly did: string;
  /** A value that only a portal shows, such as the bot id. */
  readonly value?: string;
}

/**
 * What a person does by hand where no public API exists. The payload carries what the instructions of the gate
 * told them: ids and names.
 */
export const PERSON_ACTIONS: Readonly<Record<string, (payload: JsonObject, world: World) => PersonResult>> = {
  "omnichannel-consent": (_payload, world) => {
    grantOmnichannelConsent(world);
    return { did: "consented to Omnichannel data access on behalf of the organization" };
  },
  "admin-consent": (payload, world) => ({
    did: grantAdminConsent(world, String(payload["appId"]))
      ? "granted admin consent for the application's permissions"
      : "found no such application",
  }),
  "omnichannel-channels": (payload, world) => {
    const channels = (payload["channels"] as string[] | undefined) ?? ["chat"];
    provisionChannels(world, String(payload["organizationUrl"]), channels);
    return { did: `ticked ${channels.join(", ")} under Manage channels` };
  },
  "health-bot-bridge": (payload, world) => {
    enableBridge(world, String(payload["resourceId"]));
    return { did: "enabled Dynamics 365 Omnichannel bridge messages" };
  },
  "health-bot-channel": (payload, world) => {
    const botId = activateBotChannels(world, String(payload["resourceId"]));
    return {
      did: "activated the Teams and Omnichannel channels of the bot and read its bot id",
      value: botId,
    };
  },
  "health-bot-access": (payload, world) => {
    const isOn = payload["entra"] !== false;
    toggleEntraAccess(world, String(payload["resourceId"]), isOn);
    return { did: `switched Microsoft Entra Access Management of the bot ${isOn ? "on" : "off"}` };
  },
  "data-policy": (payload, world) => {
    const name = String(payload["name"]);
    setDataPolicy(world, {
      environmentId: String(payload["environmentId"]),
      displayName: name,
      connectors: (payload["connectors"] as string[] | undefined) ?? [],
    });
    return { did: `gave the environment the data policy "${name}"` };
  },
  "tenant-settings": (payload, world) => {
    const settings = (payload["settings"] as string[] | undefined) ?? [];
    switchTenantSettingsOn(world, settings);
    return { did: `switched on for the whole tenant: ${settings.join(", ")}` };
  },
  "data-export": (payload, world) => {
    const text = (name: string, otherwise: string): string => String(payload[name] ?? otherwise);
    const done = exportToApplicationInsights(world, {
      environmentId: text("environmentId", ""),
      componentId: text("componentId", ""),
      packageName: text("packageName", "export"),
      resourceProvider: text("resourceProvider", "dataverse"),
    });
    return {
      did: done
        ? "exported the environment's telemetry to Application Insights"
        : "found no such environment with Dataverse under Data export",
    };
  },
  "portal-binding": (payload, world) => {
    const name = String(payload["name"]);
    bindSite(world, String(payload["subdomain"]), websiteRecordNamed(world, name));
    return { did: `bound the site to the website record "${name}"` };
  },
  "portal-telemetry": (payload) => ({
    did: `put the script of Application Insights into the site ${String(payload["subdomain"])}`,
  }),
  "portal-person": () => {
    throw new Refusal({
      status: 409,
      body: {
        error: {
          code: "Person",
          message:
            "nobody simulated can run psc for you: run the same command without the application's credentials",
        },
      },
    });
  },
  "real-time-analytics": (payload, world) => {
    enableRealTimeAnalytics(world, String(payload["organizationUrl"]));
    return { did: "switched real-time analytics on" };
  },
  macro: (payload, world) => {
    const name = String(payload["name"]);
    buildMacro(world, String(payload["organizationUrl"]), name);
    return { did: `built the macro "${name}" in the designer` };
  },
  "sms-number": (payload, world) => {
    const numbers = Math.max(1, Number(payload["numbers"] ?? 1));
    const number = syncSmsNumbers(world, String(payload["organizationUrl"]), numbers);
    return { did: "synchronised the phone numbers from Azure Communication Services", value: number };
  },
  "teams-account": (payload, world) => {
    registerTeamsAccount(
      world,
      String(payload["organizationUrl"]),
      String(payload["workstreamId"]),
      String(payload["name"]),
    );
    return { did: "added the Microsoft Teams account to the workstream" };
  },
};
