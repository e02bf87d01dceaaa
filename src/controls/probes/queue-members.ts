import { organization } from "../../resources/dataverse/organization.ts";
import { queue } from "../../resources/omnichannel/queue.ts";
import { numberAt, rowsAt, textAt } from "../../services/json-reading.ts";
import { defineProbe } from "../probe.ts";

export interface QueueMember {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly bot: boolean;
  readonly capacity: number | null;
  readonly [name: string]: string | boolean | number | null;
}

/** Everybody in the spec's queues, also those that the spec does not name. */
export const queueMembers = defineProbe<Readonly<Record<string, readonly QueueMember[]>>>({
  id: "queue-members",
  summary: "members of the spec's queues, with their capacity",
  api: "Dataverse Web API: queues (queuemembership_association)",
  persona: "Omnichannel Administrator",
  permissions: ["prvReadQueue", "prvReadUser"],
  sources: [
    "Dataverse table reference: queue, systemuser",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/configure-bot-azure.md",
  ],
  dependsOn: (spec) => spec.queues.map(({ name }) => queue.address(name)),
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const members = await Promise.all(
      context.spec.queues.map(async ({ name }): Promise<[string, QueueMember[]][]> => {
        const id = queue.data(context, name)?.id;
        if (id === undefined) return [];
        const row = await client.get(`queues(${id})`, {
          select: ["queueid"],
          expand:
            "queuemembership_association($select=systemuserid,fullname,isdisabled,msdyn_botapplicationid,msdyn_capacity)",
        });
        if (row === undefined) return [];
        const users = rowsAt(row, "queuemembership_association").map((user) => ({
          id: textAt(user, "systemuserid"),
          name: textAt(user, "fullname"),
          enabled: user["isdisabled"] !== true,
          bot: textAt(user, "msdyn_botapplicationid") !== "",
          capacity: numberAt(user, "msdyn_capacity") ?? null,
        }));
        return [[name, users]];
      }),
    );
    return Object.fromEntries(members.flat());
  },
});
