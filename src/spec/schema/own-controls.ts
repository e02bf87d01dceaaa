import * as z from "zod";
import { described, oneOf, optional, patternText, shortText, text } from "./fields.ts";

const LONGEST_EXPRESSION = 2_000;

/** Whether it is an expression is looked at where its place in the file is known (src/spec/own-controls.ts). */
const expression = text((value) => value.trim() !== "" && value.length <= LONGEST_EXPRESSION, {
  code: "PSC-E097",
  what: `an expression of 1 to ${LONGEST_EXPRESSION} characters`,
  remedy: "write what must be true, such as it.observed.priority <= 5",
}).meta({ minLength: 1, maxLength: LONGEST_EXPRESSION });

const controlId = patternText(/^[A-Z][A-Z0-9]*(-[A-Z0-9.]+)+$/, {
  code: "PSC-E089",
  what: "the id of a control",
  remedy: "write capitals and numbers with hyphens, beginning with a word of your own: CONTOSO-CHAT-01",
});

/** The frameworks that controls refer to; the test of the catalogue compares them with the controls' own. */
export const FRAMEWORK_NAMES = ["hipaa", "nist", "hitrust", "cis", "scuba"] as const;

const references = (what: string, example: string) =>
  optional(z.array(described(shortText(60), "A reference.")), `${what}, such as \`${example}\`.`, {
    derivedDefault: "none",
  });

const mappings = z.strictObject({
  hipaa: references("Paragraphs of 45 CFR Part 164", "164.312(b)"),
  nist: references("Controls of NIST SP 800-53", "AC-6(5)"),
  hitrust: references("HITRUST CSF references", "09.aa"),
  cis: references("CIS benchmarks", "M365 5.1.5.6"),
  scuba: references("CISA SCuBA policies", "MS.AAD.4.1"),
} satisfies Record<(typeof FRAMEWORK_NAMES)[number], unknown>);

const ownControl = z.strictObject({
  id: described(controlId, "Id, with a prefix of your own; psc's begin with `PSC-`."),
  title: optional(shortText(100), "A few words.", { required: true }),
  statement: optional(shortText(500), "What must hold, one sentence.", { required: true }),
  rationale: optional(shortText(500), "Why it matters.", { required: true }),
  level: optional(
    oneOf(["SHALL", "SHOULD", "INFO"]),
    "What it means when it does not hold: a failure, a warning, or nothing but a remark.",
    { required: true },
  ),
  persona: optional(shortText(60), "Who can mend it, in psc's names of personas.", {
    derivedDefault: "System Administrator",
  }),
  restsOn: optional(
    z.array(described(shortText(100), "A kind or a probe.")),
    "Kinds of resources (docs/kinds.md) and probes (docs/controls.md) whose facts the expressions see. What cannot be read makes the verdict an error.",
    { required: true },
  ),
  when: optional(expression, "Where this is false the control does not apply.", {
    derivedDefault: "it always does",
  }),
  each: optional(
    expression,
    "A list: `holds` is asked for each of it, which is `it` there. An empty list makes the control not applicable.",
    { derivedDefault: "`holds` is asked once" },
  ),
  holds: optional(expression, "What must be true.", { required: true }),
  otherwise: optional(shortText(500), "Said when it is not; `{{ expression }}` puts a value in.", {
    required: true,
  }),
  spec: optional(shortText(200), "Field of the spec that brings it about, such as `queues`.", {
    derivedDefault: "none",
  }),
  steps: optional(z.array(described(shortText(500), "A step.")), "What a person does about it, in order.", {
    derivedDefault: "none",
  }),
  mappings: optional(mappings, "Duties that its evidence supports.", { derivedDefault: "none" }),
});

/** A file with controls of one's own, named in `verify.controls`. */
export const ownControlsSchema = z.strictObject({
  apiVersion: optional(
    text(
      (value) => value === "psc/v1",
      { code: "PSC-E080", what: "an apiVersion this psc reads", remedy: "write `apiVersion: psc/v1`" },
      /^psc\/v1$/,
    ),
    "`psc/v1`.",
    { required: true },
  ),
  kind: optional(
    text(
      (value) => value === "Controls",
      { code: "PSC-E081", what: "the kind of a file with controls", remedy: "write `kind: Controls`" },
      /^Controls$/,
    ),
    "`Controls`.",
    { required: true },
  ),
  controls: optional(z.array(described(ownControl, "A control.")), "Controls of your own.", {
    required: true,
  }),
});

export type OwnControlsDocument = z.infer<typeof ownControlsSchema>;
