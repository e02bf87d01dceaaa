import type { FieldChange, Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, type ServiceRefusal } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { application } from "../entra/application.ts";
import { servicePrincipal } from "../entra/service-principal.ts";
import { channel } from "../health-bot/channel.ts";
import { environment } from "../power-platform/environment.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
  rootBusinessUnit,
} from "./organization.ts";

export interface ApplicationUserProps {
  readonly applicationName: string;
  /** Capacity units of the bot. */
  readonly capacity: number;
}

export interface ApplicationUserData {
  readonly systemUserId: string;
  readonly businessUnitId: string;
}

const NON_INTERACTIVE = 4;
/** The column's logical name has a capital T. */
const USER_TYPE = "msdyn_agentType";
const BOT_APPLICATION_USER = 192350001;
const BOT_ID_TO_COME = "known once the bot's channels are active";

const COLUMNS = [
  "systemuserid",
  "fullname",
  "applicationid",
  "isdisabled",
  "deletedstate",
  "accessmode",
  "_businessunitid_value",
  USER_TYPE,
  "msdyn_botapplicationid",
  "msdyn_capacity",
];

async function usersOf(client: Dataverse, appId: string): Promise<readonly Row[] | undefined> {
  return client.list("systemusers", { select: COLUMNS, filter: `applicationid eq ${appId}` });
}

function isLive(row: Row): boolean {
  return (numberAt(row, "deletedstate") ?? 0) === 0;
}

function declared(props: ApplicationUserProps, context: Context): Fields {
  return {
    enabled: true,
    accessMode: "non-interactive",
    businessUnit: "root",
    userType: "bot application user",
    botId: channel.data(context)?.botId ?? BOT_ID_TO_COME,
    capacity: props.capacity,
  };
}

async function read(
  _props: ApplicationUserProps,
  context: Context,
): Promise<Observation<ApplicationUserData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const appId = application.data(context)?.appId;
  if (appId === undefined) return { status: "absent", reason: "the Entra application does not exist yet" };
  const rows = await usersOf(client, appId);
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows.filter(isLive), "systemuserid", `application user ${appId}`);
  if (row === undefined) return { status: "absent" };
  const root = await rootBusinessUnit(client);
  const businessUnitId = textAt(row, "_businessunitid_value");
  const userType = numberAt(row, USER_TYPE);
  return {
    status: "present",
    id: textAt(row, "systemuserid"),
    fields: {
      enabled: row["isdisabled"] !== true,
      accessMode: numberAt(row, "accessmode") === NON_INTERACTIVE ? "non-interactive" : "interactive",
      businessUnit: businessUnitId === root.id ? "root" : businessUnitId,
      userType: userType === BOT_APPLICATION_USER ? "bot application user" : (userType ?? null),
      botId: textAt(row, "msdyn_botapplicationid") || null,
      capacity: numberAt(row, "msdyn_capacity") ?? null,
    },
    data: { systemUserId: textAt(row, "systemuserid"), businessUnitId },
  };
}

/** A deleted application user lingers and blocks a new one with the same application id; a second delete removes it. */
async function purge(client: Dataverse, appId: string): Promise<boolean> {
  const deleted = ((await usersOf(client, appId)) ?? []).filter((row) => !isLive(row));
  for (const row of deleted) {
    const id = textAt(row, "systemuserid");
    if (await client.delete("systemusers", id)) await client.delete("systemusers", id);
  }
  return deleted.length > 0;
}

const APPLICATION_UNKNOWN = "0x8004f510";
const DUPLICATE_APPLICATION_USER = "0x8004f511";

function isTaken({ serviceCode, serviceMessage }: ServiceRefusal): boolean {
  return (
    serviceCode.toLowerCase() === DUPLICATE_APPLICATION_USER || /matching|duplicate/i.test(serviceMessage)
  );
}

async function create(props: ApplicationUserProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const appId = application.data(context)?.appId;
  if (appId === undefined) throw missingDependency("the Entra application");
  const body = {
    applicationid: appId,
    accessmode: NON_INTERACTIVE,
    isdisabled: false,
    ...(await client.lookup(
      "systemuser",
      "businessunitid",
      "businessunit",
      (
        await rootBusinessUnit(client)
      ).id,
    )),
  };
  let purged = false;
  const id = await context.wait<string>(
    "Dataverse to know the new Entra application",
    { everyMs: 15_000, atMostMs: 10 * 60_000 },
    async () => {
      try {
        return { done: true, value: await client.create("systemusers", body) };
      } catch (error) {
        if (!isServiceError(error, 400, 404, 409, 412)) throw error;
        if (error.refusal.serviceCode.toLowerCase() === APPLICATION_UNKNOWN) return { done: false };
        // Taken: by a deleted row, which is purged once; anything else is a real refusal.
        if (purged || !isTaken(error.refusal)) throw error;
        purged = await purge(client, appId);
        if (!purged) throw error;
        return { done: false, retryAfterMs: 1_000 };
      }
    },
  );
  await client.update("systemusers", id, botColumns(props, context));
  return undefined;
}

function botColumns(props: ApplicationUserProps, context: Context): Row {
  const botId = channel.data(context)?.botId;
  if (botId === undefined) throw missingDependency("the bot id");
  return {
    [USER_TYPE]: BOT_APPLICATION_USER,
    msdyn_botapplicationid: botId,
    msdyn_capacity: props.capacity,
  };
}

async function update(
  props: ApplicationUserProps,
  id: string,
  changes: readonly FieldChange[],
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  const appId = application.data(context)?.appId;
  if (appId === undefined) throw missingDependency("the Entra application");
  const changed = new Set(changes.map(({ path }) => path));
  const root = await rootBusinessUnit(client);
  await client.update("systemusers", id, {
    // The state of an application user is only accepted together with its application id.
    ...(changed.has("enabled") ? { isdisabled: false, applicationid: appId } : {}),
    ...(changed.has("accessMode") ? { accessmode: NON_INTERACTIVE } : {}),
    ...(changed.has("businessUnit")
      ? await client.lookup("systemuser", "businessunitid", "businessunit", root.id)
      : {}),
    ...(["userType", "botId", "capacity"].some((field) => changed.has(field))
      ? botColumns(props, context)
      : {}),
  });
  return undefined;
}

export const applicationUser = defineKind<ApplicationUserProps, ApplicationUserData>({
  kind: "dataverse.application-user",
  summary: "Application user through which the bot works in Dataverse and Omnichannel",
  step: 10,
  api: "Dataverse Web API: systemusers",
  persona: "System Administrator",
  permissions: {
    read: ["prvReadUser", "prvReadBusinessUnit"],
    write: ["prvCreateUser", "prvWriteUser", "prvDeleteUser"],
  },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/application",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/configure-bot-azure.md",
    "d365collaborative/d365bap.tools:Add-PpacApplicationUser",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ applicationName }) => `application user of "${applicationName}"`,
  detail: ({ capacity }) => `bot, capacity ${capacity}`,
  declared,
  read,
  create,
  update: (props, { id }, changes, context) => update(props, id, changes, context),
});

export function applicationUserResources(spec: EnvironmentSpec): Resource[] {
  return [
    applicationUser.resource({
      props: { applicationName: spec.identity.application.name, capacity: spec.healthBot.capacity },
      dependsOn: [
        environment.address(),
        application.address(),
        servicePrincipal.address(),
        channel.address(),
        ...(spec.omnichannel.channels.length > 0 ? ["omnichannel.channels"] : []),
      ],
    }),
  ];
}
