import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, SmartAssistBotSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
  rootBusinessUnit,
} from "../dataverse/organization.ts";
import { roleInBusinessUnit } from "../dataverse/roles.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { workstream } from "../omnichannel/workstream.ts";

export interface SmartAssistBotData {
  readonly systemUserId: string;
  readonly businessUnitId: string;
  /** Ids of the declared workstreams it is on. */
  readonly workstreamIds: readonly string[];
}

const BOTS = "msdyn_msdyn_liveworkstream_systemuser";
const ROLES = "systemuserroles_association";
const ROLE = "Omnichannel agent";
/** The column's logical name has a capital T. */
const USER_TYPE = "msdyn_agentType";
const BOT_APPLICATION_USER = 192350001;
const NON_INTERACTIVE = 4;
const APPLICATION_UNKNOWN = "0x8004f510";

async function userOf(client: Dataverse, application: string): Promise<Row | undefined> {
  const rows = await client.list("systemusers", {
    select: ["systemuserid", "deletedstate", "_businessunitid_value", USER_TYPE, "msdyn_botapplicationid"],
    filter: `applicationid eq ${application}`,
    expand: `${ROLES}($select=name)`,
  });
  const living = (rows ?? []).filter((row) => (numberAt(row, "deletedstate") ?? 0) === 0);
  return onlyRow(living, "systemuserid", `application user ${application}`);
}

/** All workstreams with their bots, so that any number of bots is read by one request. */
function workstreamsWithBots(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list("msdyn_liveworkstreams", {
    select: ["msdyn_liveworkstreamid"],
    expand: `${BOTS}($select=systemuserid)`,
  });
}

async function read(props: SmartAssistBotSpec, context: Context): Promise<Observation<SmartAssistBotData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const [user, streams] = await Promise.all([userOf(client, props.application), workstreamsWithBots(client)]);
  if (streams === undefined) return ABSENT_TABLE;
  if (user === undefined) return { status: "absent" };
  const systemUserId = textAt(user, "systemuserid");
  const helped = new Set(
    streams
      .filter((row) => rowsAt(row, BOTS).some((one) => textAt(one, "systemuserid") === systemUserId))
      .map((row) => textAt(row, "msdyn_liveworkstreamid")),
  );
  const idOf = (name: string): string => workstream.data(context, name)?.id ?? "";
  const workstreams = props.workstreams.filter((name) => helped.has(idOf(name)));
  // A user alone makes no suggestions: the bot is where a workstream has it.
  if (workstreams.length === 0) return { status: "absent", reason: "none of its workstreams has it" };
  const userType = numberAt(user, USER_TYPE);
  return {
    status: "present",
    id: systemUserId,
    fields: {
      userType: userType === BOT_APPLICATION_USER ? "bot application user" : (userType ?? null),
      botId: textAt(user, "msdyn_botapplicationid") || null,
      role: rowsAt(user, ROLES).some((one) => textAt(one, "name") === ROLE) ? ROLE : null,
      workstreams,
    },
    data: {
      systemUserId,
      businessUnitId: textAt(user, "_businessunitid_value"),
      workstreamIds: workstreams.map(idOf),
    },
  };
}

function unknownApplication({ name, application }: SmartAssistBotSpec): PscError {
  return new PscError({
    code: "PSC-E447",
    message: `the tenant has no application ${application}, which the smart assist bot "${name}" is to work as`,
    remedy:
      "check the bot's Microsoft App ID; an application of another tenant needs an enterprise application here first",
    side: "user",
  });
}

type BotUser = Pick<SmartAssistBotData, "systemUserId" | "businessUnitId">;

/** A user that is left of an earlier time, or that somebody else made for the bot, serves as well. */
async function ensureUser(props: SmartAssistBotSpec, context: Context): Promise<BotUser> {
  const client = requireOrganization(context);
  const known = await userOf(client, props.application);
  if (known !== undefined)
    return {
      systemUserId: textAt(known, "systemuserid"),
      businessUnitId: textAt(known, "_businessunitid_value"),
    };
  const { id: businessUnitId } = await rootBusinessUnit(client);
  try {
    const systemUserId = await client.create("systemusers", {
      applicationid: props.application,
      accessmode: NON_INTERACTIVE,
      isdisabled: false,
      ...(await client.lookup("systemuser", "businessunitid", "businessunit", businessUnitId)),
    });
    return { systemUserId, businessUnitId };
  } catch (error) {
    if (!isServiceError(error, 400, 404) || error.refusal.serviceCode.toLowerCase() !== APPLICATION_UNKNOWN)
      throw error;
    throw unknownApplication(props);
  }
}

/** Everything about the user and its workstreams; what is there already is no error. */
async function settle(
  props: SmartAssistBotSpec,
  { systemUserId, businessUnitId }: BotUser,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  await client.update("systemusers", systemUserId, {
    [USER_TYPE]: BOT_APPLICATION_USER,
    msdyn_botapplicationid: props.application,
  });
  const roleId = await roleInBusinessUnit(client, ROLE, businessUnitId);
  await client.associate(`systemusers(${systemUserId})`, ROLES, `roles(${roleId})`);
  for (const name of props.workstreams) {
    const id = workstream.data(context, name)?.id;
    if (id === undefined) throw missingDependency(`workstream "${name}"`);
    await client.associate(`msdyn_liveworkstreams(${id})`, BOTS, `systemusers(${systemUserId})`);
  }
  return undefined;
}

/**
 * "Manage smart assist" asks for a bot user with the role Omnichannel agent and puts it on workstreams by
 * *Add bot*; the relationship behind that button is the one the agents' pane reads.
 * Assumption: the bot's id in Omnichannel is its Microsoft App ID, as the page's "bot application ID" says.
 */
export const smartAssistBot = defineKind<SmartAssistBotSpec, SmartAssistBotData>({
  kind: "agent-experience.smart-assist-bot",
  summary: "Bot of one's own that makes suggestions to agents: its user, its role, its workstreams",
  step: 15,
  api: `Dataverse Web API: systemusers, ${BOTS}`,
  persona: "System Administrator",
  permissions: {
    read: ["prvReadUser", "prvReadRole", "prvReadmsdyn_liveworkstream"],
    write: [
      "prvCreateUser",
      "prvWriteUser",
      "prvAssignRole",
      "prvAppendmsdyn_liveworkstream",
      "prvAppendToUser",
    ],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/smart-assist.md",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/configure-bot-azure.md",
    `Dataverse table reference: msdyn_liveworkstream (relationship ${BOTS})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `smart assist bot "${name}"`,
  detail: ({ workstreams }) => workstreams.join(", "),
  declared: ({ application, workstreams }) => ({
    userType: "bot application user",
    botId: application,
    role: ROLE,
    workstreams,
  }),
  read,
  create: async (props, context) => settle(props, await ensureUser(props, context), context),
  update: (props, { data }, _changes, context) => settle(props, data, context),
  /** Its user stays: Dataverse deletes application users in two steps only, and others may use it. */
  async destroy(_props, { data }, context) {
    const client = requireOrganization(context);
    for (const id of data.workstreamIds)
      await client.disassociate(`msdyn_liveworkstreams(${id})`, BOTS, `systemusers(${data.systemUserId})`);
    return undefined;
  },
});

export function smartAssistBotResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.smartAssist.bots.map((declared) =>
    smartAssistBot.resource({
      name: declared.name,
      props: declared,
      dependsOn: [
        ...omnichannelBase(spec, manifest),
        ...declared.workstreams.map((name) => workstream.address(name)),
      ],
    }),
  );
}
