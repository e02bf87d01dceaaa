import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind } from "../../engine/resource.ts";
import { covers, type DataPolicy, groupOf } from "../../services/data-policies.ts";
import { environment } from "./environment.ts";

export interface DataPolicyCoverageProps {
  /** For the person who makes one. */
  readonly name: string;
  readonly environment: string;
  /** Names of connectors. */
  readonly business: readonly string[];
}

const IN_WORDS: Readonly<Record<string, string>> = {
  Confidential: "Business",
  General: "Non-business",
  Blocked: "Blocked",
};

/** Why a policy keeps the connectors from working together; undefined when it does not. */
function splits(policy: DataPolicy, connectors: readonly string[]): string | undefined {
  const blocked = connectors.filter((one) => groupOf(policy, one) === "Blocked");
  if (blocked.length > 0) return `"${policy.displayName}" blocks ${blocked.join(", ")}`;
  const groups = new Set(connectors.map((one) => groupOf(policy, one)));
  if (groups.size < 2) return undefined;
  const where = connectors.map(
    (one) => `${one} in ${IN_WORDS[groupOf(policy, one)] ?? groupOf(policy, one)}`,
  );
  return `"${policy.displayName}" separates them: ${where.join(", ")}`;
}

/** What is wrong with the policies of the environment. Every one of them holds, the strictest wins. */
async function finding(
  { business }: DataPolicyCoverageProps,
  environmentId: string,
  context: Context,
): Promise<string | undefined> {
  const { dataPolicies } = context.services;
  const listed = (await dataPolicies.list()).filter((policy) => covers(policy, environmentId));
  const found = await Promise.all(listed.map(({ id }) => dataPolicies.get(id)));
  const policies = found.filter((policy) => policy !== undefined);
  if (policies.length === 0) return "no data policy covers the environment";
  const wrong = policies.map((policy) => splits(policy, business)).filter((one) => one !== undefined);
  if (wrong.length > 0) return wrong.join("; ");
  const isTogether = policies.some((policy) =>
    business.every((one) => groupOf(policy, one) === "Confidential"),
  );
  return isTogether ? undefined : `no policy of the environment has ${business.join(", ")} in Business`;
}

/** The tenant's data policies as psc finds them; whoever answers for the tenant changes them. */
export const dataPolicyCoverage = defineKind<DataPolicyCoverageProps, undefined>({
  kind: "power-platform.data-policy-coverage",
  summary: "A data policy covers the environment and keeps the connectors of patients' data together",
  step: 1,
  api: "Power Platform admin API: PowerPlatform.Governance v2 policies (read only)",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: ["Power Platform Administrator"] },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/dlp_policy",
    "cisagov/ScubaGear:PowerShell/ScubaGear/baselines/powerplatform.md (MS.POWERPLATFORM.2)",
  ],
  nature: "gate",
  partOf: "power-platform.environment",
  label: ({ environment: name }) => `data policy of environment "${name}"`,
  detail: ({ business }) => (business.length === 0 ? "any" : `business: ${business.join(", ")}`),
  async read(props, context): Promise<Observation<undefined>> {
    const made = environment.data(context);
    if (made === undefined) return { status: "absent", reason: "the environment does not exist" };
    const wrong = await finding(props, made.id, context);
    return wrong === undefined
      ? { status: "present", id: made.id, fields: {}, data: undefined }
      : { status: "absent", reason: wrong };
  },
  instructions: ({ name, environment: displayName, business }, context) => ({
    steps: [
      "Open the Power Platform admin center and choose Security > Data and privacy > Data policy",
      `Make a policy such as "${name}", or open the one that is meant for the environment`,
      ...(business.length === 0
        ? []
        : [
            `Put into Business, and into no other group of any policy of the environment: ${business.join(", ")}`,
          ]),
      `Under Scope see that the environment "${displayName}" is in it, and save`,
    ],
    link: context.services.cloud.adminCenter,
    probe:
      "a data policy covers the environment and has the connectors in Business; none blocks or separates them",
    usualMinutes: 10,
    simulation: {
      action: "data-policy",
      payload: {
        environmentId: environment.data(context)?.id ?? "",
        name,
        connectors: business,
      },
    },
  }),
});
