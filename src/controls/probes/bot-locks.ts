import { account } from "../../resources/health-bot/account.ts";
import { defineProbe } from "../probe.ts";

interface Lock {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly level?: string };
}

/** The scope of an extension resource, in lower case. */
const scopeOf = (id: string): string =>
  id.slice(0, id.toLowerCase().lastIndexOf("/providers/")).toLowerCase();

/** Locks on the bot and on what it is in, whoever has put them there. Only production asks for one. */
export const botLocks = defineProbe<readonly { readonly name: string; readonly level: string }[]>({
  id: "bot-locks",
  summary: "locks that keep a production bot from being deleted",
  api: "Azure Resource Manager Microsoft.Authorization/locks",
  persona: "Subscription Owner",
  permissions: ["Microsoft.Authorization/locks/read"],
  sources: [
    "Azure/azure-rest-api-specs:specification/resources (Management Locks - List At Scope, 2020-05-01)",
    "learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
  ],
  dependsOn: () => [account.address()],
  async read(context) {
    const bot = account.data(context);
    if (bot === undefined || context.spec.stage !== "prod") return undefined;
    const found = await context.services.arm.list<Lock>(
      `${bot.resourceId}/providers/Microsoft.Authorization/locks`,
    );
    // A list may show what is below its scope too: only what is at it or above protects it.
    const id = `${bot.resourceId.toLowerCase()}/`;
    return found
      .filter((lock) => id.startsWith(`${scopeOf(lock.id)}/`))
      .map(({ name, properties }) => ({ name, level: properties.level ?? "" }));
  },
});
