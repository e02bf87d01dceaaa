import type { FieldValue } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec, PolicySpec } from "../../spec/model.ts";
import { type ArmResource, remove } from "./arm-resource.ts";
import { resourceGroup } from "./resource-group.ts";
import { resourceGroupId, sameId } from "./resource-ids.ts";

export interface PolicyAssignmentProps {
  readonly id: string;
  readonly policy: PolicySpec;
  readonly location: string;
}

interface AssignmentProperties {
  readonly policyDefinitionId?: string;
  readonly parameters?: Readonly<Record<string, { readonly value?: FieldValue }>>;
  readonly enforcementMode?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

const MARK = "psc-environment";

/** A set of policies may deploy things; what it deploys with is an identity of its own, which has no role yet. */
function bodyOf(
  { policy, location }: PolicyAssignmentProps,
  before: AssignmentProperties["parameters"],
  context: Context,
): object {
  return {
    ...(policy.isInitiative ? { location, identity: { type: "SystemAssigned" } } : {}),
    properties: {
      displayName: `${policy.name} (${context.spec.name})`,
      policyDefinitionId: policy.definition,
      parameters: {
        ...before,
        ...Object.fromEntries(Object.entries(policy.parameters).map(([name, value]) => [name, { value }])),
      },
      enforcementMode: "Default",
      metadata: { [MARK]: context.spec.name },
    },
  };
}

async function put(
  props: PolicyAssignmentProps,
  before: AssignmentProperties["parameters"],
  context: Context,
): Promise<undefined> {
  await context.services.arm.send("PUT", props.id, { body: bodyOf(props, before, context) });
  return undefined;
}

/** One list for all assignments of the group. What it does not show yet, or a group as fresh, is asked for by the id. */
async function findAssignment(
  id: string,
  context: Context,
): Promise<ArmResource<AssignmentProperties> | undefined> {
  const { arm } = context.services;
  const listed = await arm
    .list<ArmResource<AssignmentProperties>>(id.slice(0, id.lastIndexOf("/")), { $filter: "atExactScope()" })
    .catch((error: unknown) => {
      if (!isServiceError(error, 404)) throw error;
      return [];
    });
  return listed.find((one) => sameId(one.id, id)) ?? arm.get<ArmResource<AssignmentProperties>>(id);
}

export const policyAssignment = defineKind<PolicyAssignmentProps, AssignmentProperties>({
  kind: "azure.policy-assignment",
  summary: "a policy or initiative that Azure checks the resource group by",
  step: 7,
  api: "Azure Resource Manager Microsoft.Authorization/policyAssignments",
  persona: "Subscription Owner",
  permissions: {
    read: ["Microsoft.Authorization/policyAssignments/read"],
    write: [
      "Microsoft.Authorization/policyAssignments/write",
      "Microsoft.Authorization/policyAssignments/delete",
    ],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/resources (Policy Assignments - Create, List For Resource Group, 2025-03-01)",
    "Azure/azure-policy:built-in-policies",
  ],
  nature: "managed",
  label: ({ policy }) => `policy ${policy.name}`,
  detail: ({ policy }) => (policy.isInitiative ? "initiative" : "policy"),
  declared: ({ policy }) => ({
    definition: policy.definition,
    enforced: true,
    ...(Object.keys(policy.parameters).length === 0 ? {} : { parameters: policy.parameters }),
  }),
  replaceOn: ["definition"],
  async read({ id, policy }, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "the resource group does not exist" };
    const found = await findAssignment(id, context);
    if (found === undefined) return { status: "absent" };
    const { policyDefinitionId = "", parameters = {}, enforcementMode } = found.properties;
    return {
      status: "present",
      id: found.id,
      fields: {
        definition: sameId(policyDefinitionId, policy.definition) ? policy.definition : policyDefinitionId,
        enforced: (enforcementMode ?? "Default") === "Default",
        parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, { value }]) => [name, value ?? null]),
        ),
      },
      data: found.properties,
    };
  },
  create: (props, context) => put(props, {}, context),
  // Parameters that the spec does not name stay as they are.
  update: (props, { data }, _changes, context) => put(props, data.parameters, context),
  delete: ({ id, policy }, _present, context) => remove(id, `policy ${policy.name}`, context),
  isMarked: (_props, { data }, { spec }) => data.metadata?.[MARK] === spec.name,
});

export function policyAssignmentResources(spec: EnvironmentSpec): Resource[] {
  return spec.azure.policies.map((policy) =>
    policyAssignment.resource({
      name: policy.name,
      props: {
        id: `${resourceGroupId(spec)}/providers/Microsoft.Authorization/policyAssignments/psc-${policy.name}`,
        policy,
        location: spec.azure.location,
      },
      dependsOn: [resourceGroup.address()],
    }),
  );
}
