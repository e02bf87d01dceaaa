import { strToU8, zipSync } from "fflate";
import type { BadInput } from "./bad-input.ts";

function unmanagedSolution(): Uint8Array {
  return zipSync({
    "solution.xml": strToU8(
      "<ImportExportXml><SolutionManifest><UniqueName>ContosoVisits</UniqueName><Version>1.0</Version><Managed>0</Managed></SolutionManifest></ImportExportXml>",
    ),
  });
}

export const KEY_PORTAL_AND_SOLUTION_CASES: readonly BadInput[] = [
  {
    name: "vault without https",
    code: "PSC-E039",
    yaml: "healthBot: { customerManagedKey: { vault: «contoso-health», key: hb, identity: /subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hb } }\n",
    message: /"contoso-health"/,
  },
  {
    name: "identity by its name",
    code: "PSC-E039",
    yaml: "healthBot: { customerManagedKey: { vault: 'https://contoso.vault.azure.net', key: hb, identity: «hb» } }\n",
    message: /"hb"/,
  },
  {
    name: "connector with its path",
    code: "PSC-E087",
    yaml: "environment: { dataPolicy: { business: [«/providers/Microsoft.PowerApps/apis/shared_teams»] } }\n",
    message: /"\/providers\/Microsoft\.PowerApps\/apis\/shared_teams"/,
  },
  {
    name: "back-ups for a month",
    code: "PSC-E088",
    yaml: "environment: { type: Production, managed: true, backupRetentionDays: «30» }\n",
    message: /30/,
  },
  {
    name: "back-ups of a sandbox environment",
    code: "PSC-E088",
    yaml: "environment: { managed: true, backupRetentionDays: «28» }\n",
    message: /a sandbox environment are kept for 7 days/,
  },
  {
    name: "back-ups of an environment that is not managed",
    code: "PSC-E088",
    yaml: "stage: prod\nenvironment: { backupRetentionDays: «14» }\n",
    message: /in managed environments only/,
  },
  {
    name: "solution file that is none",
    code: "PSC-E038",
    yaml: "ownSolutions: [{ file: «visits.zip» }]\n",
    files: { "visits.zip": "not an archive" },
    message: /visits\.zip is no solution: it is no ZIP archive/,
  },
  {
    name: "archive without a solution",
    code: "PSC-E038",
    yaml: "ownSolutions: [{ file: «visits.zip» }]\n",
    files: { "visits.zip": zipSync({ "readme.txt": strToU8("hello") }) },
    message: /an archive without solution\.xml/,
  },
  {
    name: "connector by its title",
    code: "PSC-E038",
    yaml: "ownSolutions: [{ file: visits.zip, connections: { contoso_mail: { connector: «Office 365», connection: x } } }]\n",
    files: { "visits.zip": unmanagedSolution() },
    message: /"Office 365"/,
  },
  {
    name: "unmanaged solution in production",
    code: "PSC-W124",
    yaml: "stage: prod\nownSolutions: [{ file: «visits.zip» }]\n",
    files: { "visits.zip": unmanagedSolution() },
    message: /ContosoVisits is unmanaged/,
  },
  {
    name: "range that is none",
    code: "PSC-E082",
    yaml: "portal: { subdomain: contoso, allowedAddresses: [«10.0.0.0/40»] }\n",
    message: /not an IP address or range/,
  },
  {
    name: "B2C without a user flow",
    code: "PSC-E082",
    yaml: "portal: { subdomain: contoso, signIn: { provider: «b2c», authority: 'https://x.example', clientId: 33333333-3333-4333-8333-333333333333 } }\n",
    message: /by a user flow/,
  },
  {
    name: "widget nobody declares",
    code: "PSC-E012",
    yaml: "portal: { subdomain: contoso, widget: «Chat» }\n",
    message: /chat widget "Chat" is not declared/,
  },
  {
    name: "public production portal without a wall",
    code: "PSC-W122",
    yaml: "stage: prod\nportal: { subdomain: contoso, visibility: public, firewall: «false» }\n",
    message: /without the web application firewall/,
  },
  {
    name: "open registration, nobody to vouch",
    code: "PSC-W123",
    yaml: "portal: { subdomain: contoso, openRegistration: «true» }\n",
    message: /no identity provider/,
  },
];
