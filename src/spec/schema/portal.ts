import { isIP } from "node:net";
import * as z from "zod";
import { PORTAL_PROVIDERS, SITE_VISIBILITIES } from "../model.ts";
import { described, oneOf, optional, patternText, shortText, text } from "./fields.ts";

/** Templates a site can be made from ("Websites - Create Website", Power Platform REST reference). */
export const SITE_TEMPLATES = [
  "CustomerSelfServicePortal",
  "DefaultPortalTemplate",
  "BlankPage",
  "StarterLayout1",
  "StarterLayout2",
  "StarterLayout3",
  "StarterLayout4",
  "StarterLayout5",
  "BookMeetings",
  "FAQ",
  "CustomerPortal",
  "PartnerPortal",
  "EmployeeSelfServicePortal",
  "Community",
] as const;

const address = text(
  (value) => {
    const [ip = "", bits, ...more] = value.split("/");
    const version = isIP(ip);
    if (version === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  },
  {
    code: "PSC-E082",
    what: "an IP address or range",
    remedy: "write an IPv4 or IPv6 address, with /BITS for a range, such as 208.130.0.0/16",
  },
);

const httpsAddress = patternText(/^https:\/\/[^\s]{1,400}$/, {
  code: "PSC-E082",
  what: "an https address",
  remedy: "write the issuer's address, such as https://login.microsoftonline.com/TENANT/v2.0",
});

const longLine = text((value) => value.trim() !== "" && value.length <= 4000 && !/[\r\n]/.test(value), {
  code: "PSC-E044",
  what: "a text of 1 to 4000 characters on one line",
  remedy: "shorten it, or give it a value",
}).meta({ minLength: 1, maxLength: 4000 });

const signIn = z.strictObject({
  provider: optional(oneOf(PORTAL_PROVIDERS), "Who signs patients in.", { required: true }),
  name: optional(
    patternText(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/, {
      code: "PSC-E082",
      what: "a name of an identity provider",
      remedy: "use letters, digits, hyphens and underscores, beginning with a letter",
    }),
    "Name of the provider inside the site's settings.",
    { derivedDefault: "`EntraID`, `ExternalID` or `AzureADB2C`" },
  ),
  authority: optional(httpsAddress, "Issuer of the tokens (OpenID Connect authority).", { required: true }),
  clientId: optional(
    patternText(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, {
      code: "PSC-E082",
      what: "a client id",
      remedy: "write the application (client) id of the site's app registration",
    }),
    "Application (client) id of the site's app registration.",
    { required: true },
  ),
  policy: optional(shortText(100), "B2C user flow for sign-up and sign-in, such as B2C_1_susi.", {
    derivedDefault: "none",
  }),
  passwordResetPolicy: optional(shortText(100), "B2C user flow for forgotten passwords.", {
    derivedDefault: "none",
  }),
});

export const portalSchema = z.strictObject({
  name: optional(shortText(100), "Name of the site.", {
    derivedDefault: "`environment.displayName` and `portal`",
  }),
  subdomain: optional(
    patternText(/^[a-z0-9](?:[a-z0-9-]{1,48})[a-z0-9]$/, {
      code: "PSC-E082",
      what: "a name of a site",
      remedy: "use 3 to 50 lower-case letters, digits and hyphens",
    }),
    "First label of the site's host name: SUBDOMAIN.powerappsportals.com.",
    { required: true },
  ),
  template: optional(oneOf(SITE_TEMPLATES), "Template the site is made from.", {
    default: "CustomerSelfServicePortal",
  }),
  websiteRecord: optional(
    shortText(100),
    "Name of an existing website record the site shows, such as `Healthcare Patient Portal`.",
    { derivedDefault: "the site brings its own" },
  ),
  widget: optional(shortText(100), "Name of the chat widget patients see, or `none`.", {
    derivedDefault: "the first widget of `workstreams`",
  }),
  visibility: optional(oneOf(SITE_VISIBILITIES), "Who sees the site; private until go-live.", {
    default: "private",
  }),
  allowedAddresses: optional(
    z.array(described(address, "An address or range.")),
    "From where the site can be reached; everybody else gets 403. An empty list opens it.",
    { derivedDefault: "left as they are" },
  ),
  firewall: optional(z.boolean(), "Web application firewall.", { derivedDefault: "on for stage prod" }),
  contentSecurityPolicy: optional(
    z.strictObject({
      mode: optional(oneOf(["enforce", "report"]), "Whether browsers obey it or only report.", {
        default: "enforce",
      }),
      policy: optional(longLine, "The policy.", { derivedDefault: "made for the widget" }),
    }),
    "What the site's pages may load. `{}` takes a policy made for the widget.",
    { derivedDefault: "left as it is" },
  ),
  signIn: optional(signIn, "How patients sign in (OpenID Connect).", { derivedDefault: "left as it is" }),
  telemetry: optional(
    z.boolean(),
    "The site sends its telemetry to Application Insights: a person puts the script into it and says so.",
    { default: false },
  ),
  localSignIn: optional(z.boolean(), "Whether the site keeps passwords of its own.", { default: false }),
  openRegistration: optional(z.boolean(), "Whether anybody may register.", { default: false }),
  settings: optional(
    z.record(
      patternText(/^[A-Za-z0-9][\w./ -]{0,99}$/, {
        code: "PSC-E082",
        what: "a name of a site setting",
        remedy: "write its name as the documentation does, such as Search/Enabled",
      }),
      described(longLine, "Its value."),
    ),
    "Further site settings by name. Others are left alone.",
    { derivedDefault: "none" },
  ),
});
