import type { Answer } from "../../../harness/sandbox.ts";
import { ARM, type ArmSession, BOT_VERSION } from "../arm-session.ts";
import { BOT, type Refusal } from "./refusal.ts";

const put = ({ arm }: ArmSession, name: string, body: object): Promise<Answer> =>
  arm("PUT", `${BOT}/${name}`, BOT_VERSION, { location: "eastus", sku: { name: "C0" }, ...body });

export const HEALTH_BOTS: readonly Refusal[] = [
  { code: "InvalidResourceName", status: 400, ask: (session) => put(session, "_bot", {}) },
  {
    code: "BadRequest",
    when: "a SKU of another api-version",
    status: 400,
    target: "sku.name",
    ask: (session) => put(session, "other", { sku: { name: "S1" } }),
  },
  {
    code: "BadRequest",
    when: "no SKU",
    status: 400,
    target: "sku",
    ask: (session) => put(session, "other", { sku: undefined }),
  },
  {
    code: "BadRequest",
    when: "the step down to F0",
    status: 400,
    message: /^The request is not valid\.$/,
    ask: (session) => put(session, "bot", { sku: { name: "F0" } }),
  },
  {
    code: "BadRequest",
    when: "a state that is not the bot's",
    status: 400,
    target: "properties.provisioningState",
    ask: (session) => put(session, "bot", { properties: { provisioningState: "Failed" } }),
  },
  {
    code: "BadRequest",
    when: "an identity that does not exist",
    status: 400,
    target: "identity.type",
    ask: (session) => put(session, "bot", { identity: { type: "Borrowed" } }),
  },
  {
    code: "BadRequest",
    when: "a key without its vault",
    status: 400,
    target: "properties.keyVaultProperties",
    ask: (session) => put(session, "bot", { properties: { keyVaultProperties: { keyName: "key" } } }),
  },
  {
    code: "Conflict",
    when: "the secrets of a bot that is being provisioned",
    status: 409,
    ask: async (session) => {
      await put(session, "fresh", { sku: { name: "C1" } });
      return session.arm("POST", `${BOT}/fresh/listSecrets`, BOT_VERSION);
    },
  },
  {
    code: "Forbidden",
    when: "a status URL that nobody was given",
    status: 403,
    gateway: true,
    ask: ({ follow }) =>
      follow(
        `${ARM}/providers/Microsoft.HealthBot/locations/EASTUS/operationStatuses/x?api-version=${BOT_VERSION}`,
      ),
  },
  {
    code: "MethodNotAllowed",
    when: "a status URL that is not read",
    status: 405,
    headers: { allow: "GET" },
    ask: async (session) => {
      const { headers } = await put(session, "polled", {});
      const token = await session.test.token("admin", ARM);
      return session.test.ask("DELETE", headers["azure-asyncoperation"] ?? "", { token });
    },
  },
];
