import type { Present } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { keySegment, literal } from "../../services/graph.ts";
import type { EnvironmentSpec, GraphPermissionsSpec } from "../../spec/model.ts";
import { naming } from "./denied.ts";
import { declaredPermissions, GRAPH_APP_ID, graphCatalogue, permissionText } from "./graph-permissions.ts";
import { LOOK_EVERY_MS, untilVisible } from "./replication.ts";
import { tenant } from "./tenant.ts";

export interface ApplicationProps {
  readonly displayName: string;
  /** Name of the psc environment the application is dedicated to. */
  readonly environment: string;
  /** Undefined: what it asks for of Microsoft Graph is left as it is. */
  readonly permissions: GraphPermissionsSpec | undefined;
}

export interface ApplicationData {
  /** Object id of the registration. */
  readonly id: string;
  readonly appId: string;
}

/** A registration as Microsoft Graph shows it. */
export interface EntraApplication {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly uniqueName?: string | null;
  readonly signInAudience?: string;
  readonly tags?: readonly string[];
  readonly requiredResourceAccess?: readonly RequiredResourceAccess[];
}

/** What an application asks for of one API; nothing is granted by it. */
interface RequiredResourceAccess {
  readonly resourceAppId: string;
  readonly resourceAccess?: readonly { readonly id: string; readonly type: string }[];
}

const SELECT = "id,appId,displayName,uniqueName,signInAudience,tags,requiredResourceAccess";
const READ = { permission: "Application.Read.All", persona: "Cloud Application Administrator" };
const WRITE = { permission: "Application.ReadWrite.All", persona: "Cloud Application Administrator" };
const ENVIRONMENT_TAG = "psc-env:";

/**
 * One tenant only. Microsoft's pages on bot and Omnichannel ask for the id of any valid registration of the tenant; the
 * bot's own registration, which is multi-tenant, is Microsoft's and another one. Nobody signs in with this one, so the
 * narrowest audience is right.
 */
const SIGN_IN_AUDIENCE = "AzureADMyOrg";

function uniqueNameOf({ environment }: Pick<ApplicationProps, "environment">): string {
  return `psc-${environment}-bot`;
}

/** Client id of the environment's application, for kinds that come before it in the guide's order. */
export async function applicationId(environment: string, context: Context): Promise<string | undefined> {
  const found = await context.services.graph.get<Pick<EntraApplication, "appId">>(
    `/applications${keySegment("uniqueName", uniqueNameOf({ environment }))}`,
    { $select: "appId" },
  );
  return found?.appId;
}

function tagsOf({ environment }: ApplicationProps): readonly string[] {
  return ["psc", `${ENVIRONMENT_TAG}${environment}`];
}

/**
 * The environment's application: by psc's mark, else the only one of the declared name.
 * @throws PscError PSC-E401 when several bear the name.
 */
export async function findApplication(
  props: Pick<ApplicationProps, "displayName" | "environment">,
  context: Context,
): Promise<EntraApplication | undefined> {
  const { graph } = context.services;
  const marked = await graph.get<EntraApplication>(
    `/applications${keySegment("uniqueName", uniqueNameOf(props))}`,
    { $select: SELECT },
  );
  if (marked !== undefined) return marked;
  const named = await graph.list<EntraApplication>("/applications", {
    $filter: `displayName eq ${literal(props.displayName)}`,
    $select: SELECT,
  });
  if (named.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `${named.length} application registrations are called "${props.displayName}": ${named.map(({ appId }) => appId).join(", ")}`,
      remedy: "rename all but the one to use, or set `identity.application` to another name",
      persona: "Cloud Application Administrator",
    });
  }
  return named[0];
}

function refuseSharing(props: ApplicationProps, application: EntraApplication): void {
  const owners = (application.tags ?? [])
    .filter((tag) => tag.startsWith(ENVIRONMENT_TAG))
    .map((tag) => tag.slice(ENVIRONMENT_TAG.length));
  const other = owners.find((owner) => owner !== props.environment);
  if (other === undefined) return;
  throw new PscError({
    code: "PSC-E431",
    message: `application "${application.displayName}" (${application.appId}) belongs to environment "${other}"`,
    remedy: `give ${props.environment} an application of its own: set \`identity.application\` to another name`,
    persona: "Cloud Application Administrator",
  });
}

/** Microsoft Graph's words for the two types of permission in an application ("resourceAccess resource type"). */
const ACCESS_TYPES = { application: "Role", delegated: "Scope" } as const;

/** The permissions of Microsoft Graph an application asks for, in the spelling of the spec where it names them. */
async function askedFor(
  declared: GraphPermissionsSpec,
  { requiredResourceAccess }: EntraApplication,
  context: Context,
): Promise<readonly string[]> {
  const catalogue = await graphCatalogue(context);
  const texts = declaredTexts(declared);
  // In the order of the texts.
  const spelled = new Map(
    declaredPermissions(declared, catalogue).map((permission, i) => [permission.id, texts[i]]),
  );
  const access = requiredResourceAccess?.find(({ resourceAppId }) => resourceAppId === GRAPH_APP_ID);
  return (access?.resourceAccess ?? []).map(({ id, type }) => {
    const known = catalogue.permissions.find((one) => one.id === id);
    const word = type === ACCESS_TYPES.application ? "application" : "delegated";
    return spelled.get(id) ?? permissionText({ type: word, name: known?.name ?? id });
  });
}

/** As the spec spells them. */
function declaredTexts(declared: GraphPermissionsSpec): readonly string[] {
  return (["application", "delegated"] as const).flatMap((type) =>
    declared[type].map((name) => permissionText({ type, name })),
  );
}

/** What to write: exactly what is declared of Microsoft Graph, and what was there of other APIs. */
async function accessPatch(
  { permissions }: ApplicationProps,
  before: EntraApplication | undefined,
  context: Context,
): Promise<object> {
  if (permissions === undefined) return {};
  const wanted = declaredPermissions(permissions, await graphCatalogue(context));
  const others = (before?.requiredResourceAccess ?? []).filter(
    ({ resourceAppId }) => resourceAppId !== GRAPH_APP_ID,
  );
  const own = {
    resourceAppId: GRAPH_APP_ID,
    resourceAccess: wanted.map(({ id, type }) => ({ id, type: ACCESS_TYPES[type] })),
  };
  return { requiredResourceAccess: [...others, ...(wanted.length === 0 ? [] : [own])] };
}

async function observed(
  props: ApplicationProps,
  application: EntraApplication,
  context: Context,
): Promise<Present<ApplicationData>> {
  refuseSharing(props, application);
  const { id, appId, displayName, tags, signInAudience, uniqueName } = application;
  const present: Present<ApplicationData> = {
    status: "present",
    id: appId,
    fields: {
      displayName,
      signInAudience: signInAudience ?? null,
      // Other tags are nobody's business: Entra's own portal puts some there.
      tags: tagsOf(props).filter((tag) => tags?.includes(tag) === true),
      ...(props.permissions === undefined
        ? {}
        : { permissions: await askedFor(props.permissions, application, context) }),
    },
    data: { id, appId },
  };
  return (uniqueName ?? "") === ""
    ? { ...present, adoptable: "it exists already; psc will put its mark on it" }
    : present;
}

/** The registration that stands behind the bot's Dataverse user; for that it needs neither secret nor permission. */
export const application = defineKind<ApplicationProps, ApplicationData>({
  kind: "entra.application",
  summary: "an application registration dedicated to this environment's bot",
  step: 10,
  api: "Microsoft Graph applications",
  persona: "Cloud Application Administrator",
  permissions: {
    read: ["Application.Read.All"],
    write: ["Application.ReadWrite.OwnedBy (an application)", "Application.ReadWrite.All (a person)"],
  },
  sources: [
    "Microsoft Graph v1.0: Upsert application; Update application",
    "learn.microsoft.com/azure/health-bot/omnichannel (any valid application of the tenant that the bot does not use)",
    "microsoft/industry:healthcare/solutions/patientServiceCenter/readme.md (one application per stage)",
  ],
  nature: "managed",
  label: ({ displayName }) => `application "${displayName}"`,
  detail: ({ permissions }) =>
    permissions === undefined ? "" : `asks for ${declaredTexts(permissions).join(", ") || "no permission"}`,
  declared: (props) => ({
    displayName: props.displayName,
    signInAudience: SIGN_IN_AUDIENCE,
    tags: tagsOf(props),
    ...(props.permissions === undefined ? {} : { permissions: declaredTexts(props.permissions) }),
  }),
  async read(props, context) {
    const found = await naming(READ, () => findApplication(props, context));
    return found === undefined ? { status: "absent" } : observed(props, found, context);
  },
  async create(props, context) {
    const { graph } = context.services;
    const path = `/applications${keySegment("uniqueName", uniqueNameOf(props))}`;
    await naming(WRITE, async () =>
      graph.upsert<EntraApplication>(path, {
        displayName: props.displayName,
        signInAudience: SIGN_IN_AUDIENCE,
        tags: tagsOf(props),
        ...(await accessPatch(props, undefined, context)),
        notes: `Made by psc for environment ${props.environment}: stands behind the bot's user in Dataverse. For that it needs no secret and no permission.`,
      }),
    );
    const seen = await untilVisible(context, "the application to be visible", () =>
      graph.get<EntraApplication>(path, { $select: SELECT }),
    );
    return observed(props, seen, context);
  },
  async update(props, present, _changes, context) {
    const { graph } = context.services;
    const path = `/applications/${present.data.id}`;
    const before = await graph.get<EntraApplication>(path, { $select: SELECT });
    const access = await accessPatch(props, before, context);
    await naming(WRITE, () =>
      graph.update(path, {
        displayName: props.displayName,
        signInAudience: SIGN_IN_AUDIENCE,
        tags: [...new Set([...(before?.tags ?? []), ...tagsOf(props)])],
        ...access,
        ...(present.adoptable === undefined ? {} : { uniqueName: uniqueNameOf(props) }),
      }),
    );
    return undefined;
  },
  async adopt(props, present, context) {
    await naming(WRITE, () =>
      context.services.graph.update(`/applications/${present.data.id}`, { uniqueName: uniqueNameOf(props) }),
    );
    return undefined;
  },
  async destroy(_props, present, context) {
    const { graph } = context.services;
    await naming(WRITE, () => graph.remove(`/applications/${present.data.id}`));
    await naming(WRITE, () =>
      context.wait("the application to be among the deleted", { everyMs: LOOK_EVERY_MS }, async () => {
        const deleted = await graph.get<{ id: string }>(`/directory/deletedItems/${present.data.id}`, {
          $select: "id",
        });
        return deleted === undefined ? { done: false } : { done: true, value: undefined };
      }),
    );
    // Among the deleted for 30 days it would keep its unique name, and the next deploy could not make it anew.
    await naming(WRITE, () => graph.remove(`/directory/deletedItems/${present.data.id}`));
    return undefined;
  },
  async remains(props, context) {
    const deleted = await naming(READ, () =>
      context.services.graph.list<EntraApplication>("/directory/deletedItems/microsoft.graph.application", {
        $select: SELECT,
      }),
    );
    const ours = deleted.find(({ uniqueName }) => uniqueName === uniqueNameOf(props));
    return ours === undefined ? undefined : observed({ ...props, permissions: undefined }, ours, context);
  },
  isMarked: (props, { fields }) => {
    const tags = fields["tags"];
    return Array.isArray(tags) && tags.includes(`${ENVIRONMENT_TAG}${props.environment}`);
  },
});

export function applicationResources(spec: EnvironmentSpec): Resource[] {
  return [
    application.resource({
      props: {
        displayName: spec.identity.application.name,
        environment: spec.name,
        permissions: spec.identity.application.permissions,
      },
      dependsOn: [tenant.address()],
    }),
  ];
}
