export const PORTAL_PROVIDERS = ["entra", "external-id", "b2c"] as const;
export type PortalProvider = (typeof PORTAL_PROVIDERS)[number];

export const SITE_VISIBILITIES = ["private", "public"] as const;
export type SiteVisibility = (typeof SITE_VISIBILITIES)[number];

export interface PortalSpec {
  readonly name: string;
  /** First label of the site's host name. */
  readonly subdomain: string;
  readonly template: string;
  /** Name of an existing website record that the site shows; undefined: the site brings one. */
  readonly websiteRecord: string | undefined;
  /** Name of the chat widget patients see; undefined: none. */
  readonly widget: string | undefined;
  readonly visibility: SiteVisibility;
  /** Undefined: left as they are. */
  readonly allowedAddresses: readonly string[] | undefined;
  readonly firewall: boolean;
  /** Undefined: left as it is. */
  readonly contentSecurityPolicy:
    | {
        readonly mode: "enforce" | "report" /** Undefined: made for the widget. */;
        readonly policy: string | undefined;
      }
    | undefined;
  readonly signIn:
    | {
        readonly provider: PortalProvider;
        /** Name of the provider inside the site's settings. */
        readonly name: string;
        readonly authority: string;
        readonly clientId: string;
        /** User flows of B2C. */
        readonly policy: string | undefined;
        readonly passwordResetPolicy: string | undefined;
      }
    | undefined;
  readonly localSignIn: boolean;
  /** A person lets the site send its telemetry to Application Insights. */
  readonly telemetry: boolean;
  readonly openRegistration: boolean;
  /** Further site settings by name. */
  readonly settings: Readonly<Record<string, string>>;
}
