import * as z from "zod";
import type { FieldValue } from "../engine/observation.ts";
import { type Confirmation, PERSONAS } from "../engine/resource.ts";
import type { SourceLocation } from "../errors.ts";
import type { Finding, FrameworkMappings } from "./control.ts";
import {
  type EvidenceItem,
  type FactProblem,
  type Facts,
  type ProbeFact,
  RESOURCE_STATES,
  type ResourceFact,
} from "./facts.ts";
import type { ControlResult, ExceptionRecord, VerifyResult } from "./result.ts";
import { LEVELS, VERDICT_MEANINGS, VERDICTS, type Verdict } from "./verdict.ts";

/** A schema for every field of a type, and for nothing else: the compiler finds one that is forgotten. */
type Shape<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> };

/** An object of a document. Fields that a later version adds are let through. */
function objectOf<T>(description: string, shape: Shape<T>): z.ZodType<T> {
  // zod infers a type of its own from the shape; that it is T again follows from Shape, which zod cannot see.
  return z.looseObject(shape).describe(description) as unknown as z.ZodType<T>;
}

const text = (description: string): z.ZodString => z.string().describe(description);
const textOrNull = (description: string): z.ZodType<string | null> =>
  z.string().nullable().describe(description);
const texts = (description: string): z.ZodType<string[]> => z.array(z.string()).describe(description);
const time = (description: string): z.ZodType<string> => z.iso.datetime().describe(description);

const fieldValue: z.ZodType<FieldValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(fieldValue),
    z.record(z.string(), fieldValue),
  ]),
);
const value = (description: string): z.ZodType<FieldValue> =>
  // Plain JSON, whatever the kind or the probe says it is.
  z.custom<FieldValue>((given) => fieldValue.safeParse(given).success).describe(description);
const fields = (description: string): z.ZodType<Record<string, FieldValue>> =>
  z.record(z.string(), value("As the kind names and shapes it.")).describe(description);

const persona = z
  .enum(PERSONAS)
  .describe("Who holds what is needed, in the names of Entra, Azure and Dataverse.");
const evidenceIds = texts("Ids of the evidence it rests on, in the order the requests were sent.");

const tool = (): z.ZodType<Facts["tool"]> =>
  objectOf<Facts["tool"]>("What made the document.", {
    name: z.literal("psc").describe("Always `psc`."),
    version: text("psc's own version."),
  });

const environment = (): z.ZodType<Facts["environment"]> =>
  objectOf<Facts["environment"]>("What was looked at.", {
    name: text("Name of the environment, from the spec."),
    stage: text("Stage of the environment, such as `prod`."),
    tenant: text("The Entra tenant, by its domain or id as the spec names it."),
    cloud: text("The cloud the tenant lives in."),
    subscription: text("Id of the Azure subscription."),
    domain: text("First part of the address of the Dataverse environment."),
  });

const collected = (): z.ZodType<Facts["collected"]> =>
  objectOf<Facts["collected"]>("When the facts were read, by psc's clock.", {
    from: time("Before the first request."),
    to: time("After the last answer; verdicts are as of this moment."),
  });

const evidence = objectOf<EvidenceItem>("One request that was sent, without body and without secrets.", {
  id: text("Such as `E12`; facts and controls name it."),
  service: text("The service asked, such as `graph`, `arm`, `dataverse`."),
  method: text("HTTP method; `GET`, or a `POST` that only reads."),
  url: text("The whole address, without query values that could be secret."),
  status: z.int().describe("HTTP status that came back."),
  requestId: textOrNull("The service's own id of the request, for a question to its operator."),
});

const problem = objectOf<FactProblem>("Why it could not be read.", {
  code: text("psc's error code; `psc explain CODE` tells more."),
  message: text("What went wrong, without secrets."),
  remedy: textOrNull("What to do about it."),
  permission: textOrNull("The permission that is missing, where the service or psc knows it."),
}).nullable();

const confirmation = objectOf<Confirmation>("A person's word that it was done.", {
  gate: text("Address of the gate."),
  by: text("Who said so."),
  at: text("When, ISO time."),
  value: z.string().optional().describe("The value that was brought back, where the gate asks for one."),
  how: z.enum(["confirmed", "detected"]).describe("Whether a person confirmed it or psc detected it."),
}).nullable();

const resourceFact = objectOf<ResourceFact>("What was found of one resource of the spec.", {
  address: text('Kind and key, such as `omnichannel.queue["Escalate to Human"]`.'),
  kind: text("Kind of resource, as docs/kinds.md lists them."),
  label: text("Name of it for people."),
  step: z.int().min(0).describe("Step of Microsoft's guide it belongs to."),
  persona,
  nature: z
    .enum(["managed", "gate", "check"])
    .describe("`managed`: psc makes it; `gate`: a person does; `check`: it is only looked at."),
  state: z.enum(RESOURCE_STATES).describe("What was found, in one word."),
  reason: text("What was found, in words."),
  id: textOrNull("Its id in its service."),
  declared: fields("What the spec declares of it."),
  observed: fields("What the tenant has of it."),
  differences: z
    .array(
      objectOf<ResourceFact["differences"][number]>("One field that is not as declared.", {
        path: text("Dotted path inside the fields."),
        before: value("What the tenant has; absent when it has none.").optional(),
        after: value("What the spec declares."),
      }),
    )
    .describe("Fields that are not as declared."),
  concern: textOrNull("It holds, and yet somebody ought to know this."),
  problem,
  confirmation,
  requested: z
    .boolean()
    .describe("Whether something was sent for it; else it was judged by what was seen of others."),
  evidence: evidenceIds,
  through: z
    .array(text("Address of a resource."))
    .describe(
      "What it was read through: when one of these cannot be read, nothing can be told of it either.",
    ),
});

const probeFact = objectOf<ProbeFact>("What was found beside the spec's resources.", {
  probe: text("Id of the probe."),
  value: value("What was read; null when it could not be read, or is not there to be read."),
  absent: textOrNull("Why there is no value although nothing failed."),
  problem,
  requested: z
    .boolean()
    .describe("Whether something was sent for it; else it was judged by what was seen of others."),
  evidence: evidenceIds,
  through: z
    .array(text("Address of a resource."))
    .describe(
      "What it was read through: when one of these cannot be read, nothing can be told of it either.",
    ),
});

export const factsSchema: z.ZodType<Facts> = objectOf<Facts>(
  "Everything that verdicts are drawn from. Holds no secret and no patient's data.",
  {
    format: z.literal("psc.facts/1").describe("Name and version of this format."),
    tool: tool(),
    environment: environment(),
    specDigest: text("SHA-256 of the resolved spec without its exceptions: facts fit one spec only."),
    identity: text("Who looked."),
    collected: collected(),
    resources: z.array(resourceFact).describe("Every resource of the spec, in the order of deployment."),
    probes: z.array(probeFact).describe("What only auditing looks at."),
    evidence: z.array(evidence).describe("Every request that was sent, in order."),
  },
);

const finding = objectOf<Finding>("One thing that is not as it should be.", {
  subject: text("Address of a resource, or the id of a probe."),
  field: text("What of it; empty when it is about the whole."),
  expected: textOrNull("What it should be, in words."),
  actual: textOrNull("What it is, in words."),
  message: text("What is wrong, in words."),
});

const mappings = objectOf<FrameworkMappings>(
  "Duties the evidence supports. No mapping makes a deployment compliant.",
  {
    hipaa: texts("Paragraphs of 45 CFR Part 164, such as `164.312(b)`.").optional(),
    nist: texts("Controls of NIST SP 800-53 revision 5, such as `AC-6(5)`.").optional(),
    hitrust: texts("References of the HITRUST CSF, such as `09.aa`.").optional(),
    cis: texts("Recommendations of CIS benchmarks, such as `Azure 6.1.3.1`.").optional(),
    scuba: texts("Policies of CISA SCuBA, such as `MS.AAD.4.1`.").optional(),
  },
);

const exception = objectOf<ExceptionRecord>("Who has accepted that it does not hold.", {
  reason: text("Why it is accepted."),
  owner: text("Who answers for it."),
  until: text("`YYYY-MM-DD`; the last day on which it counts."),
  expired: z.boolean().describe("Whether that day was past when the facts were read."),
}).nullable();

const location = objectOf<SourceLocation>("Where the spec speaks of it; lines and columns count from 1.", {
  file: text("The file, as psc was told it."),
  line: z.int().min(1).describe("Line in it."),
  column: z.int().min(1).describe("Column in the line, in UTF-16 code units."),
  length: z.int().min(1).optional().describe("Width of the text, in the same units."),
}).nullable();

const control = objectOf<ControlResult>("The verdict on one control, with everything it rests on.", {
  id: text("Such as `PSC-IAM-10`."),
  origin: z
    .enum(["product", "resource", "own"])
    .describe("`product`: psc's catalogue; `resource`: one for every kind of resource; `own`: the user's."),
  title: text("A few words."),
  statement: text("What must hold, one sentence."),
  rationale: text("Why it matters."),
  level: z
    .enum(LEVELS)
    .describe("How hard it is meant for this stage: SHALL fails, SHOULD warns, INFO is told."),
  verdict: z
    .enum(VERDICTS)
    .describe(VERDICTS.map((name) => `\`${name}\`: ${VERDICT_MEANINGS[name]}.`).join(" ")),
  reason: text("Why, in words."),
  findings: z.array(finding).describe("What does not hold, thing by thing."),
  evidence: evidenceIds,
  mappings,
  persona,
  remedy: objectOf<ControlResult["remedy"]>("What to do when it does not hold.", {
    spec: textOrNull("Field of the spec that brings it about, such as `healthBot.access`."),
    steps: texts("What a person does, in order."),
  }),
  permissions: texts(
    "Least-privileged permissions that it took to see what the verdict was drawn from, or would take where that could not be read; in the services' own words.",
  ),
  missingPermission: textOrNull("The permission that was missing, for an `error`."),
  location,
  exception,
  related: texts("Ids of controls that may turn with it, because they rest on the same facts."),
});

const counted = (verdict: Verdict): z.ZodType<number> =>
  z.int().min(0).describe(`Controls of which ${VERDICT_MEANINGS[verdict]}.`);

const summary = objectOf<Record<Verdict, number>>("How many controls have each verdict.", {
  pass: counted("pass"),
  fail: counted("fail"),
  warning: counted("warning"),
  error: counted("error"),
  manual: counted("manual"),
  accepted: counted("accepted"),
  inherited: counted("inherited"),
  "not-applicable": counted("not-applicable"),
});

export const verifyResultSchema: z.ZodType<VerifyResult> = objectOf<VerifyResult>(
  "The result of `psc verify`; every report is made from it.",
  {
    format: z.literal("psc.verify/2").describe("Name and version of this format."),
    tool: tool(),
    runId: text("UUID, random for each run."),
    environment: environment(),
    identity: text("Who looked."),
    collected: collected(),
    spec: objectOf<VerifyResult["spec"]>("The spec that was verified.", {
      file: text("As the person named it."),
      digest: text("SHA-256 of the resolved spec without its exceptions."),
    }),
    summary,
    controls: z.array(control).describe("Every control, the catalogue first, in the order of reports."),
    evidence: z.array(evidence).describe("Requests that controls name as evidence."),
  },
);

/** JSON Schemas of the documents, for programs that read them. */
export function documentJsonSchemas(): Readonly<Record<"psc.verify/2" | "psc.facts/1", object>> {
  const of = (title: string, schema: z.ZodType): object => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { unrepresentable: "any" });
    return { $schema, title, ...rest };
  };
  return {
    "psc.verify/2": of("psc verify result v2", verifyResultSchema),
    "psc.facts/1": of("psc facts v1", factsSchema),
  };
}
