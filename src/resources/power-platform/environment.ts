import type { FieldChange, Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import type { BapDatabase, BapEnvironment, BapOperation, BapStart } from "../../services/bap.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { group } from "../entra/group.ts";
import { followOperation, startWhenFree, waitUntilReady } from "./lifecycle.ts";

export type EnvironmentProps = EnvironmentSpec["environment"];

export interface EnvironmentData {
  readonly id: string;
  /** With a trailing slash, such as `https://contoso.crm.dynamics.com/`. */
  readonly instanceUrl: string;
  /** Of the organisation. */
  readonly version: string;
  readonly organizationId: string;
  /** ISO time at which the environment was created. */
  readonly createdTime: string;
  readonly adminUrl: string;
  readonly makerUrl: string;
  readonly securityGroupId: string | undefined;
  readonly managed: boolean;
}

/** A new environment shows its database late, and lets nobody into it for a while. Longer than this is a fault. */
const SETTLING_MS = 30 * 60_000;
const LOOK_EVERY_MS = 15_000;
const WORDLESS_REFUSALS = 10;

type WithDatabase = BapEnvironment & { readonly dataverse: BapDatabase };

function hasDatabase(environment: BapEnvironment): environment is WithDatabase {
  return environment.dataverse !== undefined;
}

/** One environment as the list has it, which a look at the whole tenant reads anyway. */
export async function listedEnvironment(context: Context, id: string): Promise<BapEnvironment | undefined> {
  return (await context.services.bap.environments()).find((candidate) => candidate.id === id);
}

/** The environment of the declared domain; else one of the declared name without a database. */
async function find(
  props: EnvironmentProps,
  context: Context,
): Promise<{ found: WithDatabase | undefined; bare: BapEnvironment | undefined }> {
  const all = await context.services.bap.environments();
  const found = all
    .filter(hasDatabase)
    .find(
      ({ dataverse }) =>
        dataverse.domainName.toLowerCase() === props.domain ||
        URL.parse(dataverse.instanceUrl)?.hostname.split(".")[0] === props.domain,
    );
  const bare = all.filter(
    (candidate) => !hasDatabase(candidate) && candidate.displayName === props.displayName,
  );
  if (found === undefined && bare.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `${bare.length} environments without Dataverse are called "${props.displayName}": ${bare.map(({ id }) => id).join(", ")}`,
      remedy: "rename or delete all but one of them in the Power Platform admin center",
    });
  }
  return { found, bare: bare[0] };
}

/**
 * True when Dataverse lets the caller in; a young organisation answers 403 until the caller's user row exists. Whether
 * an older one does, every read of its rows tells.
 */
async function letsIn(environment: WithDatabase, context: Context): Promise<boolean> {
  if (!isYoung(environment.dataverse.createdTime || environment.createdTime, context)) return true;
  try {
    await context.services.dataverse(environment.dataverse.instanceUrl).whoAmI();
    return true;
  } catch (error) {
    if (
      isServiceError(error, 403) &&
      isYoung(environment.dataverse.createdTime || environment.createdTime, context)
    )
      return false;
    throw error;
  }
}

function isYoung(isoTime: string, context: Context): boolean {
  const time = Date.parse(isoTime);
  return Number.isNaN(time) || context.clock.now() - time < SETTLING_MS;
}

function present(environment: WithDatabase): Observation<EnvironmentData> {
  const { dataverse } = environment;
  return {
    status: "present",
    id: environment.id,
    fields: {
      displayName: environment.displayName,
      type: environment.type,
      region: environment.region,
      language: dataverse.language ?? null,
    },
    data: {
      id: environment.id,
      instanceUrl: dataverse.instanceUrl,
      version: dataverse.version,
      organizationId: dataverse.organizationId,
      createdTime: environment.createdTime,
      adminUrl: environment.adminUrl,
      makerUrl: environment.makerUrl,
      securityGroupId: dataverse.securityGroupId,
      managed: environment.managed,
    },
  };
}

function runningOperation(operations: readonly BapOperation[]): BapOperation | undefined {
  return operations.find(({ state }) => state === "running");
}

async function read(props: EnvironmentProps, context: Context): Promise<Observation<EnvironmentData>> {
  const { found, bare } = await find(props, context);
  if (found !== undefined) {
    const inProgress = (what: string): Observation<EnvironmentData> => ({
      status: "in-progress",
      what,
      startedAt: Date.parse(found.createdTime),
    });
    if (!(await letsIn(found, context))) return inProgress("Dataverse to let the creator in");
    if (
      /disabled/i.test(found.dataverse.backgroundOperationsState) &&
      isYoung(found.dataverse.createdTime, context)
    )
      return inProgress("background operations to start");
    return present(found);
  }
  if (bare === undefined) return { status: "absent" };
  const running = runningOperation(await context.services.bap.operations(bare.id));
  const preparing = bare.provisioningState !== "" && bare.provisioningState !== "Succeeded";
  if (running !== undefined || preparing || isYoung(bare.createdTime, context)) {
    return {
      status: "in-progress",
      what: "its Dataverse database",
      startedAt: Date.parse(running?.startedTime || bare.createdTime),
    };
  }
  return { status: "absent", reason: `environment ${bare.id} of that name has no Dataverse database` };
}

function databaseOf(
  props: EnvironmentProps,
  context: Context,
): { domainName: string; language: number; currency: string; securityGroupId?: string } {
  const restrictedTo =
    props.securityGroup === undefined ? undefined : group.data(context, props.securityGroup);
  return {
    domainName: props.domain,
    language: props.language,
    currency: props.currency,
    ...(restrictedTo === undefined ? {} : { securityGroupId: restrictedTo.id }),
  };
}

/** Waits until the environment can be worked with: its database is listed, lets the caller in, and runs its jobs. */
async function settle(
  props: EnvironmentProps,
  context: Context,
  environmentId: string | undefined,
): Promise<Observation<EnvironmentData> | undefined> {
  if (environmentId !== undefined) {
    const made = await context.wait<WithDatabase>(
      "the environment's Dataverse database to be listed",
      { everyMs: LOOK_EVERY_MS, atMostMs: SETTLING_MS },
      async () => {
        const environment = await context.services.bap.environment(environmentId);
        return environment !== undefined && hasDatabase(environment)
          ? { done: true, value: environment }
          : { done: false };
      },
    );
    // The service has been seen to choose another domain when the wanted one was taken in the meantime.
    if (made.dataverse.domainName.toLowerCase() !== props.domain) {
      throw new PscError({
        code: "PSC-E425",
        message: `the environment was created as "${made.dataverse.domainName}" instead of "${props.domain}" (${made.id})`,
        remedy: `put \`domain: ${made.dataverse.domainName}\` into the spec, or delete that environment and choose another domain`,
        side: "service",
      });
    }
  }
  return context.wait(
    "Dataverse to be usable",
    { everyMs: LOOK_EVERY_MS, atMostMs: SETTLING_MS },
    async () => {
      const seen = await read(props, context);
      return seen.status === "in-progress" ? { done: false, note: seen.what } : { done: true, value: seen };
    },
  );
}

/** The service has answered 499 to a start and gone on with the work, so a 499 is waited out, never repeated. */
async function provisionDatabase(
  props: EnvironmentProps,
  environmentId: string,
  context: Context,
): Promise<BapStart> {
  try {
    return await startWhenFree(context, () =>
      context.services.bap.provisionDatabase(environmentId, databaseOf(props, context)),
    );
  } catch (error) {
    if (!isServiceError(error, 499)) throw error;
    return { operationUrl: undefined, environmentId, retryAfterMs: undefined };
  }
}

async function create(
  props: EnvironmentProps,
  context: Context,
): Promise<Observation<EnvironmentData> | undefined> {
  const { bap } = context.services;
  try {
    await bap.validateDomain(props.domain, props.region);
  } catch (error) {
    if (!isServiceError(error, 400, 409)) throw error;
    throw new PscError({
      code: "PSC-E426",
      message: `domain "${props.domain}" cannot be used in ${props.region}: ${error.refusal.serviceMessage}`,
      remedy: "choose another `environment.domain`; names are unique in the whole region",
      cause: error,
    });
  }
  const { bare } = await find(props, context);
  const started =
    bare === undefined
      ? await bap.createEnvironment({
          displayName: props.displayName,
          region: props.region,
          type: props.type,
          database: databaseOf(props, context),
        })
      : await provisionDatabase(props, bare.id, context);
  const id = await followOperation(context, "creating the environment", {
    operationUrl: started.operationUrl,
    environmentId: started.environmentId ?? bare?.id,
  });
  return settle(props, context, id ?? bare?.id);
}

async function update(
  props: EnvironmentProps,
  environmentId: string,
  changes: readonly FieldChange[],
  context: Context,
): Promise<undefined> {
  const { bap } = context.services;
  const changed = new Set(changes.map(({ path }) => path));
  if (changed.has("displayName")) {
    const started = await startWhenFree(context, () =>
      bap.changeEnvironment(environmentId, { displayName: props.displayName }),
    );
    await followOperation(context, "renaming the environment", started);
    await waitUntilReady(context, environmentId);
  }
  if (changed.has("type")) {
    const started = await startWhenFree(context, () => bap.changeType(environmentId, props.type));
    await followOperation(context, `turning the environment into ${props.type}`, started);
    await waitUntilReady(context, environmentId);
  }
  return undefined;
}

/**
 * The service refuses a deletion with 409 and no word at all for a while, and asks to be tried again.
 * Source: microsoft/terraform-provider-power-platform:internal/services/environment (Validate_Delete_Retry_On_EmptyBody_Conflict).
 */
function startDeletion(id: string, context: Context): Promise<BapStart | "gone"> {
  let tries = 0;
  return startWhenFree(context, () =>
    context.wait<BapStart | "gone">("the environment to be free", { everyMs: LOOK_EVERY_MS }, async () => {
      try {
        return { done: true, value: await context.services.bap.deleteEnvironment(id) };
      } catch (error) {
        tries += 1;
        const wordless = isServiceError(error, 409) && error.refusal.serviceCode === "";
        if (!wordless || tries > WORDLESS_REFUSALS) throw error;
        return { done: false };
      }
    }),
  );
}

export const environment = defineKind<EnvironmentProps, EnvironmentData>({
  kind: "power-platform.environment",
  summary: "Power Platform environment with a Dataverse database, found by its domain",
  step: 1,
  api: "Power Platform admin API: environments",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["Power Platform Administrator"],
    write: ["Power Platform Administrator"],
  },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/environment",
    "d365collaborative/d365bap.tools:Get-BapEnvironmentOperation",
  ],
  nature: "managed",
  usualMinutes: 5,
  label: ({ displayName }) => `environment "${displayName}"`,
  detail: ({ type, region, domain }) => `${type}, ${region}, ${domain}`,
  declared: ({ displayName, type, region, language }): Fields => ({ displayName, type, region, language }),
  replaceOn: ["region", "language"],
  read,
  create,
  update: (props, { id }, changes, context) => update(props, id, changes, context),
  async destroy(_props, { id }, context) {
    const started = await startDeletion(id, context);
    if (started !== "gone") await followOperation(context, "deleting the environment", started);
    return undefined;
  },
  async resume(props, _state, context) {
    const seen = await settle(props, context, undefined);
    // What looked like a creation under way was an environment that nobody meant to give a database.
    return seen?.status === "absent" ? create(props, context) : seen;
  },
});

export function environmentResources(spec: EnvironmentSpec): Resource[] {
  const { securityGroup } = spec.environment;
  return [
    environment.resource({
      props: spec.environment,
      // The group is there first, so that the environment is never open to everybody, not even for a minute.
      dependsOn: securityGroup === undefined ? [] : [group.address(securityGroup)],
    }),
  ];
}
