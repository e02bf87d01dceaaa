import type { Portal, Row } from "../../kinds/portal.ts";
import type { Break } from "./break.ts";
import { drifted } from "./drifted.ts";

const ORGANIZATION = "https://contosohealth-full.crm.dynamics.com";

const idOf = async (portal: Portal, table: string, is: (row: Row) => boolean): Promise<string> => {
  const row = (await portal.list(table)).find(is);
  if (row === undefined) throw new Error(`no such row of ${table}`);
  return String(row[`${table}id`]);
};

const isAmara = (row: Row): boolean => String(row["domainname"]).startsWith("amara");

/** Puts a person into the bot's queue who has more capacity than the bot. */
async function joinBot(portal: Portal): Promise<void> {
  const { sandbox } = portal.place;
  const queue = await idOf(portal, "queue", ({ name }) => name === "Patient bot");
  const user = await idOf(portal, "systemuser", isAmara);
  const root = `${ORGANIZATION}/api/data/v9.2`;
  const answer = await sandbox.ask("POST", `${root}/queues(${queue})/queuemembership_association/$ref`, {
    token: await sandbox.token("admin", ORGANIZATION),
    body: { "@odata.id": `${root}/systemusers(${user})` },
  });
  if (answer.status !== 204) throw new Error(answer.text);
  await portal.rows("systemuser", (row) => (isAmara(row) ? { msdyn_capacity: 5000 } : undefined));
}

/** Takes everybody out of the queue of people. */
async function emptyQueue(portal: Portal): Promise<void> {
  const queue = await idOf(portal, "queue", ({ name }) => name === "Escalate to Human");
  await portal.rows("queuemembership", (row) => (row["queueid"] === queue ? "gone" : undefined));
}

const SMS = 192340000;

export const OMNICHANNEL_BREAKS: readonly Break[] = [
  {
    control: "PSC-OC-01",
    what: "SMS is switched off",
    does: (portal) =>
      portal.rows("msdyn_occhannelconfiguration", (row) =>
        row["msdyn_streamsource"] === SMS ? "gone" : undefined,
      ),
  },
  {
    control: "PSC-OC-02",
    what: "the bot's user becomes a plain application user",
    does: drifted("dataverse.application-user.userType"),
  },
  {
    control: "PSC-OC-03",
    what: "a person with more capacity joins the bot's queue",
    does: joinBot,
  },
  {
    control: "PSC-OC-04",
    what: "everybody leaves the queue of people",
    does: emptyQueue,
  },
  {
    control: "PSC-OC-05",
    what: "the workstream loses its fallback queue",
    does: drifted("omnichannel.workstream.fallback"),
  },
  {
    control: "PSC-OC-06",
    what: "the queue of people has no operating hours any more",
    does: drifted("omnichannel.queue.operatingHours"),
  },
  {
    control: "PSC-OC-07",
    what: "the widget does not ask who is signed in any more",
    does: drifted("omnichannel.sign-in.used"),
  },
  {
    control: "PSC-OC-08",
    what: "masking for customers is switched off",
    does: drifted("omnichannel.masking.customers"),
    to: "warning",
  },
  {
    control: "PSC-OC-09",
    what: "patients may attach files",
    does: drifted("omnichannel.widget.attachments"),
  },
  {
    control: "PSC-OC-10",
    what: "column security of a secret is switched off",
    does: (portal) =>
      portal.edit("dataverse/organizations", () => ({
        columnSecurity: { msdyn_authenticationsettings: { msdyn_authenticationclientsecret: false } },
      })),
  },
];

export const OMNICHANNEL_UNBREAKABLE: Readonly<Record<string, string>> = {
  "PSC-OC-11": "it tells which way the switch is, and both ways are right: unasked.test.ts moves it",
};
