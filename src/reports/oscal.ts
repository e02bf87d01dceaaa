import type { ControlResult, VerifyResult } from "../controls/result.ts";
import type { Verdict } from "../controls/verdict.ts";
import { artifactUri } from "./artifact-uri.ts";
import { evidenceOf, requestWords } from "./evidence.ts";
import { findingWords } from "./findings.ts";
import { dutiesOf } from "./mappings.ts";
import type {
  OscalComponent,
  OscalDocument,
  OscalEvidence,
  OscalFinding,
  OscalObjective,
  OscalObservation,
  OscalOrigin,
  OscalProperty,
  OscalRisk,
  OscalSelection,
  OscalSubject,
} from "./oscal/document.ts";
import {
  catalogueToken,
  type Ids,
  idsOf,
  markup,
  property,
  reference,
  string,
  token,
} from "./oscal/terms.ts";

const METHODS: Readonly<Record<Verdict, OscalObservation["methods"][number]>> = {
  pass: "TEST",
  fail: "TEST",
  warning: "TEST",
  accepted: "TEST",
  manual: "EXAMINE",
  inherited: "EXAMINE",
  error: "UNKNOWN",
  "not-applicable": "UNKNOWN",
};

/** Verdicts that are a finding; what was not looked at is an observation only, and claims nothing. */
const FINDINGS: readonly Verdict[] = ["pass", "fail", "warning", "accepted"];

/** What one control of psc is assessed for: a part of a control of NIST SP 800-53, or psc's own where it maps to none. */
interface Objective {
  readonly controlId: string;
  readonly id: string;
  /** Whether the control is one of NIST's catalogue. */
  readonly isNist: boolean;
}

/**
 * psc proves one statement, never all of a NIST control. So every statement is an objective of its own below the
 * catalogue's (`ac-6.5_obj.psc-iam-10`), and no finding says more than was looked at.
 */
function objectivesOf({ id, mappings }: ControlResult): readonly Objective[] {
  const own = token(id);
  const nist = [...new Set((mappings.nist ?? []).flatMap((name) => catalogueToken(name) ?? []))];
  return nist.length === 0
    ? [{ controlId: own, id: `${own}_obj`, isNist: false }]
    : nist.map((controlId) => ({ controlId, id: `${controlId}_obj.${own}`, isNist: true }));
}

function propertiesOf(control: ControlResult): readonly OscalProperty[] {
  return [
    property("control", control.id),
    property("verdict", control.verdict),
    property("level", control.level.toLowerCase()),
    ...dutiesOf(control.mappings).map(({ framework, id }) => property(framework, id)),
  ];
}

interface Scene {
  readonly result: VerifyResult;
  readonly id: Ids;
  readonly origins: readonly [OscalOrigin];
  readonly environment: OscalSubject;
}

function subjectsOf({ findings }: ControlResult, { id, environment }: Scene): readonly OscalSubject[] {
  const names = [...new Set(findings.map(({ subject }) => subject))];
  if (names.length === 0) return [environment];
  const subjects = names.map(
    (name): OscalSubject => ({
      "subject-uuid": id("subject", name),
      type: "component",
      title: markup(name),
    }),
  );
  return [...new Map(subjects.map((one) => [one["subject-uuid"], one])).values()];
}

function relevantEvidence(control: ControlResult, result: VerifyResult): readonly OscalEvidence[] {
  return evidenceOf(result, control).map((item) => {
    const href = reference(item.url);
    return {
      ...(href === undefined ? {} : { href }),
      description: markup(requestWords(item)),
      props: [
        property("evidence", item.id),
        property("service", item.service),
        property("status", String(item.status)),
        ...(item.requestId === null ? [] : [property("request-id", item.requestId)]),
      ],
    };
  });
}

function observationOf(control: ControlResult, scene: Scene): OscalObservation {
  const { id, title, statement, verdict, reason, findings, missingPermission } = control;
  const evidence = relevantEvidence(control, scene.result);
  const differences = findingWords(findings).map((words) => `- ${markup(words)}`);
  return {
    uuid: scene.id("observation", id),
    title: markup(`${id} ${title}`),
    description: markup(statement),
    props: [
      ...propertiesOf(control),
      ...(missingPermission === null ? [] : [property("missing-permission", missingPermission)]),
    ],
    methods: [METHODS[verdict]],
    types: ["control-objective"],
    origins: scene.origins,
    subjects: subjectsOf(control, scene),
    ...(evidence.length === 0 ? {} : { "relevant-evidence": evidence }),
    collected: scene.result.collected.to,
    remarks: [
      markup(`${verdict}: ${reason}`),
      ...(differences.length === 0 ? [] : ["", ...differences]),
    ].join("\n"),
  };
}

/** What somebody has accepted; an exception that ran out leaves the risk open. */
function riskOf({ exception, ...control }: ControlResult, { id }: Scene): OscalRisk | undefined {
  const { verdict } = control;
  if (exception === null || (verdict !== "accepted" && !(verdict === "fail" && exception.expired)))
    return undefined;
  return {
    uuid: id("risk", control.id),
    title: markup(`${control.id} ${control.title}`),
    description: markup(control.reason),
    statement: markup(control.rationale),
    props: [property("owner", exception.owner), property("justification", exception.reason)],
    status: verdict === "accepted" ? "deviation-approved" : "open",
    deadline: `${exception.until}T23:59:59Z`,
    "related-observations": [{ "observation-uuid": id("observation", control.id) }],
  };
}

function findingsOf(control: ControlResult, scene: Scene): readonly OscalFinding[] {
  const { id, title, statement, verdict, reason } = control;
  if (!FINDINGS.includes(verdict)) return [];
  const risk = riskOf(control, scene);
  const passed = verdict === "pass";
  return objectivesOf(control).map((objective) => ({
    uuid: scene.id("finding", id, objective.id),
    title: markup(`${id} ${title}`),
    description: markup(statement),
    props: propertiesOf(control),
    origins: scene.origins,
    target: {
      type: "objective-id",
      "target-id": objective.id,
      title: markup(title),
      status: {
        state: passed ? "satisfied" : "not-satisfied",
        reason: passed ? "pass" : "fail",
        remarks: markup(reason),
      },
    },
    "related-observations": [{ "observation-uuid": scene.id("observation", id) }],
    ...(risk === undefined ? {} : { "related-risks": [{ "risk-uuid": risk.uuid }] }),
  }));
}

function localObjectives(controls: readonly ControlResult[]): readonly OscalObjective[] {
  const parts = new Map<string, OscalObjective["parts"]>();
  for (const control of controls)
    for (const { controlId, id } of objectivesOf(control))
      parts.set(controlId, [
        ...(parts.get(controlId) ?? []),
        {
          id,
          name: "assessment-objective",
          title: markup(`${control.id} ${control.title}`),
          prose: markup(control.statement),
        },
      ]);
  return [...parts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([controlId, of]) => ({
      "control-id": controlId,
      description: markup(`What psc looks at of ${controlId}; the rest of it is for the assessor.`),
      parts: of,
    }));
}

/** What was looked at, by control; what does not apply is not selected, and said in the remarks. */
function selectionsOf(controls: readonly ControlResult[]): readonly OscalSelection[] {
  const objectives = controls.flatMap(objectivesOf);
  const selection = (description: string, of: readonly Objective[]): OscalSelection[] => {
    const ids = [...new Set(of.map(({ controlId }) => controlId))].sort();
    return ids.length === 0
      ? []
      : [{ description, "include-controls": ids.map((id) => ({ "control-id": id })) }];
  };
  const made = [
    ...selection(
      "Controls of NIST SP 800-53 revision 5.",
      objectives.filter(({ isNist }) => isNist),
    ),
    ...selection(
      "Controls of psc that map to no control of NIST SP 800-53.",
      objectives.filter(({ isNist }) => !isNist),
    ),
  ];
  return made.length > 0 ? made : [{ description: "Nothing that psc looks at applies here." }];
}

function componentsOf(result: VerifyResult, scene: Scene): readonly OscalComponent[] {
  const { environment } = result;
  const whole: OscalComponent = {
    uuid: scene.environment["subject-uuid"],
    type: "system",
    title: scene.environment.title,
    description: markup(
      `Environment ${environment.name}, stage ${environment.stage}, in ${environment.tenant}.`,
    ),
    status: { state: "operational" },
  };
  const named = result.controls
    .filter(({ verdict }) => verdict !== "not-applicable")
    .flatMap((control) => subjectsOf(control, scene))
    .map(
      ({ "subject-uuid": uuid, title }): OscalComponent => ({
        uuid,
        type: "service",
        title,
        description: "A resource of the spec, or a setting beside it.",
        status: { state: "operational" },
      }),
    );
  return [...new Map([...named, whole].map((one) => [one.uuid, one])).values()];
}

const some = <K extends string, T>(key: K, items: readonly T[]): { readonly [name in K]?: readonly T[] } =>
  // OSCAL wants a list that would be empty left out.
  (items.length === 0 ? {} : { [key]: items }) as { readonly [name in K]?: readonly T[] };

function documentOf(result: VerifyResult): OscalDocument {
  const { runId, tool, environment, collected, spec, identity, controls } = result;
  const id = idsOf(runId);
  const scene: Scene = {
    result,
    id,
    origins: [{ actors: [{ type: "tool", "actor-uuid": id("tool") }] }],
    environment: {
      "subject-uuid": id("environment"),
      type: "component",
      title: markup(environment.name),
    },
  };
  const psc: OscalComponent = {
    uuid: id("tool"),
    type: "software",
    title: markup(`${tool.name} ${tool.version}`),
    description: "Reads the tenant and judges controls; writes nothing.",
    status: { state: "operational" },
  };
  const applicable = controls.filter(({ verdict }) => verdict !== "not-applicable");
  const others = controls.filter(({ verdict }) => verdict === "not-applicable");
  const selections = selectionsOf(applicable);
  return {
    "assessment-results": {
      uuid: id("assessment-results"),
      metadata: {
        title: markup(`psc verify: ${environment.name}`),
        "last-modified": collected.to,
        version: string(runId),
        "oscal-version": "1.1.3",
        props: [
          property("tool", `${tool.name} ${tool.version}`),
          property("environment", environment.name),
          property("stage", environment.stage),
          property("cloud", environment.cloud),
          property("tenant", environment.tenant),
          property("subscription", environment.subscription),
          property("spec-digest", spec.digest),
          property("identity", identity),
        ],
        remarks: "A mapping says which duty the evidence supports. It makes no deployment compliant.",
      },
      "import-ap": {
        href: `#${id("plan")}`,
        remarks:
          "The spec stands for the assessment plan: it declares what is assessed, and what is accepted.",
      },
      ...(applicable.length === 0
        ? {}
        : { "local-definitions": { "objectives-and-methods": localObjectives(applicable) } }),
      results: [
        {
          uuid: id("result"),
          title: markup(`psc verify of ${spec.file}`),
          description: markup(`Every control of psc, judged for ${environment.name}.`),
          start: collected.from,
          end: collected.to,
          props: [property("run", runId)],
          "local-definitions": {
            components: componentsOf(result, scene),
            "assessment-assets": {
              components: [psc],
              "assessment-platforms": [
                {
                  uuid: id("platform"),
                  title: "psc verify",
                  "uses-components": [{ "component-uuid": psc.uuid }],
                },
              ],
            },
          },
          "reviewed-controls": {
            "control-selections": selections,
            ...(others.length === 0
              ? {}
              : {
                  remarks: [
                    "Not applicable here:",
                    "",
                    ...others.map((control) => `- ${markup(`${control.id}: ${control.reason}`)}`),
                  ].join("\n"),
                }),
          },
          ...some(
            "observations",
            applicable.map((control) => observationOf(control, scene)),
          ),
          ...some(
            "risks",
            applicable.flatMap((control) => riskOf(control, scene) ?? []),
          ),
          ...some(
            "findings",
            applicable.flatMap((control) => findingsOf(control, scene)),
          ),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: id("plan"),
            title: markup(`The spec ${spec.file}`),
            description: markup(`SHA-256 of it, resolved and without its exceptions: ${spec.digest}`),
            rlinks: [{ href: artifactUri(spec.file).uri }],
          },
        ],
      },
    },
  };
}

/**
 * OSCAL assessment results 1.1.3 for GRC tools and auditors: every verdict an observation with its evidence, those that
 * were tested a finding for each control of NIST SP 800-53 they support, what is accepted a risk. All ids come from the
 * run's, so one result always gives the same document.
 */
export function oscalReport(result: VerifyResult): string {
  return `${JSON.stringify(documentOf(result), null, 2)}\n`;
}
