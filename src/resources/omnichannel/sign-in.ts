import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, WidgetSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { widget } from "./widget.ts";

export interface SignInProps {
  readonly widget: string;
  readonly signIn: NonNullable<WidgetSpec["signIn"]>;
}

export interface SignInData {
  readonly id: string;
}

const TABLE = "msdyn_authenticationsettings";
// The plural of this table really ends so.
const ENTITY_SET = "msdyn_authenticationsettingses";
const WIDGETS = "msdyn_livechatconfig";
const OPTIONAL = "msdyn_authenticatedsigninoptional";
const OAUTH_IMPLICIT = 192350000;
const LIVE_CHAT = 192360000;

async function findSettings(client: Dataverse, name: string): Promise<Row | undefined | "no table"> {
  const rows = await client.list(ENTITY_SET, {
    select: [
      `${TABLE}id`,
      "msdyn_name",
      "msdyn_authenticationtype",
      "msdyn_publickeyurl",
      "msdyn_javascriptclientfunction",
    ],
  });
  if (rows === undefined) return "no table";
  return onlyRow(
    rows.filter((row) => textAt(row, "msdyn_name") === name),
    `${TABLE}id`,
    `authentication settings "${name}"`,
  );
}

async function read(props: SignInProps, context: Context): Promise<Observation<SignInData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const widgetId = widget.data(context, props.widget)?.id;
  if (widgetId === undefined) return { status: "absent", reason: "the widget does not exist yet" };
  const [settings, row] = await Promise.all([
    findSettings(client, props.widget),
    client.get(`${WIDGETS}s(${widgetId})`, {
      select: ["_msdyn_authsettingsid_value", OPTIONAL],
    }),
  ]);
  if (settings === "no table") return ABSENT_TABLE;
  if (settings === undefined) return { status: "absent" };
  const id = textAt(settings, `${TABLE}id`);
  const type = numberAt(settings, "msdyn_authenticationtype");
  return {
    status: "present",
    id,
    fields: {
      publicKeyUrl: textAt(settings, "msdyn_publickeyurl"),
      tokenFunction: textAt(settings, "msdyn_javascriptclientfunction"),
      flow: type === OAUTH_IMPLICIT ? "implicit" : `other (${type})`,
      used: textAt(row, "_msdyn_authsettingsid_value") === id,
      optional: valueAt(row, OPTIONAL) === true,
    },
    data: { id },
  };
}

function columnsOf({ signIn }: SignInProps): Row {
  return {
    msdyn_authenticationtype: OAUTH_IMPLICIT,
    msdyn_ocauthchanneltype: LIVE_CHAT,
    msdyn_publickeyurl: signIn.publicKeyUrl,
    msdyn_javascriptclientfunction: signIn.tokenFunction,
  };
}

/** Has the widget ask for signed-in patients by these settings. */
async function use(props: SignInProps, id: string | null, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const widgetId = widget.data(context, props.widget)?.id;
  if (widgetId === undefined) throw missingDependency(`chat widget "${props.widget}"`);
  await client.update(`${WIDGETS}s`, widgetId, {
    ...(await client.lookup(WIDGETS, "msdyn_authsettingsid", TABLE, id)),
    [OPTIONAL]: id !== null && props.signIn.optional,
  });
  return undefined;
}

export const signIn = defineKind<SignInProps, SignInData>({
  kind: "omnichannel.sign-in",
  summary: "Authentication settings that let a chat widget know who is signed in to the site",
  step: 11,
  api: `Dataverse Web API: ${ENTITY_SET}`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvWrite${TABLE}`, `prvDelete${TABLE}`, `prvWrite${WIDGETS}`],
  },
  sources: [
    "Customer Service: Create chat authentication settings",
    `Dataverse table reference: ${TABLE}`,
    "learn.microsoft.com/power-pages/security/authentication/oauth-implicit-grant-flow",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: (props) => `sign-in of widget "${props.widget}"`,
  detail: (props) => props.signIn.publicKeyUrl,
  declared: (props) => ({
    publicKeyUrl: props.signIn.publicKeyUrl,
    tokenFunction: props.signIn.tokenFunction,
    flow: "implicit",
    used: true,
    optional: props.signIn.optional,
  }),
  read,
  async create(props, context) {
    const id = await requireOrganization(context).create(ENTITY_SET, {
      msdyn_name: props.widget,
      ...columnsOf(props),
    });
    return use(props, id, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => path !== "used" && path !== "optional"))
      await requireOrganization(context).update(ENTITY_SET, data.id, columnsOf(props));
    return use(props, data.id, context);
  },
  async destroy(props, { data }, context) {
    // Rows that are in use cannot be deleted.
    if (widget.data(context, props.widget) !== undefined) await use(props, null, context);
    await requireOrganization(context).delete(ENTITY_SET, data.id);
    return undefined;
  },
});

export function signInResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ widget: declared }) =>
    declared?.signIn === undefined
      ? []
      : [
          signIn.resource({
            name: declared.name,
            props: { widget: declared.name, signIn: declared.signIn },
            dependsOn: [widget.address(declared.name)],
          }),
        ],
  );
}
