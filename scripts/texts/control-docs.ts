export const CONTROLS_INTRODUCTION = `<!-- Made by \`npm run generate\` from src/controls/; do not edit. -->
# Controls

\`psc verify\` proves that an environment is as it should be. It reads everything once (*facts*), writes nothing, and judges every control from the facts alone:

- psc's **catalogue** below: what auditors of health care ask for;
- one control **for every kind of resource**, \`PSC-RES-KIND\` such as \`PSC-RES-OMNICHANNEL.QUEUE\`: each of it is as the spec says;
- **controls of your own** (see below).

Each verdict comes with its reason, its findings, and the requests that prove it. \`psc explain ID\` prints what stands here.

## Verdicts

Three things are kept apart: what was looked at and is wrong, what could not be looked at, and what no program can look at. None of them is ever shown as a pass.
`;

export const OWN_CONTROLS_INTRODUCTION = `
A control of level SHALL fails when it does not hold, SHOULD warns, INFO only says so. The exit code is 2 when a control fails or could not be read; with \`--strict\` warnings and manual controls count as well.

## Exceptions

\`verify.exceptions\` in the spec says who has accepted that a control does not hold, why, and until which day. The control stays in every report, as *accepted*; the day after, it fails. An exception of a control that nobody knows is a problem of the spec (PSC-E086).

\`\`\`yaml
verify:
  exceptions:
    - control: PSC-RES-OMNICHANNEL.QUEUE
      reason: the second queue is being moved to another team
      owner: sofia@contoso.com
      until: 2027-03-31
\`\`\`

## Every night

\`\`\`sh
psc verify prod.yaml --report json=baseline.json      # once, when the state is agreed
psc verify prod.yaml --baseline baseline.json         # every night
\`\`\`

With \`--baseline\` psc says what got worse, better, is new or gone, and the exit code is 2 **only when something got worse**: a control that fails or cannot be read and did not before, one that fails in more places than before, an exception that ran out, and a new control that fails from the start. Old failures stay in the report and do not wake anybody. With \`--strict\` new warnings and manual controls count as well. The changes are in \`--output json\` and in the JSON report as \`changes\`. A baseline of another environment, or in another format, is refused (PSC-E104).

## Two environments

\`psc diff test.yaml prod.yaml\` compares two specs, and \`psc diff --live test.yaml prod.yaml\` what is there in both; what is meant to differ (names, domains, subscriptions) is left out. See [comparing.md](comparing.md).

## Controls of your own

\`verify.controls\` names YAML files, each relative to the spec file that names it ([example](../examples/contoso/controls/own.yaml)):

\`\`\`yaml
apiVersion: psc/v1
kind: Controls
controls:
  - id: CONTOSO-CHAT-01
    title: Patients per agent
    statement: Nobody chats with more than three patients at once.
    rationale: Contoso's clinical safety committee has set three as what one person can follow.
    level: SHALL
    restsOn: [omnichannel.capacity-profile]
    each: resources["omnichannel.capacity-profile"]
    holds: it.observed.units <= 3 && it.observed.block
    otherwise: "{{it.label}} lets an agent take {{it.observed.units}} conversations"
    steps: [Set units to 3 or fewer, Run psc deploy]
\`\`\`

Expressions are in the [Common Expression Language](https://github.com/google/cel-spec) (CEL), which only computes: it has no loops but over given lists, and reaches nothing it was not handed. They see:

| name | what it is |
|---|---|
| \`resources["KIND"]\` | the list of resources of a kind that \`restsOn\` names; each has \`address\`, \`kind\`, \`label\`, \`step\`, \`persona\`, \`state\`, \`reason\`, \`id\`, \`concern\`, \`declared\`, \`observed\` and \`differences\` (a list of \`path\`, \`before\`, \`after\`) |
| \`probes["ID"]\` | what a probe read; probes without a value are left out: ask \`"ID" in probes\` |
| \`spec\` | \`name\`, \`stage\`, \`tenant\`, \`cloud\`, \`solution\`, \`domain\`, \`region\`, \`subscription\` |
| \`now\` | when the facts were collected, a timestamp |
| \`it\` | with \`each\`: one of its list; known in \`holds\` and \`otherwise\` |

States are \`as-declared\`, \`differs\`, \`missing\`, \`under-way\`, \`not-needed\`, \`gate-open\`, \`not-visible\`, \`does-not-hold\`. \`psc verify FILE --collect facts.json\` writes down everything that expressions can see; \`psc verify FILE --facts facts.json\` tries a control on it without a request.

- A field that is not there makes the verdict an **error**, not a pass: ask \`has(it.observed.units)\` where it may be missing.
- What could not be read is an error too, and names the permission.
- \`all()\` of an empty list is true, as everywhere in mathematics. Use \`each\`: an empty list there makes the control *not applicable*. So does a control none of whose kinds and probes has anything.
- Whole numbers and others are told apart: compare freely, but multiply \`double(x) * 0.5\`.
- \`matches()\` takes JavaScript's regular expressions.
- An expression that does not parse, looks at what \`restsOn\` does not name, or cannot be true or false is a problem of the spec, with its place (PSC-E097).
`;
