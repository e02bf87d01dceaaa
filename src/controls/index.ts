import { KINDS } from "../resources/kinds.ts";
import type { Control } from "./control.ts";
import { derivedControls } from "./derived.ts";
import { BOT_CONTROLS } from "./families/bot.ts";
import { ENVIRONMENT_CONTROLS } from "./families/environment.ts";
import { IDENTITY_CONTROLS } from "./families/identity.ts";
import { MONITORING_CONTROLS } from "./families/monitoring.ts";
import { OMNICHANNEL_CONTROLS } from "./families/omnichannel.ts";
import { PORTAL_CONTROLS } from "./families/portal.ts";
import type { Probe } from "./probe.ts";

export interface ControlFamily {
  /** The part of an id that names it, such as `IAM`. */
  readonly key: string;
  readonly title: string;
  readonly controls: readonly Control[];
}

/** psc's catalogue, in the order of reports. A new control is one more entry in its family's file. */
export const FAMILIES: readonly ControlFamily[] = [
  { key: "IAM", title: "Identity and access", controls: IDENTITY_CONTROLS },
  { key: "ENV", title: "Environment and tenant", controls: ENVIRONMENT_CONTROLS },
  { key: "MON", title: "Monitoring", controls: MONITORING_CONTROLS },
  { key: "BOT", title: "Security of the bot", controls: BOT_CONTROLS },
  { key: "OC", title: "Omnichannel", controls: OMNICHANNEL_CONTROLS },
  { key: "POR", title: "Portal", controls: PORTAL_CONTROLS },
];

/** Every control of the catalogue. */
export const CONTROLS: readonly Control[] = FAMILIES.flatMap(({ controls }) => controls);

/** "Is as declared", for every kind of resource. */
export const RESOURCE_CONTROLS: readonly Control[] = derivedControls(KINDS);

/** What controls look at beside the spec's resources, each once. */
export const PROBES: readonly Probe[] = [
  ...new Map(
    CONTROLS.flatMap(({ restsOn }) => restsOn.probes ?? []).map((probe) => [probe.id, probe]),
  ).values(),
];
