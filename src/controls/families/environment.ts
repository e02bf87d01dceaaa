import type { Control } from "../control.ts";
import { ENVIRONMENT_ITSELF_CONTROLS } from "./environment-itself.ts";
import { PACKAGE_CONTROLS } from "./environment-packages.ts";
import { TENANT_CONTROLS } from "./environment-tenant.ts";

/** The Power Platform environment, what is installed in it, and the tenant around it. */
export const ENVIRONMENT_CONTROLS: readonly Control[] = [
  ...ENVIRONMENT_ITSELF_CONTROLS,
  ...TENANT_CONTROLS,
  ...PACKAGE_CONTROLS,
].toSorted((a, b) => a.id.localeCompare(b.id));
