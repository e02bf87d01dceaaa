import type { FieldChange, Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { covers, type DataGroup, type DataPolicy } from "../../services/data-policies.ts";
import { asRow, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, OtherConnectors } from "../../spec/model.ts";
import { dataPolicyCoverage } from "./data-policy-coverage.ts";
import { environment } from "./environment.ts";

export interface DataPolicyProps {
  readonly name: string;
  /** Names of connectors, such as `shared_commondataserviceforapps`. */
  readonly business: readonly string[];
  readonly otherConnectors: OtherConnectors;
}

interface DataPolicyData {
  readonly policy: DataPolicy;
  /** Covers more than the environment of the spec. */
  readonly isShared: boolean;
}

const GROUPS: readonly DataGroup[] = ["Confidential", "General", "Blocked"];

const GROUP_OF_OTHERS: Readonly<Record<OtherConnectors, DataGroup>> = {
  "non-business": "General",
  blocked: "Blocked",
};

function othersIn(group: string): string {
  return group === "General"
    ? "non-business"
    : group === "Blocked"
      ? "blocked"
      : group === "Confidential"
        ? "business"
        : group;
}

function environmentEntry(id: string): Row {
  return {
    id: `/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/${id}`,
    name: id,
    type: "Microsoft.BusinessAppPlatform/scopes/environments",
  };
}

function connectorEntry(name: string): Row {
  return {
    id: `/providers/Microsoft.PowerApps/apis/${name}`,
    name,
    type: "Microsoft.PowerApps/apis",
  };
}

/** Where the environment is gone, the one that is left in the policy is taken for it. */
function isShared(policy: DataPolicy, environmentId: string): boolean {
  const others = policy.environments.filter((id) => id.toLowerCase() !== environmentId.toLowerCase());
  return policy.environmentType !== "OnlyEnvironments" || others.length > (environmentId === "" ? 1 : 0);
}

async function find(name: string, context: Context): Promise<DataPolicy | undefined> {
  const { dataPolicies } = context.services;
  const same = (await dataPolicies.list()).filter(({ displayName }) => displayName === name);
  if (same.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `${same.length} data policies are called "${name}": ${same.map(({ id }) => id).join(", ")}`,
      remedy: "rename or delete all but one of them in the Power Platform admin center",
    });
  }
  return same[0] && dataPolicies.get(same[0].id);
}

function environmentId(context: Context): string {
  const target = environment.data(context);
  if (target !== undefined) return target.id;
  throw new PscError({
    code: "PSC-E402",
    message: "the environment is missing",
    remedy: "run the same command again: psc creates it first",
    side: "psc",
  });
}

/** What connectors may do in all the other environments is not for one environment's spec to decide. */
function refuseShared(props: DataPolicyProps, wanted: Fields, observation: Observation | undefined): void {
  if (observation?.status !== "present") return;
  const { isShared: shared } = observation.data as DataPolicyData;
  const differs = (name: string): boolean =>
    JSON.stringify([observation.fields[name]].flat().sort()) !== JSON.stringify([wanted[name]].flat().sort());
  if (!shared || !(differs("business") || differs("otherConnectors"))) return;
  throw new PscError({
    code: "PSC-E439",
    message: `the data policy "${props.name}" holds in other environments too and sorts connectors differently`,
    remedy:
      "give `environment.dataPolicy` a name of its own, write the connectors as that policy has them, or set `manage: false`",
  });
}

/** The policy as it is, with the environment in it and the connectors of the spec, and nobody else, in Business. */
function changed(
  policy: DataPolicy,
  props: DataPolicyProps,
  id: string,
  changes: readonly FieldChange[],
): object {
  const before = asRow(policy.raw["policyDefinition"]);
  const touched = new Set(changes.map(({ path }) => path));
  const entries = rowsAt(before, "environments");
  const isOurs = (entry: Row): boolean => textAt(entry, "name").toLowerCase() === id.toLowerCase();
  const environments = covers(policy, id)
    ? entries
    : policy.environmentType === "ExceptEnvironments"
      ? entries.filter((entry) => !isOurs(entry))
      : [...entries, environmentEntry(id)];
  const connectors = (group: DataGroup): readonly Row[] =>
    rowsAt(before, "connectorGroups")
      .filter((one) => textAt(one, "classification") === group)
      .flatMap((one) => rowsAt(one, "connectors"));
  const isBusiness = (entry: Row): boolean =>
    props.business.includes((textAt(entry, "id").split("/").at(-1) ?? "").toLowerCase());
  const sorted = GROUPS.map((classification) => ({
    classification,
    connectors:
      classification === "Confidential"
        ? props.business.map(connectorEntry)
        : connectors(classification).filter((entry) => !isBusiness(entry)),
  }));
  const { connectorConfigurationsDefinition, customConnectorUrlPatternsDefinition } = policy.raw;
  return {
    policyDefinition: {
      name: policy.id,
      displayName: policy.displayName,
      defaultConnectorsClassification: touched.has("otherConnectors")
        ? GROUP_OF_OTHERS[props.otherConnectors]
        : policy.defaultGroup,
      environmentType: policy.environmentType,
      environments,
      connectorGroups: touched.has("business") ? sorted : rowsAt(before, "connectorGroups"),
    },
    ...(connectorConfigurationsDefinition === undefined ? {} : { connectorConfigurationsDefinition }),
    customConnectorUrlPatternsDefinition,
  };
}

/** A data policy of the environment's own: what may be combined with patients' data, and what may not. */
export const dataPolicy = defineKind<DataPolicyProps, DataPolicyData>({
  kind: "power-platform.data-policy",
  summary: "Data policy that covers the environment and keeps the connectors of patients' data together",
  step: 1,
  api: "Power Platform admin API: PowerPlatform.Governance v2 policies",
  persona: "Power Platform Administrator",
  permissions: { read: ["Power Platform Administrator"], write: ["Power Platform Administrator"] },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/dlp_policy",
    "microsoft/industry:foundations/powerPlatform/readme.md (one data policy for each new environment)",
  ],
  nature: "managed",
  label: ({ name }) => `data policy "${name}"`,
  detail: ({ business, otherConnectors }) => `business: ${business.join(", ")}; others ${otherConnectors}`,
  declared(props, context) {
    const wanted = {
      covered: true,
      business: props.business,
      otherConnectors: props.otherConnectors,
    };
    refuseShared(props, wanted, context.observation(dataPolicy.address()));
    return wanted;
  },
  async read({ name }, context) {
    const policy = await find(name, context);
    if (policy === undefined) return { status: "absent" };
    const id = environment.data(context)?.id ?? "";
    return {
      status: "present",
      id: policy.id,
      fields: {
        covered: id !== "" && covers(policy, id),
        business: [...policy.groups].filter(([, group]) => group === "Confidential").map(([one]) => one),
        otherConnectors: othersIn(policy.defaultGroup),
      },
      data: { policy, isShared: isShared(policy, id) },
    };
  },
  async create(props, context) {
    await context.services.dataPolicies.create({
      policyDefinition: {
        displayName: props.name,
        defaultConnectorsClassification: GROUP_OF_OTHERS[props.otherConnectors],
        environmentType: "OnlyEnvironments",
        environments: [environmentEntry(environmentId(context))],
        connectorGroups: GROUPS.map((classification) => ({
          classification,
          connectors: classification === "Confidential" ? props.business.map(connectorEntry) : [],
        })),
      },
      // As the service itself writes it where nobody has sorted custom connectors.
      customConnectorUrlPatternsDefinition: {
        rules: [{ order: 1, customConnectorRuleClassification: "Ignore", pattern: "*" }],
      },
    });
    return undefined;
  },
  async update(props, { data }, changes, context) {
    const body = changed(data.policy, props, environmentId(context), changes);
    await context.services.dataPolicies.change(data.policy.id, body);
    return undefined;
  },
  async destroy(_props, { id }, context) {
    await context.services.dataPolicies.delete(id);
    return undefined;
  },
  keeps: async (_props, { data }) => (data.isShared ? "it holds in other environments too" : undefined),
});

export function dataPolicyResources(spec: EnvironmentSpec): Resource[] {
  const given = spec.environment.dataPolicy;
  if (given === undefined) return [];
  const { manage, name, business, otherConnectors } = given;
  const dependsOn = [environment.address()];
  return [
    manage
      ? dataPolicy.resource({ props: { name, business, otherConnectors }, dependsOn })
      : dataPolicyCoverage.resource({
          props: { name, business, environment: spec.environment.displayName },
          dependsOn,
        }),
  ];
}
