import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, WorkstreamSpec } from "../../spec/model.ts";
import { applicationUser } from "../dataverse/application-user.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { workstream } from "./workstream.ts";

export interface WorkstreamBotProps {
  readonly workstream: string;
}

async function read(
  props: WorkstreamBotProps,
  context: Context,
): Promise<Observation<Record<string, never>>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const owner = workstream.data(context, props.workstream);
  if (owner === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const row = await client.get(`msdyn_liveworkstreams(${owner.id})`, { select: ["_msdyn_bot_user_value"] });
  const botUserId = textAt(row, "_msdyn_bot_user_value");
  if (botUserId === "") return { status: "absent" };
  const isOurs = botUserId === applicationUser.data(context)?.systemUserId;
  const other = isOurs ? undefined : await client.get(`systemusers(${botUserId})`, { select: ["fullname"] });
  return {
    status: "present",
    id: owner.id,
    fields: { bot: isOurs ? "the environment's bot" : textAt(other, "fullname") || botUserId },
    data: {},
  };
}

async function setBot(props: WorkstreamBotProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const owner = workstream.data(context, props.workstream);
  const bot = applicationUser.data(context)?.systemUserId;
  if (owner === undefined || bot === undefined) throw missingDependency("the workstream or the bot's user");
  await client.update(
    "msdyn_liveworkstreams",
    owner.id,
    await client.lookup("msdyn_liveworkstream", "msdyn_bot_user", "systemuser", bot),
    // The system makes a queue and a rule for the bot each time; after a lost answer a look tells whether it did.
    { repeatable: false },
  );
  return undefined;
}

export const workstreamBot = defineKind<WorkstreamBotProps, Record<string, never>>({
  kind: "omnichannel.workstream-bot",
  summary: "Bot that takes the conversations of a workstream first",
  step: 11,
  api: "Dataverse Web API: msdyn_liveworkstreams (msdyn_bot_user)",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_liveworkstream"],
    write: ["prvWritemsdyn_liveworkstream", "prvAppendToUser"],
  },
  sources: ["MicrosoftDocs/dynamics-365-customer-engagement: table reference msdyn_liveworkstream"],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause:
    "no public source says what taking a bot off its workstream leaves behind: do it in the admin center",
  label: (props) => `bot on workstream "${props.workstream}"`,
  declared: () => ({ bot: "the environment's bot" }),
  read,
  create: setBot,
  update: (props, _present, _changes, context) => setBot(props, context),
});

function isServedByBot({ bot }: WorkstreamSpec): boolean {
  return bot;
}

export function workstreamBotResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.filter(isServedByBot).map(({ name }) =>
    workstreamBot.resource({
      name,
      props: { workstream: name },
      within: workstream.address(name),
      dependsOn: [workstream.address(name), applicationUser.address()],
    }),
  );
}
