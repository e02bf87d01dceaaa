import type { Cloud } from "../cloud.ts";
import type { Http } from "./http/types.ts";
import { type Row, rowsAt, textAt, valueAt } from "./json-reading.ts";

/** The admin center's Business, Non-business and Blocked. */
export type DataGroup = "Confidential" | "General" | "Blocked";

/** A data policy (also: data loss prevention policy) as the list of policies has it. */
export interface ListedDataPolicy {
  /** A GUID. */
  readonly id: string;
  readonly displayName: string;
  /** `AllEnvironments`, `OnlyEnvironments`, `ExceptEnvironments`. */
  readonly environmentType: string;
  /** Ids of the environments it is for, or not for. */
  readonly environments: readonly string[];
}

export interface DataPolicy extends ListedDataPolicy {
  /** Group of a connector that no group names. */
  readonly defaultGroup: string;
  /** Group of each connector that a group names, by the connector's name such as `shared_sql`. */
  readonly groups: ReadonlyMap<string, string>;
  /** As the service sent it, to be changed and sent back. */
  readonly raw: Row;
}

/** Data policies of the tenant. Every method is one request. */
export interface DataPolicies {
  list(): Promise<readonly ListedDataPolicy[]>;
  /** Undefined when it does not exist (any more). */
  get(id: string): Promise<DataPolicy | undefined>;
  create(body: object): Promise<void>;
  change(id: string, body: object): Promise<void>;
  /** Deleting what is gone already is no error. */
  delete(id: string): Promise<void>;
}

/** True when the policy holds in the environment. */
export function covers(policy: ListedDataPolicy, environmentId: string): boolean {
  const named = policy.environments.some((id) => id.toLowerCase() === environmentId.toLowerCase());
  switch (policy.environmentType) {
    case "AllEnvironments":
      return true;
    case "OnlyEnvironments":
      return named;
    case "ExceptEnvironments":
      return !named;
    default:
      return false;
  }
}

/** Group of a connector in a policy. */
export function groupOf(policy: DataPolicy, connector: string): string {
  return policy.groups.get(connector.toLowerCase()) ?? policy.defaultGroup;
}

const lastSegment = (id: string): string => id.split("/").at(-1) ?? "";

function listed(definition: unknown): ListedDataPolicy {
  return {
    id: textAt(definition, "name"),
    displayName: textAt(definition, "displayName"),
    environmentType: textAt(definition, "environmentType"),
    environments: rowsAt(definition, "environments").map((one) => textAt(one, "name")),
  };
}

function whole(body: Row): DataPolicy {
  const definition = valueAt(body, "policyDefinition");
  return {
    ...listed(definition),
    defaultGroup: textAt(definition, "defaultConnectorsClassification"),
    groups: new Map(
      rowsAt(definition, "connectorGroups").flatMap((group) =>
        rowsAt(group, "connectors").map((connector): [string, string] => [
          lastSegment(textAt(connector, "id")).toLowerCase(),
          textAt(group, "classification"),
        ]),
      ),
    ),
    raw: body,
  };
}

/**
 * Client of the governance part of the Power Platform admin API, whose addresses carry their version in the path and
 * take no `api-version`. Source: microsoft/terraform-provider-power-platform:internal/services/dlp_policy.
 */
export function createDataPolicies(http: Http, cloud: Cloud): DataPolicies {
  const root = `${cloud.bap}/providers/PowerPlatform.Governance/v2/policies`;
  const one = (id: string): string => `${root}/${encodeURIComponent(id)}`;
  return {
    async list() {
      const { body } = await http.send({ method: "GET", url: root });
      return rowsAt(body, "value").map((policy) => listed(valueAt(policy, "policyDefinition")));
    },
    async get(id) {
      const response = await http.send({ method: "GET", url: one(id), expect: [404] });
      return response.status === 404 ? undefined : whole(response.body as Row);
    },
    async create(body) {
      await http.send({ method: "POST", url: root, body });
    },
    async change(id, body) {
      await http.send({ method: "PATCH", url: one(id), body });
    },
    async delete(id) {
      await http.send({ method: "DELETE", url: one(id), expect: [404] });
    },
  };
}
