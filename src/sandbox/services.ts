import { armService } from "./azure/service.ts";
import { dataverseService } from "./dataverse/service.ts";
import { graphService } from "./entra/graph-service.ts";
import { entraService } from "./entra/login-service.ts";
import { healthBotService } from "./health-bot/service.ts";
import { keyVaultService } from "./key-vault/service.ts";
import { liveChatService } from "./live-chat/service.ts";
import { bapService } from "./power-platform/bap-service.ts";
import { dataExportService } from "./power-platform/data-export-service.ts";
import { powerPlatformNeighbourService } from "./power-platform/neighbour-service.ts";
import { powerPlatformService } from "./power-platform/power-platform-service.ts";
import type { FakeService } from "./world.ts";

/** Every fake service. `entra` comes first: its slice holds the token key that the server reads. */
export const SANDBOX_SERVICES: readonly FakeService[] = [
  entraService,
  graphService,
  armService,
  healthBotService,
  keyVaultService,
  bapService,
  powerPlatformService,
  dataExportService,
  powerPlatformNeighbourService,
  dataverseService,
  liveChatService,
];
