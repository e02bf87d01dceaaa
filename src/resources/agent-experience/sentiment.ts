import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { numberAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { AlertLevel, EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";

type SentimentProps = NonNullable<EnvironmentSpec["agentExperience"]["sentiment"]>;

// The plural of this table really ends so.
const ENTITY_SET = "msdyn_sentimentanalysises";
const LEVELS: Readonly<Record<AlertLevel, number>> = {
  none: 0,
  "very-negative": 7,
  negative: 8,
  "slightly-negative": 9,
};

function levelName(value: number | undefined): string {
  return Object.entries(LEVELS).find(([, number]) => number === (value ?? 0))?.[0] ?? `other (${value})`;
}

async function read(_props: SentimentProps, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(ENTITY_SET, {
    select: [
      "msdyn_sentimentanalysisid",
      "msdyn_enabled",
      "msdyn_agentthreshold",
      "msdyn_supervisorthreshold",
    ],
  });
  const row = onlyRow(rows ?? [], "msdyn_sentimentanalysisid", "sentiment settings");
  if (row === undefined)
    return { status: "absent", reason: "its row comes with Omnichannel, which is not ready yet" };
  return {
    status: "present",
    id: textAt(row, "msdyn_sentimentanalysisid"),
    fields: {
      enabled: valueAt(row, "msdyn_enabled") === true,
      agentAlert: levelName(numberAt(row, "msdyn_agentthreshold")),
      supervisorAlert: levelName(numberAt(row, "msdyn_supervisorthreshold")),
    },
    data: undefined,
  };
}

async function write(props: SentimentProps, id: string, context: Context): Promise<undefined> {
  await requireOrganization(context).update(ENTITY_SET, id, {
    msdyn_enabled: props.enabled,
    msdyn_agentthreshold: LEVELS[props.agentAlert],
    msdyn_supervisorthreshold: LEVELS[props.supervisorAlert],
  });
  return undefined;
}

export const sentiment = defineKind<SentimentProps, undefined>({
  kind: "agent-experience.sentiment",
  summary: "Sentiment analysis of conversations and who is alerted",
  step: 15,
  api: `Dataverse Web API: ${ENTITY_SET}`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_sentimentanalysis"],
    write: ["prvWritemsdyn_sentimentanalysis"],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/enable-sentiment-analysis.md",
    "Dataverse table reference: msdyn_sentimentanalysis",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause: "it is a setting of the environment, not a thing of its own",
  label: () => "sentiment analysis",
  detail: ({ enabled, agentAlert, supervisorAlert }) =>
    enabled ? `alerts: agents ${agentAlert}, supervisors ${supervisorAlert}` : "off",
  declared: ({ enabled, agentAlert, supervisorAlert }) => ({ enabled, agentAlert, supervisorAlert }),
  read,
  // The one row is the service's to make.
  async create(props, context) {
    const seen = await read(props, context);
    if (seen.status !== "present") throw missingDependency("the row of the sentiment settings");
    return write(props, seen.id, context);
  },
  update: (props, { id }, _changes, context) => write(props, id, context),
});

export function sentimentResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const declared = spec.agentExperience.sentiment;
  if (declared === undefined) return [];
  return [sentiment.resource({ props: declared, dependsOn: omnichannelBase(spec, manifest) })];
}
