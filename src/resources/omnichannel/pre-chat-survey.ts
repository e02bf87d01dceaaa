import type { FieldValue, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, SurveyQuestionSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { widget } from "./widget.ts";
import { workstream } from "./workstream.ts";

export interface SurveyProps {
  readonly workstream: string;
  readonly widget: string;
  readonly questions: readonly SurveyQuestionSpec[];
}

const WIDGETS = "msdyn_livechatconfig";
const QUESTIONS = "msdyn_surveyquestion";
const SEQUENCES = "msdyn_questionsequence";
const OPTIONS = "msdyn_chatansweroption";
/** Asked of visitors who are not signed in. */
const PRE_CHAT = 192350001;
const TYPES: Readonly<Record<SurveyQuestionSpec["answer"], number>> = {
  line: 192350000,
  text: 192350001,
  choice: 192350002,
  consent: 192350004,
};

interface Asked {
  readonly sequence: Row;
  readonly question: Row;
  readonly options: readonly Row[];
}

async function optionsOf(client: Dataverse, questionId: string): Promise<readonly Row[]> {
  const rows = await client.list(`${OPTIONS}s`, {
    select: [`${OPTIONS}id`, "msdyn_name", "createdon"],
    filter: `_msdyn_answeroptionsid_value eq ${questionId}`,
  });
  return rows ?? [];
}

/**
 * The questions of a widget in their order, with the rows behind them. Questions and options are listed whole: asked for
 * by id they would wait for the widget's sequence first, and then for one another.
 */
async function askedBy(client: Dataverse, widgetId: string): Promise<readonly Asked[] | undefined> {
  const [sequences, questions, options] = await Promise.all([
    client.list(`${SEQUENCES}s`, {
      select: [`${SEQUENCES}id`, "sequencenumber", "msdyn_questionrequired", "_msdyn_surveyquestion_value"],
      filter: `_msdyn_chatengagementtochatsequenceid_value eq ${widgetId} and msdyn_chatquestionnairetype eq ${PRE_CHAT}`,
    }),
    client.list(`${QUESTIONS}s`, {
      select: [`${QUESTIONS}id`, "msdyn_name", "msdyn_questiontext", "msdyn_answertype"],
    }),
    client.list(`${OPTIONS}s`, {
      select: [`${OPTIONS}id`, "msdyn_name", "createdon", "_msdyn_answeroptionsid_value"],
    }),
  ]);
  if (sequences === undefined || questions === undefined || options === undefined) return undefined;
  const inOrder = [...sequences].sort(
    (a, b) => (numberAt(a, "sequencenumber") ?? 0) - (numberAt(b, "sequencenumber") ?? 0),
  );
  return inOrder.flatMap((sequence) => {
    const id = textAt(sequence, "_msdyn_surveyquestion_value");
    const question = questions.find((row) => textAt(row, `${QUESTIONS}id`) === id);
    if (question === undefined) return [];
    return [
      {
        sequence,
        question,
        options: options.filter((row) => textAt(row, "_msdyn_answeroptionsid_value") === id),
      },
    ];
  });
}

function shown({ sequence, question, options }: Asked): FieldValue {
  const type = numberAt(question, "msdyn_answertype");
  const answer = Object.entries(TYPES).find(([, value]) => value === type)?.[0];
  return {
    name: textAt(question, "msdyn_name"),
    question: textAt(question, "msdyn_questiontext"),
    answer: answer ?? `other (${type ?? "none"})`,
    required: valueAt(sequence, "msdyn_questionrequired") === true,
    options: options
      .map((row) => textAt(row, "msdyn_name"))
      .sort()
      .join(" | "),
  };
}

function declaredQuestion({ name, question, answer, required, options }: SurveyQuestionSpec): FieldValue {
  return { name, question, answer, required, options: [...options].sort().join(" | ") };
}

async function read(
  props: SurveyProps,
  context: Context,
): Promise<Observation<{ readonly widgetId: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const widgetId = widget.data(context, props.widget)?.id;
  if (widgetId === undefined) return { status: "absent", reason: "the chat widget does not exist yet" };
  const [row, asked] = await Promise.all([
    client.get(`${WIDGETS}s(${widgetId})`, { select: ["msdyn_prechatenabled"] }),
    askedBy(client, widgetId),
  ]);
  if (row === undefined || asked === undefined) return ABSENT_TABLE;
  const enabled = valueAt(row, "msdyn_prechatenabled") === true;
  if (!enabled && asked.length === 0) return { status: "absent" };
  return {
    status: "present",
    id: widgetId,
    fields: { enabled, questions: asked.map(shown) },
    data: { widgetId },
  };
}

/** A question of the workstream that a lost answer left without its place in the widget. */
async function looseQuestion(client: Dataverse, workstreamId: string, name: string): Promise<string> {
  const rows = await client.list(`${QUESTIONS}s`, {
    select: [`${QUESTIONS}id`],
    filter: `_msdyn_liveworkstreamtochatquestion_value eq ${workstreamId} and msdyn_name eq ${quoted(name)}`,
  });
  return textAt(rows?.[0], `${QUESTIONS}id`);
}

async function writeOptions(
  client: Dataverse,
  questionId: string,
  present: readonly Row[],
  wanted: readonly string[],
): Promise<void> {
  const names = present.map((row) => textAt(row, "msdyn_name"));
  for (const name of wanted)
    if (!names.includes(name))
      await client.create(`${OPTIONS}s`, {
        msdyn_name: name,
        ...(await client.lookup(OPTIONS, "msdyn_answeroptionsid", QUESTIONS, questionId)),
      });
  for (const [index, row] of present.entries())
    if (!wanted.includes(textAt(row, "msdyn_name")) || names.indexOf(textAt(row, "msdyn_name")) !== index)
      await client.delete(`${OPTIONS}s`, textAt(row, `${OPTIONS}id`));
}

async function writeQuestion(
  client: Dataverse,
  declared: SurveyQuestionSpec,
  place: number,
  ids: { readonly widget: string; readonly workstream: string },
  present: Asked | undefined,
): Promise<void> {
  const columns: Row = {
    msdyn_questiontext: declared.question,
    msdyn_answertype: TYPES[declared.answer],
  };
  const known =
    textAt(present?.question, `${QUESTIONS}id`) ||
    (await looseQuestion(client, ids.workstream, declared.name));
  const questionId =
    known ||
    (await client.create(`${QUESTIONS}s`, {
      msdyn_name: declared.name,
      ...columns,
      ...(await client.lookup(
        QUESTIONS,
        "msdyn_liveworkstreamtochatquestion",
        "msdyn_liveworkstream",
        ids.workstream,
      )),
    }));
  if (known !== "") await client.update(`${QUESTIONS}s`, known, columns);
  // A loose question may have options already: a second one of the same name would be shown to visitors.
  const options = present?.options ?? (known === "" ? [] : await optionsOf(client, known));
  await writeOptions(client, questionId, options, declared.options);
  const sequence: Row = { sequencenumber: place, msdyn_questionrequired: declared.required };
  const sequenceId = textAt(present?.sequence, `${SEQUENCES}id`);
  if (sequenceId !== "") await client.update(`${SEQUENCES}s`, sequenceId, sequence);
  else
    await client.create(`${SEQUENCES}s`, {
      msdyn_name: declared.name,
      msdyn_chatquestionnairetype: PRE_CHAT,
      ...sequence,
      ...(await client.lookup(SEQUENCES, "msdyn_surveyquestion", QUESTIONS, questionId)),
      ...(await client.lookup(SEQUENCES, "msdyn_chatengagementtochatsequenceid", WIDGETS, ids.widget)),
    });
}

async function drop(client: Dataverse, { sequence, question, options }: Asked): Promise<void> {
  await client.delete(`${SEQUENCES}s`, textAt(sequence, `${SEQUENCES}id`));
  for (const option of options) await client.delete(`${OPTIONS}s`, textAt(option, `${OPTIONS}id`));
  await client.delete(`${QUESTIONS}s`, textAt(question, `${QUESTIONS}id`));
}

async function write(props: SurveyProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const widgetId = widget.data(context, props.widget)?.id;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (widgetId === undefined || workstreamId === undefined)
    throw missingDependency(`chat widget "${props.widget}"`);
  const asked = (await askedBy(client, widgetId)) ?? [];
  const nameOf = (one: Asked): string => textAt(one.question, "msdyn_name");
  const kept = new Set<Asked>();
  for (const [index, question] of props.questions.entries()) {
    const present = asked.find((one) => nameOf(one) === question.name && !kept.has(one));
    if (present !== undefined) kept.add(present);
    const ids = { widget: widgetId, workstream: workstreamId };
    await writeQuestion(client, question, index + 1, ids, present);
  }
  for (const one of asked) if (!kept.has(one)) await drop(client, one);
  await client.update(`${WIDGETS}s`, widgetId, { msdyn_prechatenabled: true });
  return undefined;
}

export const preChatSurvey = defineKind<SurveyProps, { readonly widgetId: string }>({
  kind: "omnichannel.pre-chat-survey",
  summary:
    "Questions a visitor answers before the chat begins; each answer is a context variable of its name",
  step: 11,
  api: `Dataverse Web API: ${QUESTIONS}s, ${SEQUENCES}s, ${OPTIONS}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${QUESTIONS}`, `prvRead${SEQUENCES}`, `prvRead${OPTIONS}`],
    write: [
      ...[QUESTIONS, SEQUENCES, OPTIONS].flatMap((table) => [`prvCreate${table}`, `prvDelete${table}`]),
      ...[QUESTIONS, SEQUENCES].map((table) => `prvWrite${table}`),
    ],
  },
  sources: [
    "Customer Service: Configure a pre-conversation survey",
    `Dataverse table reference: ${QUESTIONS}, ${SEQUENCES}, ${OPTIONS}`,
  ],
  nature: "managed",
  // Not of its widget: questions belong to the workstream, and no public source says that they go.
  partOf: "power-platform.environment",
  label: (props) => `pre-chat survey of "${props.widget}"`,
  detail: ({ questions }) => questions.map(({ name }) => name).join(", "),
  declared: ({ questions }) => ({ enabled: true, questions: questions.map(declaredQuestion) }),
  ordered: ["questions"],
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
  async destroy(_props, { data }, context) {
    const client = requireOrganization(context);
    const row = await client.get(`${WIDGETS}s(${data.widgetId})`, { select: [`${WIDGETS}id`] });
    if (row !== undefined) await client.update(`${WIDGETS}s`, data.widgetId, { msdyn_prechatenabled: false });
    for (const one of (await askedBy(client, data.widgetId)) ?? []) await drop(client, one);
    return undefined;
  },
});

export function preChatSurveyResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, widget: declared }) =>
    declared === undefined || declared.survey.length === 0
      ? []
      : [
          preChatSurvey.resource({
            name: declared.name,
            props: { workstream: name, widget: declared.name, questions: declared.survey },
            dependsOn: [workstream.address(name), widget.address(declared.name)],
          }),
        ],
  );
}
