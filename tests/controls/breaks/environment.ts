import { AGENT_USERS } from "../../../src/sandbox/seed.ts";
import type { Portal, Row } from "../../kinds/portal.ts";
import type { Break } from "./break.ts";

const environment =
  (change: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("bap/environments", (row) =>
      row["displayName"] === "Contoso Health (full)" ? change : undefined,
    );

const installed =
  (name: string) =>
  (portal: Portal): Promise<void> =>
    portal.edit("powerPlatform/packages", (row) => (row["uniqueName"] === name ? "gone" : undefined));

const switchedOff =
  (name: string) =>
  (portal: Portal): Promise<void> =>
    portal.edit("bap", (row) => (row[name] === undefined ? undefined : { [name]: false }));

export const ENVIRONMENT_BREAKS: readonly Break[] = [
  {
    control: "PSC-ENV-01",
    what: "it turns out to be the tenant's default environment",
    does: environment({ isDefault: true }),
  },
  {
    control: "PSC-ENV-02",
    what: "the environment is opened to everybody",
    does: environment({ securityGroupId: null }),
  },
  {
    control: "PSC-ENV-03",
    what: "the environment is managed no more",
    to: "warning",
    does: environment({ protectionLevel: "Basic" }),
  },
  {
    control: "PSC-ENV-04",
    what: "the data policy covers the environment no more",
    to: "warning",
    does: (portal) =>
      portal.edit("bap/dataPolicies", (row) =>
        row["displayName"] === "Contoso Health patients (full)" ? { environments: [] } : undefined,
      ),
  },
  {
    control: "PSC-ENV-05",
    what: "tenant isolation is switched off",
    to: "warning",
    does: (portal) =>
      portal.edit("bap", (row) => (row["allowedTenants"] === undefined ? undefined : { isDisabled: true })),
  },
  {
    control: "PSC-ENV-06",
    what: "everybody may make trial environments",
    to: "warning",
    does: switchedOff("disableTrialEnvironmentCreationByNonAdminUsers"),
  },
  {
    control: "PSC-ENV-07",
    what: "apps may be shared with everyone",
    to: "warning",
    does: (portal) =>
      portal.edit("bap/tenantSettings/powerPlatform", (row) =>
        row["disableShareWithEveryone"] === undefined ? undefined : { disableShareWithEveryone: false },
      ),
  },
  {
    control: "PSC-ENV-08",
    what: "back-ups are kept for three days",
    does: environment({ backupRetention: "P3D" }),
  },
  {
    control: "PSC-ENV-09",
    what: "somebody turns the environment into a production environment",
    does: environment({ sku: "Production" }),
  },
  {
    control: "PSC-ENV-10",
    what: "an agent loses his licences",
    does: (portal) =>
      portal.edit("graph/objects", (row) =>
        row["id"] === AGENT_USERS[1].id
          ? { value: { ...(row["value"] as Row), assignedLicenses: [] } }
          : undefined,
      ),
  },
  {
    control: "PSC-ENV-11",
    what: "the environment is an old one, and the CRM Hub is not in it",
    from: "not-applicable",
    async does(portal) {
      await environment({ createdTime: Date.parse("2021-05-01T00:00:00Z") })(portal);
      await installed("msdynce_CRMHub")(portal);
    },
  },
  {
    control: "PSC-ENV-12",
    what: "somebody disables an application of Omnichannel",
    does: (portal) =>
      portal.edit("graph/objects", (row) =>
        JSON.stringify(row).includes("3957683c-3a48-4a6c-8706-a6e2d6883b02")
          ? { value: { ...(row["value"] as Row), accountEnabled: false } }
          : undefined,
      ),
  },
  {
    control: "PSC-ENV-13",
    what: "a package is uninstalled",
    does: installed("HealthcarePatientServiceCenterAnchor"),
  },
  {
    control: "PSC-ENV-14",
    what: "demonstration data is installed in production",
    spec: "stage: prod\n",
    async does({ place: { sandbox } }) {
      const environments = (await sandbox.control("GET", "state?path=bap/environments")).body as Row;
      const own = Object.values(environments).find(
        (row) => (row as Row)["displayName"] === "Contoso Health (full)",
      );
      const api = "https://api.powerplatform.com";
      const path = `appmanagement/environments/${(own as Row)["id"]}/applicationPackages/msdyn_OmnichannelDemoDataAnchor/install`;
      const answer = await sandbox.ask("POST", `${api}/${path}?api-version=2022-03-01-preview`, {
        token: await sandbox.token("admin", api),
        body: {},
      });
      if (answer.status >= 300) throw new Error(answer.text);
      await sandbox.control("POST", "clock", { advanceMs: 4 * 3_600_000 });
    },
  },
];
