import type { PortalSpec } from "../../spec/model.ts";

/**
 * Site settings by name, as "Configure site settings", "OpenID Connect provider settings" and "Manage content security
 * policy" (Power Pages documentation) spell them.
 */

function originOf(snippet: string, attribute: string): string | undefined {
  const address = new RegExp(`${attribute}\\s*=\\s*["']([^"']*)["']`).exec(snippet)?.[1] ?? "";
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/**
 * A policy that lets a page load the widget: its script, the conversation service, the chat service. Assumption: these
 * are all the places the widget asks; that is why `mode: report` exists.
 */
export function policyFor(snippet: string): string {
  const script = originOf(snippet, "src");
  const service = originOf(snippet, "data-org-url");
  const places = [script, service].filter((origin) => origin !== undefined).join(" ");
  return [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline' 'unsafe-eval' https://content.powerapps.com ${places}`.trim(),
    `connect-src 'self' ${places} https://*.communication.azure.com`.replace(/\s+/g, " "),
    `frame-src 'self' ${script ?? ""}`.trim(),
    "style-src 'self' 'unsafe-inline' https:",
    "img-src 'self' data: https:",
    "font-src 'self' data: https:",
  ].join("; ");
}

function signInSettings(props: PortalSpec): [string, string][] {
  const { signIn } = props;
  if (signIn === undefined) return [];
  const prefix = `Authentication/OpenIdConnect/${signIn.name}`;
  const redirect = `https://${props.subdomain}.powerappsportals.com/signin-${signIn.name.toLowerCase()}`;
  return [
    [`${prefix}/Authority`, signIn.authority],
    [`${prefix}/ClientId`, signIn.clientId],
    [`${prefix}/RedirectUri`, redirect],
    ...(signIn.policy === undefined
      ? []
      : ([[`${prefix}/DefaultPolicyId`, signIn.policy]] satisfies [string, string][])),
    ...(signIn.passwordResetPolicy === undefined
      ? []
      : ([[`${prefix}/PasswordResetPolicyId`, signIn.passwordResetPolicy]] satisfies [string, string][])),
    ["Authentication/Registration/ExternalLoginEnabled", "true"],
  ];
}

/** @param snippet the widget's script tag; empty while the service has not made it. */
export function settingsOf(props: PortalSpec, snippet: string): ReadonlyMap<string, string> {
  const policy = props.contentSecurityPolicy;
  return new Map([
    ["Authentication/Registration/LocalLoginEnabled", String(props.localSignIn)],
    ["Authentication/Registration/OpenRegistrationEnabled", String(props.openRegistration)],
    ...signInSettings(props),
    ...(policy === undefined
      ? []
      : ([
          [
            `HTTP/Content-Security-Policy${policy.mode === "report" ? "-Report-Only" : ""}`,
            policy.policy ?? policyFor(snippet),
          ],
        ] satisfies [string, string][])),
    ...Object.entries(props.settings),
  ]);
}
