import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { environment, listedEnvironment } from "./environment.ts";
import { followOperation, waitUntilReady } from "./lifecycle.ts";

const TRIES = 10;

/** A 409 is a rejection, never a success: the environment itself tells whether it is managed by now. */
async function enable(context: Context): Promise<undefined> {
  const target = environment.data(context);
  if (target === undefined) {
    throw new PscError({
      code: "PSC-E402",
      message: "the environment is missing",
      remedy: "run the same command again: psc creates it first",
      side: "psc",
    });
  }
  let tries = 0;
  const started = await context.wait("the environment to become managed", { everyMs: 15_000 }, async () => {
    tries += 1;
    const answer = await context.services.bap.enableManaged(target.id);
    if (answer !== "rejected") return { done: true, value: answer };
    const seen = await context.services.bap.environment(target.id);
    if (seen?.managed === true) return { done: true, value: undefined };
    if (tries < TRIES) return { done: false };
    throw new PscError({
      code: "PSC-E427",
      message: "the Power Platform keeps rejecting to make the environment managed (409)",
      remedy:
        "see in the Power Platform admin center whether an environment group or a running operation holds it, then run the same command again",
      side: "service",
    });
  });
  if (started !== undefined) {
    await followOperation(context, "making the environment managed", started);
    await waitUntilReady(context, target.id);
  }
  return undefined;
}

export const managedEnvironment = defineKind<Record<string, never>, Record<string, never>>({
  kind: "power-platform.managed-environment",
  summary: "Managed Environment switched on",
  step: 1,
  api: "Power Platform admin API: governanceConfiguration",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: ["Power Platform Administrator"] },
  sources: ["microsoft/terraform-provider-power-platform:internal/services/managed_environment"],
  nature: "managed",
  partOf: "power-platform.environment",
  usualMinutes: 1,
  label: () => "managed environment",
  declared: () => ({ managed: true }),
  async read(_props, context) {
    const found = environment.data(context);
    if (found === undefined) return { status: "absent", reason: "the environment does not exist yet" };
    const seen = await listedEnvironment(context, found.id);
    return { status: "present", id: found.id, fields: { managed: seen?.managed === true }, data: {} };
  },
  create: (_props, context) => enable(context),
  update: (_props, _present, _changes, context) => enable(context),
});

export function managedEnvironmentResources(spec: EnvironmentSpec): Resource[] {
  if (!spec.environment.managed) return [];
  // After the security group: the service runs one operation on an environment at a time.
  const first =
    spec.environment.securityGroup === undefined ? environment.address() : "power-platform.security-group";
  return [managedEnvironment.resource({ props: {}, dependsOn: [environment.address(), first] })];
}
