import { defineKind, type Resource } from "../../engine/resource.ts";
import { keySegment } from "../../services/graph.ts";
import { naming } from "./denied.ts";

/** The two applications of Microsoft that the consent brings into the tenant. */
export const OMNICHANNEL_APPS = [
  { appId: "3957683c-3a48-4a6c-8706-a6e2d6883b02", name: "Omnichannel for CS Provisioning App Primary" },
  { appId: "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935", name: "Omnichannel for CS CRM ClientApp Primary" },
] as const;

interface ServicePrincipal {
  readonly id: string;
  readonly accountEnabled?: boolean;
}

export interface ConsentData {
  readonly servicePrincipalIds: readonly string[];
}

/**
 * Consent to Omnichannel's access to data. Microsoft pre-authorises the delegated permissions of its own pair, so what
 * the click leaves behind are the two service principals, and no permission grant.
 */
export const omnichannelConsent = defineKind<Record<never, never>, ConsentData>({
  kind: "entra.omnichannel-consent",
  summary: "a Global Administrator consents once for the tenant to Omnichannel's access to data",
  step: 3,
  api: "Microsoft Graph servicePrincipals",
  persona: "Global Administrator",
  permissions: { read: ["Application.Read.All"], write: [] },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/implement/data-access-consent.md",
    "dirkjanm/ROADtools:roadtx/roadtools/roadtx/firstpartyscopes.json (pre-authorised scopes)",
    "merill/microsoft-info:_info/MicrosoftApps.json (application ids)",
  ],
  nature: "gate",
  label: () => "consent to Omnichannel data access",
  detail: () => "a person consents once for the tenant",
  async read(_props, context) {
    const found = await Promise.all(
      OMNICHANNEL_APPS.map(async (app) => ({
        app,
        principal: await naming(
          { permission: "Application.Read.All", persona: "Cloud Application Administrator" },
          () =>
            context.services.graph.get<ServicePrincipal>(
              `/servicePrincipals${keySegment("appId", app.appId)}`,
              { $select: "id,accountEnabled" },
            ),
        ),
      })),
    );
    const ids = found.flatMap(({ principal }) => (principal === undefined ? [] : [principal.id]));
    const lacking = found.filter(({ principal }) => principal?.accountEnabled !== true);
    if (lacking.length === 0)
      return { status: "present", id: ids.join(", "), fields: {}, data: { servicePrincipalIds: ids } };
    const confirmation = context.confirmation(omnichannelConsent.address());
    // What psc itself once saw is no word against what it sees now.
    if (confirmation?.how === "confirmed") {
      return {
        status: "present",
        id: `confirmed by ${confirmation.by}`,
        fields: {},
        data: { servicePrincipalIds: ids },
        onWord: true,
      };
    }
    const reason = lacking
      .map(({ app, principal }) => `${app.name} is ${principal === undefined ? "missing" : "disabled"}`)
      .join("; ");
    return { status: "absent", reason };
  },
  instructions: (_props, context) => ({
    steps: [
      "Open the link in a browser that is signed in as a Global Administrator of the tenant",
      "Tick “Consent on behalf of your organization”",
      "Choose Accept",
    ],
    link: context.services.cloud.omnichannelConsentUrl ?? context.services.cloud.adminCenter,
    probe: `both service principals exist and are enabled: ${OMNICHANNEL_APPS.map(({ appId }) => appId).join(", ")}`,
    usualMinutes: 2,
    simulation: { action: "omnichannel-consent", payload: {} },
  }),
});

export function omnichannelConsentResources(): Resource[] {
  return [omnichannelConsent.resource({ props: {}, dependsOn: ["power-platform.environment"] })];
}
