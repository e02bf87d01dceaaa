import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { group } from "../entra/group.ts";
import { environment, listedEnvironment } from "./environment.ts";
import { followOperation, startWhenFree, waitUntilReady } from "./lifecycle.ts";

export interface SecurityGroupProps {
  /** Key of `identity.groups`. */
  readonly key: string;
  readonly name: string;
}

async function restrict({ key, name }: SecurityGroupProps, context: Context): Promise<undefined> {
  const target = environment.data(context);
  const restrictedTo = group.data(context, key);
  if (target === undefined || restrictedTo === undefined) {
    throw new PscError({
      code: "PSC-E402",
      message: `group "${name}" or the environment is missing`,
      remedy: "run the same command again: psc creates both first",
      side: "psc",
    });
  }
  const started = await startWhenFree(context, () =>
    context.services.bap.changeEnvironment(target.id, {
      linkedEnvironmentMetadata: { securityGroupId: restrictedTo.id },
    }),
  );
  await followOperation(context, "restricting the environment to its group", started);
  await waitUntilReady(context, target.id);
  return undefined;
}

/** The Entra group whose members may enter the environment. */
export const securityGroup = defineKind<SecurityGroupProps, { readonly groupId: string | undefined }>({
  kind: "power-platform.security-group",
  summary: "Entra security group that the environment is restricted to",
  step: 1,
  api: "Power Platform admin API: environments",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: ["Power Platform Administrator"] },
  sources: ["microsoft/terraform-provider-power-platform:internal/services/environment"],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `security group of the environment "${name}"`,
  declared: ({ name }) => ({ group: name }),
  async read({ key, name }, context) {
    const found = environment.data(context);
    if (found === undefined) return { status: "absent", reason: "the environment does not exist yet" };
    // The environment's own observation may be older than a restriction made in this run.
    const current = (await listedEnvironment(context, found.id))?.dataverse?.securityGroupId;
    const wanted = group.data(context, key)?.id;
    return {
      status: "present",
      id: found.id,
      fields: { group: current === undefined ? null : current === wanted ? name : current },
      data: { groupId: current },
    };
  },
  create: restrict,
  update: (props, _present, _changes, context) => restrict(props, context),
});

export function securityGroupResources(spec: EnvironmentSpec): Resource[] {
  const key = spec.environment.securityGroup;
  if (key === undefined) return [];
  const name = spec.identity.groups.find((candidate) => candidate.key === key)?.name ?? key;
  return [
    securityGroup.resource({
      props: { key, name },
      dependsOn: [environment.address(), group.address(key)],
    }),
  ];
}
