import type { FieldChange, Present } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, ServiceError } from "../../errors.ts";
import { secretValue } from "../../secret-value.ts";
import type { ClientSecretSpec, EnvironmentSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { naming } from "./denied.ts";
import { LOOK_EVERY_MS, REPLICATED_WITHIN_MS, whenReplicated } from "./replication.ts";

export interface ClientSecretProps extends ClientSecretSpec {
  readonly environment: string;
  /** Milliseconds since the epoch: what was made earlier is to be replaced, whatever its age. */
  readonly renewIfMadeBefore?: number;
  /** Secrets that psc made earlier end now, not when they expire. */
  readonly revokeEarlier?: boolean;
}

interface PasswordCredential {
  readonly keyId: string;
  readonly displayName?: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
}

export interface ClientSecretData {
  readonly keyId: string;
  /** ISO time. */
  readonly expires: string;
  /** Others that psc made and that are still valid; their values are in the vault's earlier versions. */
  readonly earlier: readonly string[];
  /** Others that psc made and whose value nobody has: a run was cut short between making and keeping. */
  readonly withoutValue: readonly string[];
}

const READ = { permission: "Application.Read.All", persona: "Cloud Application Administrator" };
const WRITE = { permission: "Application.ReadWrite.All", persona: "Cloud Application Administrator" };
const DAY_MS = 86_400_000;
/** Names the credential a version of the vault's secret holds the value of. */
const KEY_ID_TAG = "keyId";

/** Roles of the key vault that bring what is needed. */
const READER = "Key Vault Reader";
const OFFICER = "Key Vault Secrets Officer";

/** psc's mark on a credential: Microsoft Entra shows the name, never the value. */
function markOf({ environment, vault, name }: ClientSecretProps): string {
  return `psc ${environment}: ${vault}/${name}`;
}

function day(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** A refusal names an action; people assign the role that brings it. */
async function inVault<T>(role: string, { vault }: ClientSecretProps, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isServiceError(error, 403)) throw error;
    const { code, message, permission = `${role} on ${vault}`, refusal } = error;
    throw new ServiceError(
      {
        code,
        message,
        permission,
        persona: "Subscription Owner",
        remedy: `have a Subscription Owner assign ${role} on ${vault}, then run the same command again`,
        side: "user",
        cause: error,
      },
      refusal,
    );
  }
}

interface Credentials {
  /** Made by psc for this place and not yet expired, the newest first. */
  readonly ours: readonly PasswordCredential[];
  /** Credentials whose value a version of the vault's secret holds; the newest version first. */
  readonly kept: readonly string[];
}

async function look(
  applicationObjectId: string,
  props: ClientSecretProps,
  context: Context,
): Promise<Credentials> {
  const { graph, keyVault } = context.services;
  const [found, versions] = await Promise.all([
    naming(READ, () =>
      graph.get<{ readonly passwordCredentials?: readonly PasswordCredential[] }>(
        `/applications/${applicationObjectId}`,
        { $select: "passwordCredentials" },
      ),
    ),
    inVault(READER, props, () => keyVault.versions(props.vault, props.name)),
  ]);
  const now = context.clock.now();
  return {
    ours: (found?.passwordCredentials ?? [])
      .filter(
        ({ displayName, endDateTime }) => displayName === markOf(props) && Date.parse(endDateTime) > now,
      )
      .toSorted((a, b) => Date.parse(b.startDateTime) - Date.parse(a.startDateTime)),
    kept: versions.flatMap(({ enabled, tags }) => (enabled ? [tags[KEY_ID_TAG] ?? ""] : [])),
  };
}

/** Why the secret is to be replaced; undefined when it is good for long enough. */
function dueBecause(
  { validDays, renewDays, renewIfMadeBefore = 0 }: ClientSecretProps,
  { startDateTime, endDateTime }: PasswordCredential,
  now: number,
): string | undefined {
  const start = Date.parse(startDateTime);
  const end = Date.parse(endDateTime);
  if (end - now < renewDays * DAY_MS) return `due: it expires on ${day(end)}`;
  // A day of grace: services round, and clocks differ.
  if (end - start > (validDays + 1) * DAY_MS)
    return `due: it is valid for ${Math.round((end - start) / DAY_MS)} days`;
  if (start < renewIfMadeBefore) return `due: made on ${day(start)}, and to be rotated`;
  return undefined;
}

const NOT_DUE = "not due";

async function removePassword(applicationObjectId: string, keyId: string, context: Context): Promise<void> {
  await naming(WRITE, () =>
    whenReplicated(context, "the application to take another change", async () => {
      try {
        await context.services.graph.create(`/applications/${applicationObjectId}/removePassword`, { keyId });
      } catch (error) {
        // It is gone already.
        if (!isServiceError(error, 400, 404) || !/No password credential/i.test(error.message)) throw error;
      }
    }),
  );
}

/**
 * Makes a credential and puts its value into the vault. Should the vault refuse it, the credential is taken back: its
 * value would be nobody's.
 */
async function makeAndKeep(
  applicationObjectId: string,
  appId: string,
  props: ClientSecretProps,
  context: Context,
): Promise<void> {
  const { graph, keyVault } = context.services;
  const expiresAt = context.clock.now() + props.validDays * DAY_MS;
  const made = await naming(WRITE, () =>
    whenReplicated(context, "the application to be known everywhere", () =>
      graph.create<{ readonly keyId: string; readonly secretText: string }>(
        `/applications/${applicationObjectId}/addPassword`,
        {
          passwordCredential: { displayName: markOf(props), endDateTime: new Date(expiresAt).toISOString() },
        },
      ),
    ),
  );
  const value = secretValue(made.secretText);
  try {
    await inVault(OFFICER, props, () =>
      keyVault.keep(props.vault, props.name, {
        value,
        expiresAt,
        contentType: `client secret of application ${appId}`,
        tags: { [KEY_ID_TAG]: made.keyId, appId, psc: props.environment },
      }),
    );
  } catch (error) {
    await removePassword(applicationObjectId, made.keyId, context).catch(() => {
      context.note("the secret that was just made could not be taken back; the next deploy does so");
    });
    throw error;
  }
  await context.wait(
    "the new secret to be visible",
    { everyMs: LOOK_EVERY_MS, atMostMs: REPLICATED_WITHIN_MS },
    async () => {
      const { ours } = await look(applicationObjectId, props, context);
      return ours.some(({ keyId }) => keyId === made.keyId)
        ? { done: true, value: undefined }
        : { done: false };
    },
  );
}

function owner(context: Context): { readonly id: string; readonly appId: string } {
  const found = application.data(context);
  if (found === undefined) throw new Error("the application was not observed");
  return found;
}

async function renew(
  props: ClientSecretProps,
  unwanted: readonly string[],
  context: Context,
): Promise<undefined> {
  const { id, appId } = owner(context);
  await makeAndKeep(id, appId, props, context);
  for (const keyId of unwanted) await removePassword(id, keyId, context);
  return undefined;
}

async function update(
  props: ClientSecretProps,
  { data }: Present<ClientSecretData>,
  changes: readonly FieldChange[],
  context: Context,
): Promise<undefined> {
  const unwanted = [
    ...data.withoutValue,
    ...(props.revokeEarlier === true ? [...data.earlier, data.keyId] : []),
  ];
  if (changes.some(({ path }) => path === "renewal")) return renew(props, unwanted, context);
  const { id } = owner(context);
  for (const keyId of unwanted.filter((one) => one !== data.keyId)) await removePassword(id, keyId, context);
  return undefined;
}

/**
 * A client secret of the bot's application, made by psc and kept in a key vault: nobody sees it, and it is renewed
 * before it expires. A new one is in the vault before an old one ends.
 */
export const clientSecret = defineKind<ClientSecretProps, ClientSecretData>({
  kind: "entra.client-secret",
  summary: "a client secret of the application, kept in a key vault and renewed in time",
  step: 10,
  api: "Microsoft Graph application: addPassword, removePassword; Key Vault secrets",
  persona: "Cloud Application Administrator",
  permissions: {
    read: ["Application.Read.All", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    write: [
      "Application.ReadWrite.OwnedBy (an application)",
      "Application.ReadWrite.All (a person)",
      "Microsoft.KeyVault/vaults/secrets/setSecret/action",
      "Microsoft.KeyVault/vaults/secrets/recover/action",
      "Microsoft.KeyVault/vaults/secrets/delete",
    ],
  },
  sources: [
    "Microsoft Graph v1.0: application: addPassword; application: removePassword; passwordCredential resource type",
    "Azure Key Vault secrets REST API 7.4: Set Secret; Get Secret Versions; Delete Secret; Recover Deleted Secret",
  ],
  // Not of its application: what is in the vault would outlive that.
  nature: "managed",
  label: ({ vault, name }) => `client secret in ${vault}/${name}`,
  detail: ({ validDays, renewDays }) => `valid ${validDays} days, renewed ${renewDays} days before its end`,
  declared: ({ revokeEarlier }) => ({
    renewal: NOT_DUE,
    withoutValue: [],
    ...(revokeEarlier === true ? { earlier: [] } : {}),
  }),
  async read(props, context) {
    const found = application.data(context);
    if (found === undefined) return { status: "absent" };
    const { ours, kept } = await look(found.id, props, context);
    const byKeyId = new Map(ours.map((credential) => [credential.keyId, credential]));
    const current = kept.flatMap((keyId) => byKeyId.get(keyId) ?? [])[0];
    if (current === undefined)
      return {
        status: "absent",
        reason:
          kept.length === 0
            ? "the vault has no such secret of psc's"
            : "no credential of the application is valid whose value is in the vault",
      };
    const others = ours.filter((credential) => credential !== current);
    const earlier = others.filter(({ keyId }) => kept.includes(keyId));
    const withoutValue = others.filter(({ keyId }) => !kept.includes(keyId));
    return {
      status: "present",
      id: current.keyId,
      fields: {
        renewal: dueBecause(props, current, context.clock.now()) ?? NOT_DUE,
        withoutValue: withoutValue.map(({ keyId }) => keyId),
        earlier: earlier.map(({ keyId }) => keyId),
      },
      data: {
        keyId: current.keyId,
        expires: current.endDateTime,
        earlier: earlier.map(({ keyId }) => keyId),
        withoutValue: withoutValue.map(({ keyId }) => keyId),
      },
    };
  },
  async create(props, context) {
    const { ours, kept } = await look(owner(context).id, props, context);
    const unwanted = ours.map(({ keyId }) => keyId).filter((keyId) => !kept.includes(keyId));
    return renew(props, unwanted, context);
  },
  update,
  // Only what bears it is ever seen.
  isMarked: () => true,
  async delete(props, _present, context) {
    const { id } = owner(context);
    // The vault first: what is left in the application is found by its mark, what is left in a vault by nobody.
    await inVault(OFFICER, props, () => context.services.keyVault.remove(props.vault, props.name));
    const { ours } = await look(id, props, context);
    for (const { keyId } of ours) await removePassword(id, keyId, context);
    return undefined;
  },
});

export function clientSecretResources(spec: EnvironmentSpec): Resource[] {
  const { secret } = spec.identity.application;
  if (secret === undefined) return [];
  return [
    clientSecret.resource({
      props: { ...secret, environment: spec.name },
      dependsOn: [application.address()],
    }),
  ];
}
