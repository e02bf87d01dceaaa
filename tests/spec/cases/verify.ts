import type { BadInput } from "./bad-input.ts";

const CONTROL = `apiVersion: psc/v1
kind: Controls
controls:
  - id: TRY-01
    title: Try
    statement: It is tried.
    rationale: To see it.
    level: SHALL
    restsOn: [omnichannel.queue]
    otherwise: not so
`;

const NAMED = "verify: { controls: [own.yaml] }\n";

const HOLDS = `    holds: resources["omnichannel.queue"].size() > 0\n`;

function exception(control: string): string {
  return `verify: { exceptions: [{ control: ${control}, reason: r, owner: o, until: "2099-01-01" }] }\n`;
}

/** Of `verify`: exceptions, and files with controls of one's own. */
export const VERIFY_CASES: readonly BadInput[] = [
  {
    name: "an exception of a control that nobody knows",
    code: "PSC-E086",
    yaml: exception("«PSC-IAM-2»"),
    message: /there is no control PSC-IAM-2/,
    remedy: /did you mean "PSC-IAM-/,
  },
  {
    name: "an exception of a kind that nobody knows",
    code: "PSC-E086",
    yaml: exception("«PSC-RES-OMNICHANNEL.QUEUES»"),
    message: /there is no control/,
    remedy: /did you mean "PSC-RES-OMNICHANNEL.QUEUE"/,
  },
  {
    name: "an exception of a control of one's own, misspelt",
    code: "PSC-E086",
    yaml: `${exception("«TRY-02»").replace(" }\n", ", controls: [own.yaml] }\n")}`,
    files: { "own.yaml": CONTROL + HOLDS },
    message: /there is no control TRY-02/,
    remedy: /did you mean "TRY-01"/,
  },
  {
    name: "a file of controls that is not there",
    code: "PSC-E036",
    yaml: "verify: { controls: [«owm.yaml»] }\n",
    files: { "own.yaml": CONTROL + HOLDS },
    message: /owm.yaml does not exist/,
    remedy: /did you mean "own.yaml"/,
  },
  {
    name: "a control with the prefix of psc's own",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": CONTROL.replace("TRY-01", "PSC-TRY-01") + HOLDS },
    elsewhere: { file: "own.yaml", line: 4, column: 9 },
    message: /PSC-TRY-01 begins like/,
  },
  {
    name: "an id that is none",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": CONTROL.replace("TRY-01", "try 1") + HOLDS },
    elsewhere: { file: "own.yaml", line: 4, column: 9 },
    message: /is not the id of a control/,
  },
  {
    name: "two controls of one id, in two files",
    code: "PSC-E089",
    yaml: "verify: { controls: [own.yaml, other.yaml] }\n",
    files: { "own.yaml": CONTROL + HOLDS, "other.yaml": CONTROL + HOLDS },
    elsewhere: { file: "other.yaml", line: 4, column: 9 },
    message: /two controls TRY-01: the other is at own.yaml:4/,
  },
  {
    name: "a control that rests on an unknown kind",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL.replace("omnichannel.queue", "omnichannel.quueue")}    holds: 'true'\n` },
    elsewhere: { file: "own.yaml", line: 9, column: 15 },
    message: /"omnichannel.quueue" is neither/,
    remedy: /did you mean "omnichannel.queue"/,
  },
  {
    name: "a control that rests on nothing",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL.replace("[omnichannel.queue]", "[]")}    holds: 'true'\n` },
    elsewhere: { file: "own.yaml", line: 9, column: 5 },
    message: /TRY-01 rests on nothing/,
  },
  {
    name: "a persona that is none",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    persona: Group Administrator\n${HOLDS}` },
    elsewhere: { file: "own.yaml", line: 11, column: 14 },
    message: /"Group Administrator" is no persona/,
    remedy: /did you mean "Groups Administrator"/,
  },
  {
    name: "a field of the spec that is none",
    code: "PSC-E089",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    spec: queue\n${HOLDS}` },
    elsewhere: { file: "own.yaml", line: 11, column: 11 },
    message: /"queue" is no field of a spec/,
    remedy: /did you mean "queues"/,
  },
  {
    name: "an unknown key in a file of controls",
    code: "PSC-E010",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    sererity: high\n${HOLDS}` },
    elsewhere: { file: "own.yaml", line: 11, column: 5 },
    message: /unknown key "sererity"/,
  },
  {
    name: "a control without what must hold",
    code: "PSC-E013",
    yaml: NAMED,
    files: { "own.yaml": CONTROL },
    elsewhere: { file: "own.yaml", line: 4, column: 5 },
    message: /controls\[0\].holds is missing/,
  },
  {
    name: "a file of controls of another kind",
    code: "PSC-E081",
    yaml: NAMED,
    files: { "own.yaml": CONTROL.replace("kind: Controls", "kind: Environment") + HOLDS },
    elsewhere: { file: "own.yaml", line: 2, column: 7 },
    message: /not the kind of a file with controls/,
  },
  {
    name: "an expression that does not parse",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: 1 == == 2\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 17 },
    message: /holds of TRY-01: unexpected token/,
  },
  {
    name: "an expression on several lines that names an unknown variable",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: |\n      true &&\n        resource.size() > 0\n` },
    elsewhere: { file: "own.yaml", line: 13, column: 9 },
    message: /unknown variable: resource/,
  },
  {
    name: "an expression that gives no truth",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: "size(spec)"\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 13 },
    message: /it gives int, not true or false/,
  },
  {
    name: "`it` without `each`",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: it.observed.priority > 1\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 12 },
    message: /unknown variable: it/,
    remedy: /`each`/,
  },
  {
    name: "`each` that is no list",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    each: spec.name == "x"\n    holds: it\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 11 },
    message: /it gives bool, not a list/,
  },
  {
    name: "an expression about a kind that the control does not rest on",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: resources["omnichannel.queues"].size() > 0\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 22 },
    message: /looks at "omnichannel.queues", which restsOn does not name/,
    remedy: /did you mean "omnichannel.queue"/,
  },
  {
    name: "a text with a value that is no expression",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": CONTROL.replace("not so", "not so for {{spec.name +}} here") + HOLDS },
    elsewhere: { file: "own.yaml", line: 10, column: 40 },
    message: /otherwise of TRY-01: unexpected token/,
  },
  {
    name: "an expression that calls what is not there",
    code: "PSC-E097",
    yaml: NAMED,
    files: { "own.yaml": `${CONTROL}    holds: spec.constructor("return 1")() == 1\n` },
    elsewhere: { file: "own.yaml", line: 11, column: 40 },
    message: /unexpected character/,
  },
];
