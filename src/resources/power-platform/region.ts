import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { environment } from "./environment.ts";

export interface RegionProps {
  readonly region: string;
}

/** Microsoft's guide to the Patient service center asks for an environment in this region. */
const REGION_OF_THE_GUIDE = "unitedstates";

async function requireUsable(props: RegionProps, context: Context): Promise<void> {
  const regions = await context.services.bap.regions();
  const found = regions.find(({ name }) => name === props.region);
  const usable = regions.filter(({ disabled, canHoldDynamics365 }) => !disabled && canHoldDynamics365);
  const remedy = `choose one of: ${usable.map(({ name }) => name).join(", ")}`;
  if (found === undefined) {
    throw new PscError({
      code: "PSC-E302",
      message: `region "${props.region}" is not a Power Platform region of this tenant`,
      remedy,
    });
  }
  if (found.disabled || !found.canHoldDataverse || !found.canHoldDynamics365) {
    throw new PscError({
      code: "PSC-E302",
      message: `region "${props.region}" ${found.disabled ? "is disabled for this tenant" : "cannot hold a Dataverse database with Dynamics 365 apps"}`,
      remedy,
    });
  }
}

export const region = defineKind<RegionProps, { readonly note: string }>({
  kind: "power-platform.region",
  summary: "Region that the tenant may use and that can hold Dynamics 365 apps",
  step: 0,
  api: "Power Platform admin API: locations",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: [] },
  sources: ["microsoft/terraform-provider-power-platform:internal/services/locations"],
  nature: "check",
  onlyForWriting: true,
  label: (props) => `region ${props.region}`,
  async read(props, context) {
    // An environment that is there is proof enough, and that it is in this region is the environment's own concern.
    if (environment.data(context) === undefined) await requireUsable(props, context);
    const retired = context.manifest.lifecycle.state === "retired";
    const note =
      retired && props.region !== REGION_OF_THE_GUIDE
        ? `Microsoft's guide to ${context.manifest.displayName} knows only the region ${REGION_OF_THE_GUIDE}`
        : "";
    if (note !== "") context.note(note);
    return { status: "present", id: props.region, fields: {}, data: { note } };
  },
});

export function regionResources(spec: EnvironmentSpec): Resource[] {
  return [region.resource({ props: { region: spec.environment.region }, dependsOn: [] })];
}
