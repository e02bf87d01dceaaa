import { createHash } from "node:crypto";
import type {
  Location,
  Log,
  Notification,
  ReportingDescriptor,
  ReportingDescriptorRelationship,
  Result,
  ToolComponent,
} from "sarif";
import { FRAMEWORK_TITLES, FRAMEWORKS, type Framework } from "../controls/control.ts";
import type { ControlResult, VerifyResult } from "../controls/result.ts";
import type { Level, Verdict } from "../controls/verdict.ts";
import { artifactUri } from "./artifact-uri.ts";
import { findingWords } from "./findings.ts";
import type { ReportContext } from "./formats.ts";
import { dutiesOf, FRAMEWORK_WORDS } from "./mappings.ts";
import { plain, strong } from "./markdown-text.ts";
import { clipped, oneLine } from "./one-line.ts";

/** A verdict in SARIF's words (§3.27.9, §3.27.10); `error` is no result: nothing was found out. */
const KINDS: Readonly<Record<Exclude<Verdict, "error">, NonNullable<Result["kind"]>>> = {
  pass: "pass",
  fail: "fail",
  warning: "fail",
  manual: "review",
  accepted: "fail",
  inherited: "informational",
  "not-applicable": "notApplicable",
};

const LEVELS: Readonly<Record<Level, NonNullable<Result["level"]>>> = {
  SHALL: "error",
  SHOULD: "warning",
  INFO: "note",
};

const WHERE: Readonly<Record<Framework, string>> = {
  hipaa: "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164",
  nist: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
  hitrust: "https://hitrustalliance.net/hitrust-framework",
  cis: "https://www.cisecurity.org/cis-benchmarks",
  scuba: "https://github.com/cisagov/ScubaGear",
};

/** GitHub refuses rules with more tags, and cuts longer descriptions. */
const MOST_TAGS = 20;
const MOST_CHARACTERS = 1024;

const COLLECTING = "PSC-COLLECT";

/**
 * A text as SARIF's plain messages want it: brackets would be links (§3.11.6) and braces placeholders (§3.11.5).
 */
function said(text: string): string {
  return oneLine(text)
    .replace(/[\\[\]]/g, "\\$&")
    .replaceAll("{", "{{")
    .replaceAll("}", "}}");
}

interface Index {
  readonly rules: ReadonlyMap<string, number>;
  readonly taxonomies: readonly { readonly framework: Framework; readonly ids: readonly string[] }[];
}

/** Rules and taxonomies by their places in the document: references carry them. */
function indexOf(controls: readonly ControlResult[]): Index {
  const duties = controls.flatMap(({ mappings }) => dutiesOf(mappings));
  return {
    rules: new Map(controls.map(({ id }, index) => [id, index])),
    taxonomies: FRAMEWORKS.flatMap((framework) => {
      const ids = duties.filter((duty) => duty.framework === framework).map(({ id }) => id);
      return ids.length === 0 ? [] : [{ framework, ids: [...new Set(ids)].sort() }];
    }),
  };
}

function taxaOf(
  { mappings }: ControlResult,
  { taxonomies }: Index,
): ReportingDescriptorRelationship["target"][] {
  return dutiesOf(mappings).map(({ framework, id }) => {
    const component = taxonomies.findIndex((taxonomy) => taxonomy.framework === framework);
    return {
      id,
      index: taxonomies[component]?.ids.indexOf(id) ?? -1,
      toolComponent: { name: FRAMEWORK_WORDS[framework], index: component },
    };
  });
}

function ruleOf(control: ControlResult, index: Index): ReportingDescriptor {
  const { id, title, statement, rationale, level, mappings, remedy, permissions, persona } = control;
  const duties = dutiesOf(mappings).map(({ framework, id: duty }) => `${FRAMEWORK_WORDS[framework]} ${duty}`);
  const taxa = taxaOf(control, index);
  const facts = [
    ["Who", persona],
    ["Spec", remedy.spec ?? ""],
    ["Needed to judge it", permissions.join(", ")],
    ["Supports", duties.join(", ")],
  ].filter(([, value]) => value !== "");
  const tags = dutiesOf(mappings).map(({ framework, id: duty }) => `${framework}/${duty}`);
  return {
    id,
    name: oneLine(title),
    shortDescription: { text: said(clipped(title, MOST_CHARACTERS)) },
    fullDescription: { text: said(clipped(statement, MOST_CHARACTERS)) },
    help: {
      text: [
        said(`${statement} ${rationale}`),
        ...remedy.steps.map((step) => said(`To do: ${step}`)),
        ...facts.map(([name, value]) => said(`${name}: ${value}`)),
      ].join("\n"),
      markdown: [
        strong(statement),
        "",
        plain(rationale),
        "",
        ...remedy.steps.map((step, at) => `${at + 1}. ${plain(step)}`),
        "",
        ...facts.map(([name, value]) => `- ${name}: ${plain(value ?? "")}`),
      ].join("\n"),
    },
    defaultConfiguration: { level: LEVELS[level] },
    ...(taxa.length === 0 ? {} : { relationships: taxa.map((target) => ({ target, kinds: ["relevant"] })) }),
    properties: { tags: tags.slice(0, MOST_TAGS), controlLevel: level, origin: control.origin },
  };
}

/** Where the spec speaks of it; the head of the spec where nothing does, because viewers want a line. */
function locationOf({ location, remedy, findings }: ControlResult, { spec }: VerifyResult): Location {
  const subjects = [...new Set(findings.map(({ subject }) => subject))];
  const logical = [
    ...(remedy.spec === null ? [] : [{ fullyQualifiedName: oneLine(remedy.spec), kind: "member" }]),
    ...subjects.map((subject) => ({ fullyQualifiedName: oneLine(subject), kind: "resource" })),
  ];
  return {
    physicalLocation: {
      artifactLocation: artifactUri(location?.file ?? spec.file),
      region:
        location === null
          ? { startLine: 1 }
          : {
              startLine: location.line,
              startColumn: location.column,
              ...(location.length === undefined ? {} : { endColumn: location.column + location.length }),
            },
    },
    ...(logical.length === 0 ? {} : { logicalLocations: logical }),
  };
}

/**
 * What makes two results of two runs the same: the environment, the control and the kind of the outcome. Neither words
 * nor lines are part of it, so editing the spec or another difference of the same thing starts no new alert.
 */
function fingerprint({ environment: { name, tenant } }: VerifyResult, control: string, kind: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tenant, name, control, kind]))
    .digest("hex");
}

const FINGERPRINT = "pscControl/v1";

function resultOf(result: VerifyResult, control: ControlResult, index: Index): Result | undefined {
  const { id, verdict, level, reason, findings, exception } = control;
  if (verdict === "error") return undefined;
  const kind = KINDS[verdict];
  const taxa = taxaOf(control, index);
  return {
    ruleId: id,
    ruleIndex: index.rules.get(id) ?? -1,
    kind,
    level:
      kind !== "fail"
        ? "none"
        : verdict === "fail"
          ? "error"
          : verdict === "warning"
            ? "warning"
            : LEVELS[level],
    message: { text: [reason, ...findingWords(findings)].map(said).join("\n") },
    locations: [locationOf(control, result)],
    partialFingerprints: { [FINGERPRINT]: fingerprint(result, id, kind) },
    ...(taxa.length === 0 ? {} : { taxa }),
    ...(verdict === "accepted"
      ? {
          suppressions: [
            {
              kind: "external",
              status: "accepted",
              ...(exception === null
                ? {}
                : {
                    justification: oneLine(
                      `${exception.reason} (${exception.owner}, until ${exception.until})`,
                    ),
                  }),
            },
          ],
        }
      : {}),
    properties: { verdict, evidence: [...control.evidence] },
  };
}

/**
 * Results with what became of them since the baseline (§3.27.24). What failed then and has another outcome now is
 * `absent`; what cannot be read now is neither gone nor there.
 */
function compared(
  result: VerifyResult,
  baseline: VerifyResult,
  index: Index,
  now: readonly Result[],
): Result[] {
  const key = (one: Result): string => one.partialFingerprints?.[FINGERPRINT] ?? "";
  const then = baseline.controls.flatMap((control) => resultOf(baseline, control, index) ?? []);
  const before = new Map(then.map((one) => [key(one), one]));
  const here = new Set(now.map(key));
  const unread = new Set(result.controls.filter(({ verdict }) => verdict === "error").map(({ id }) => id));
  const gone = then.filter(
    (one) =>
      one.kind === "fail" &&
      !here.has(key(one)) &&
      index.rules.has(one.ruleId ?? "") &&
      !unread.has(one.ruleId ?? ""),
  );
  const same = (a: Result, b: Result): boolean =>
    a.level === b.level && a.message.text === b.message.text && !a.suppressions === !b.suppressions;
  return [
    ...now.map((one): Result => {
      const earlier = before.get(key(one));
      return {
        ...one,
        baselineState: earlier === undefined ? "new" : same(one, earlier) ? "unchanged" : "updated",
      };
    }),
    ...gone.map((one): Result => ({ ...one, baselineState: "absent" })),
  ];
}

function notificationOf(control: ControlResult, { rules }: Index): Notification {
  const { id, reason, missingPermission } = control;
  const permission = missingPermission === null ? "" : ` (missing permission: ${missingPermission})`;
  return {
    level: "error",
    message: { text: said(`${id}: ${reason}${permission}`) },
    descriptor: { id: COLLECTING, index: 0 },
    associatedRule: { id, index: rules.get(id) ?? -1 },
  };
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * SARIF 2.1.0 (OASIS, errata 01) for code scanning: every control is a rule, every verdict a result on the line of the
 * spec that speaks of it. What could not be read is a notification of the tool.
 */
export function sarifReport(result: VerifyResult, { baseline }: ReportContext): string {
  const { controls, tool, environment, collected, identity, runId } = result;
  const index = indexOf(controls);
  const results = controls.flatMap((control) => resultOf(result, control, index) ?? []);
  const taxonomies = index.taxonomies.map(
    ({ framework, ids }): ToolComponent => ({
      name: FRAMEWORK_WORDS[framework],
      shortDescription: { text: said(FRAMEWORK_TITLES[framework]) },
      informationUri: WHERE[framework],
      // Only what a control maps to is listed.
      isComprehensive: false,
      taxa: ids.map((id) => ({ id })),
    }),
  );
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            rules: controls.map((control) => ruleOf(control, index)),
            notifications: [
              {
                id: COLLECTING,
                shortDescription: { text: "Something a control rests on could not be read." },
              },
            ],
            supportedTaxonomies: taxonomies.map(({ name }, at) => ({ name, index: at })),
          },
        },
        automationDetails: {
          id: `psc-verify/${environment.name}/${runId}`,
          ...(GUID.test(runId) ? { guid: runId } : {}),
        },
        ...(baseline !== undefined && GUID.test(baseline.runId) ? { baselineGuid: baseline.runId } : {}),
        invocations: [
          {
            executionSuccessful: true,
            startTimeUtc: collected.from,
            endTimeUtc: collected.to,
            account: oneLine(identity),
            toolExecutionNotifications: controls
              .filter(({ verdict }) => verdict === "error")
              .map((control) => notificationOf(control, index)),
          },
        ],
        columnKind: "utf16CodeUnits",
        taxonomies,
        results: baseline === undefined ? results : compared(result, baseline, index, results),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
