import type { Answer, ParsedJson } from "../../harness/sandbox.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

const POLICIES = "https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v2/policies";

const connectors = (...names: string[]): object[] =>
  names.map((name) => ({
    id: `/providers/Microsoft.PowerApps/apis/${name}`,
    name,
    type: "Microsoft.PowerApps/apis",
  }));

/** With everything that a policy can have, as a client sends it. */
async function policy(environment: Situation["environment"]): Promise<object> {
  const id = await environment({ dataverse: false, domainName: undefined });
  return {
    policyDefinition: {
      displayName: "Block All Policy",
      defaultConnectorsClassification: "Blocked",
      environmentType: "OnlyEnvironments",
      environments: [
        {
          id: `/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/${id}`,
          name: id,
          type: "Microsoft.BusinessAppPlatform/scopes/environments",
        },
      ],
      connectorGroups: [
        { classification: "Confidential", connectors: connectors("shared_sharepointonline", "shared_sql") },
        { classification: "Blocked", connectors: connectors("shared_azureblob") },
      ],
    },
    connectorConfigurationsDefinition: {
      connectorActionConfigurations: [
        {
          connectorId: "/providers/Microsoft.PowerApps/apis/shared_sql",
          actionRules: [{ actionId: "DeleteItem_V2", behavior: "Block" }],
          defaultConnectorActionRuleBehavior: "Allow",
        },
      ],
      endpointConfigurations: [
        {
          connectorId: "/providers/Microsoft.PowerApps/apis/shared_sql",
          endpointRules: [{ order: 1, behavior: "Deny", endPoint: "*" }],
        },
      ],
    },
    customConnectorUrlPatternsDefinition: {
      rules: [{ order: 1, customConnectorRuleClassification: "Ignore", pattern: "*" }],
    },
  };
}

interface Token {
  readonly token: string;
}

const tokenOf = async ({ admin }: Situation): Promise<Token> => ({
  token: await admin.cloud.token("admin", "https://service.powerapps.com/"),
});

async function made(situation: Situation): Promise<{ readonly url: string; readonly answer: Answer }> {
  const body = await policy(situation.environment);
  const answer = await situation.admin.cloud.ask("POST", POLICIES, { ...(await tokenOf(situation)), body });
  return { url: `${POLICIES}/${answer.body.policyDefinition?.name}`, answer };
}

const isWhole = (body: ParsedJson): boolean => body?.connectorConfigurationsDefinition !== undefined;

/** Without an `api-version`, as the recordings ask. */
export const DATA_POLICY_ROWS: readonly RecordedRow[] = [
  {
    route: `POST ${POLICIES}`,
    status: 201,
    like: isWhole,
    ask: async (situation) => (await made(situation)).answer,
  },
  {
    route: `GET ${POLICIES}`,
    status: 200,
    ask: async (situation) => {
      await made(situation);
      return situation.admin.cloud.ask("GET", POLICIES, await tokenOf(situation));
    },
  },
  {
    route: `GET ${POLICIES}/{id}`,
    status: 200,
    like: isWhole,
    ask: async (situation) =>
      situation.admin.cloud.ask("GET", (await made(situation)).url, await tokenOf(situation)),
  },
  {
    route: `PATCH ${POLICIES}/{id}`,
    status: 200,
    ask: async (situation) => {
      const { url, answer } = await made(situation);
      const { connectorConfigurationsDefinition: _, ...body } = answer.body;
      return situation.admin.cloud.ask("PATCH", url, { ...(await tokenOf(situation)), body });
    },
  },
  {
    route: `DELETE ${POLICIES}/{id}`,
    status: 200,
    ask: async (situation) =>
      situation.admin.cloud.ask("DELETE", (await made(situation)).url, await tokenOf(situation)),
  },
];
