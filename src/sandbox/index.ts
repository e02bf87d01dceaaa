/**
 * The sandbox as a library, for the tests of other programs:
 *
 *     import { leadProcessTo, startSandbox } from "psc-toolkit/sandbox";
 *
 *     const sandbox = await startSandbox({ tls: true });
 *     const undo = leadProcessTo(sandbox);
 *     // … any client, unmodified: https://graph.microsoft.com, https://management.azure.com, …
 *     undo();
 *     await sandbox.close();
 *
 * Everything exported here follows semantic versioning; other files of the package do not.
 */

export { controlSandbox, type SandboxControl } from "./control-client.ts";
export type { Fault, FaultAction } from "./faults/definition.ts";
export { SEEDED_VAULT } from "./key-vault/vault-state.ts";
export type { LoggedRequest } from "./request-log.ts";
export {
  ADMIN_USER,
  AGENT_USERS,
  BARE_APP,
  EMERGENCY_USER,
  PIPELINE_APP,
  PLAIN_USER,
  PUBLIC_CLIENT_APP_ID,
  SUBSCRIPTIONS,
  TENANT,
} from "./seed.ts";
export { type Sandbox, type SandboxOptions, type SandboxTls, startSandbox } from "./server.ts";
export { folderStorage, memoryStorage, type SandboxStorage } from "./storage.ts";
export { clientVariables, leadProcessTo } from "./tls/client-environment.ts";
export type { TlsOptions } from "./tls/listener.ts";
