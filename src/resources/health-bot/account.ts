import type { Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec, HealthBotSpec } from "../../spec/model.ts";
import { type ArmResource, bearsMark, isWorking, markedTags, put, remove } from "../azure/arm-resource.ts";
import { resourceGroup } from "../azure/resource-group.ts";
import { asDeclared, healthBotId } from "../azure/resource-ids.ts";
import { resourceProvider } from "../azure/resource-provider.ts";

export interface AccountProps {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly sku: HealthBotSpec["sku"];
  readonly tags: Readonly<Record<string, string>>;
  readonly customerManagedKey: HealthBotSpec["customerManagedKey"];
}

/** Managed identities of a resource, as Azure shows and takes them. */
interface ManagedIdentity {
  readonly type?: string;
  readonly userAssignedIdentities?: Readonly<Record<string, object>>;
}

export interface AccountData {
  readonly identity: ManagedIdentity | undefined;
  readonly resourceId: string;
  readonly managementPortalLink: string;
  /** ISO time of creation, when Azure tells. */
  readonly createdAt: string | undefined;
}

interface KeyVaultProperties {
  readonly keyName?: string;
  readonly keyVaultUri?: string;
  readonly keyVersion?: string;
  readonly userIdentity?: string;
}

export type BotResource = ArmResource<{
  readonly provisioningState?: string;
  readonly botManagementPortalLink?: string;
  readonly accessControlMethod?: string;
  readonly keyVaultProperties?: KeyVaultProperties;
}> & {
  readonly sku?: { readonly name: string };
  readonly identity?: ManagedIdentity | null;
  readonly systemData?: { readonly createdAt?: string };
};

/** Create, change and delete take seconds to minutes; hashicorp/terraform-provider-azurerm gives up after 30 minutes. */
const DONE_WITHIN_MS = 30 * 60_000;

function encryptionOf(key: KeyVaultProperties | undefined): Fields {
  return key === undefined
    ? {}
    : {
        vault: `${(key.keyVaultUri ?? "").replace(/\/$/, "")}/`,
        key: key.keyName ?? "",
        version: key.keyVersion ?? "",
        identity: (key.userIdentity ?? "").toLowerCase(),
      };
}

/** Body of a bot with a key of the customer's and the identity that uses it (specification/healthbot, 2025-11-01). */
function encryptionBody(key: AccountProps["customerManagedKey"], before?: ManagedIdentity): object {
  const others = Object.keys(before?.userAssignedIdentities ?? {});
  return key === undefined
    ? {}
    : {
        // What the bot has besides stays.
        identity: {
          type:
            before?.type?.includes("SystemAssigned") === true
              ? "SystemAssigned, UserAssigned"
              : "UserAssigned",
          userAssignedIdentities: Object.fromEntries([...others, key.identity].map((id) => [id, {}])),
        },
        properties: {
          keyVaultProperties: {
            keyName: key.key,
            keyVaultUri: key.vault,
            keyVersion: key.version,
            userIdentity: key.identity,
          },
        },
      };
}

/** The service refuses the step down to the free tier with an answer that does not say why. */
function refuseDowngrade(props: AccountProps, observation: Observation | undefined): void {
  if (observation?.status !== "present") return;
  const sku = observation.fields["sku"];
  if (props.sku !== "F0" || sku === "F0") return;
  throw new PscError({
    code: "PSC-E434",
    message: `bot "${props.name}" has SKU ${String(sku)} and cannot go back to F0`,
    remedy: `put \`sku: ${String(sku)}\` into the spec, or deploy a new bot under another name`,
  });
}

/** A region is for life: moving would mean deleting the bot with all its content. */
function refuseMove(props: AccountProps, observation: Observation | undefined): void {
  if (observation?.status !== "present" || observation.fields["location"] === props.location) return;
  throw new PscError({
    code: "PSC-E413",
    message: `bot "${props.name}": location is "${String(observation.fields["location"])}", the spec says "${props.location}", and this cannot be changed once it exists`,
    remedy: "put the existing location into the spec, or deploy a new bot under another name",
  });
}

async function waitFor(
  response: Parameters<Context["services"]["arm"]["untilDone"]>[0],
  props: AccountProps,
  context: Context,
): Promise<void> {
  await context.services.arm.untilDone(response, props.id, `bot "${props.name}"`, (what, options, look) =>
    context.wait(what, { ...options, atMostMs: DONE_WITHIN_MS }, look),
  );
}

/** The Azure Health Bot, today called healthcare agent service. */
export const account = defineKind<AccountProps, AccountData>({
  kind: "health-bot.account",
  summary: "the Health Bot resource",
  step: 7,
  api: "Azure Resource Manager Microsoft.HealthBot/healthBots",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/read"],
    write: ["Microsoft.HealthBot/healthBots/write", "Microsoft.HealthBot/healthBots/delete"],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/healthbot (2025-11-01)",
    "Azure/azure-cli-extensions:src/healthbot (recorded answers and durations)",
    "hashicorp/terraform-provider-azurerm:internal/services/bot/healthbot_resource.go (downgrade to F0)",
  ],
  nature: "managed",
  usualMinutes: 2,
  label: ({ name }) => `bot "${name}"`,
  detail: ({ sku, location }) => `${sku}, ${location}`,
  declared(props, context) {
    const observation = context.observation(account.address());
    refuseDowngrade(props, observation);
    refuseMove(props, observation);
    const { sku, location, tags, customerManagedKey: key } = props;
    return {
      sku,
      location,
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
      ...(key === undefined ? {} : { encryption: { ...key, identity: key.identity.toLowerCase() } }),
    };
  },
  async read(props, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "its resource group does not exist" };
    const found = await context.services.arm.get<BotResource>(props.id);
    if (found === undefined) return { status: "absent" };
    const { provisioningState, botManagementPortalLink } = found.properties;
    if (isWorking(provisioningState))
      return { status: "in-progress", what: `bot "${props.name}": ${provisioningState}` };
    // The portal link comes with the first success; without it nothing was made that could be used.
    if (botManagementPortalLink === undefined)
      return { status: "absent", reason: `its creation ended as ${provisioningState ?? "unknown"}` };
    return {
      status: "present",
      id: found.id,
      fields: {
        sku: found.sku?.name ?? null,
        location: asDeclared(found.location ?? "", props.location),
        tags: found.tags ?? {},
        provisioning: provisioningState ?? null,
        accessControl: found.properties.accessControlMethod ?? null,
        encryption: encryptionOf(found.properties.keyVaultProperties),
      },
      data: {
        identity: found.identity ?? undefined,
        resourceId: found.id,
        managementPortalLink: botManagementPortalLink,
        createdAt: found.systemData?.createdAt,
      },
    };
  },
  async create(props, context) {
    const response = await put(
      props.id,
      {
        location: props.location,
        sku: { name: props.sku },
        tags: markedTags(props.tags, context),
        ...encryptionBody(props.customerManagedKey),
      },
      context,
    );
    await waitFor(response, props, context);
    return undefined;
  },
  async update(props, present, changes, context) {
    const before = present.fields["tags"];
    const response = await context.services.arm.send("PATCH", props.id, {
      body: {
        ...(changes.some(({ path }) => path === "sku") ? { sku: { name: props.sku } } : {}),
        ...(changes.some(({ path }) => path.startsWith("tags"))
          ? { tags: { ...(typeof before === "object" ? before : {}), ...props.tags } }
          : {}),
        ...(changes.some(({ path }) => path.startsWith("encryption"))
          ? encryptionBody(props.customerManagedKey, present.data.identity)
          : {}),
      },
    });
    await waitFor(response, props, context);
    return undefined;
  },
  destroy: ({ id, name }, _present, context) => remove(id, `bot "${name}"`, context, DONE_WITHIN_MS),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
});

export function accountResources(spec: EnvironmentSpec): Resource[] {
  return [
    account.resource({
      props: {
        id: healthBotId(spec),
        name: spec.healthBot.name,
        location: spec.azure.location,
        sku: spec.healthBot.sku,
        customerManagedKey: spec.healthBot.customerManagedKey,
        tags: spec.azure.tags,
      },
      dependsOn: [resourceGroup.address(), resourceProvider.address("Microsoft.HealthBot")],
    }),
  ];
}
