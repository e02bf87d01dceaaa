import type { BadInput } from "./bad-input.ts";

const within = (yaml: string): string => `agentExperience:\n${yaml}`;

/** What agents and supervisors have at hand. */
export const AGENT_EXPERIENCE_CASES: readonly BadInput[] = [
  {
    name: "workstream of a quick reply",
    code: "PSC-E012",
    yaml: within("  quickReplies: [{ title: Hello, text: Hi, workstreams: [«Patient chats»] }]\n"),
    message: /workstream "Patient chats" is not declared/,
    remedy: /did you mean "Patient chat" \(declared at base.yaml:\d+\)/,
  },
  {
    name: "language of a quick reply",
    code: "PSC-E053",
    yaml: within("  quickReplies: [{ title: Hello, text: { «en-us»: Hi } }]\n"),
    message: /"en-us" is not a language/,
  },
  {
    name: "quick reply without a text",
    code: "PSC-E013",
    yaml: within("  quickReplies: [«{ title: Hello }»]\n"),
    message: /text is missing/,
  },
  {
    name: "quick reply that is too long",
    code: "PSC-E044",
    yaml: within(`  quickReplies: [{ title: Hello, text: «${"x".repeat(4001)} }]\n`),
    message: /1 to 4000 characters/,
  },
  {
    name: "quick reply declared twice",
    code: "PSC-E060",
    yaml: within("  quickReplies: [{ title: Hello, text: Hi }, { title: «Hello», text: Ho }]\n"),
    message: /Hello/,
  },
  {
    name: "script that a step opens",
    code: "PSC-E012",
    yaml: within("  scripts: [{ name: One, steps: [{ name: Go, script: «Two» }] }]\n"),
    message: /script "Two" is not declared/,
  },
  {
    name: "step that says nothing",
    code: "PSC-E069",
    yaml: within("  scripts: [{ name: One, steps: [{ name: «Go» }] }]\n"),
    message: /says nothing/,
    remedy: /exactly one of text, script and macro/,
  },
  {
    name: "step that does several things",
    code: "PSC-E069",
    yaml: within(
      "  macros: [{ name: Open }]\n  scripts: [{ name: One, steps: [{ name: «Go», text: Hi, macro: Open }] }]\n",
    ),
    message: /does several things/,
  },
  {
    name: "macro that a step runs",
    code: "PSC-E012",
    yaml: within(
      "  macros: [{ name: Open record }]\n  scripts: [{ name: One, steps: [{ name: Go, macro: «Open records» }] }]\n",
    ),
    message: /macro "Open records" is not declared/,
    remedy: /did you mean "Open record"/,
  },
  {
    name: "macro declared nowhere",
    code: "PSC-E012",
    yaml: within("  scripts: [{ name: One, steps: [{ name: Go, macro: «Open» }] }]\n"),
    message: /macro "Open" is not declared/,
    remedy: /declare it under agentExperience.macros/,
  },
  {
    name: "macro declared twice",
    code: "PSC-E060",
    yaml: within("  macros: [{ name: Open }, { name: «Open» }]\n"),
    message: /Open/,
  },
  {
    name: "slug of a macro that is taken for a reference",
    code: "PSC-E031",
    yaml: within(
      `  macros: [{ name: Open, actions: [{ action: Open an existing record, fields: { Entity record ID: «"\${customerRecordId}"» } }] }]\n`,
    ),
    message: /customerRecordId/,
  },
  {
    name: "application of a smart assist bot",
    code: "PSC-E040",
    yaml: within(
      "  smartAssist: { bots: [{ name: Helper, application: «helper», workstreams: [Patient chat] }] }\n",
    ),
    message: /"helper" is not an application id/,
    remedy: /Microsoft App ID/,
  },
  {
    name: "smart assist bot without a workstream",
    code: "PSC-E013",
    yaml: within(
      "  smartAssist: { bots: [{ name: Helper, application: 44444444-4444-4444-8444-444444444444, «workstreams»: [] }] }\n",
    ),
    message: /helps in no workstream/,
  },
  {
    name: "workstream of a smart assist bot",
    code: "PSC-E012",
    yaml: within(
      "  smartAssist: { bots: [{ name: Helper, application: 44444444-4444-4444-8444-444444444444, workstreams: [«Patient chats»] }] }\n",
    ),
    message: /workstream "Patient chats" is not declared/,
    remedy: /did you mean "Patient chat"/,
  },
  {
    name: "smart assist bots of one application",
    code: "PSC-E060",
    yaml: within(
      "  smartAssist:\n    bots:\n      - { name: One, application: 44444444-4444-4444-8444-44444444444a, workstreams: [Patient chat] }\n      - { name: Two, application: «44444444-4444-4444-8444-44444444444A», workstreams: [Patient chat] }\n",
    ),
    message: /the bots "One" and "Two" have one application/,
  },
  {
    name: "unique name of a script",
    code: "PSC-E057",
    yaml: within("  scripts: [{ name: One, uniqueName: «ab_One», steps: [{ name: Go, text: Hi }] }]\n"),
    message: /"ab_One" is not a unique name/,
  },
  {
    name: "unique names that fall together",
    code: "PSC-E060",
    yaml: within(
      "  scripts:\n    - { name: One two, steps: [{ name: Go, text: Hi }] }\n    - { name: «Onetwo», steps: [{ name: Go, text: Hi }] }\n",
    ),
    message: /have one unique name, psc_Onetwo/,
  },
  {
    name: "masking rule that does not compile",
    code: "PSC-E059",
    yaml: "omnichannel: { masking: { rules: [{ name: Broken, pattern: «(» }] } }\n",
    message: /"\(" is not a regular expression/,
  },
  {
    name: "presence nobody routes by",
    code: "PSC-E014",
    yaml: "omnichannel: { presences: [{ name: Lunch, status: «hungry» }] }\n",
    message: /hungry/,
  },
  {
    name: "mood nobody knows",
    code: "PSC-E014",
    yaml: within("  sentiment: { agentAlert: «angry» }\n"),
    message: /angry/,
  },
];
