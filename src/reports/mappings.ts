import { FRAMEWORKS, type Framework, type FrameworkMappings } from "../controls/control.ts";

/** One duty of one framework. */
export interface Duty {
  readonly framework: Framework;
  /** In the framework's own words, such as `164.312(b)`. */
  readonly id: string;
}

/** Framework by framework, in the order of FRAMEWORKS. */
export function dutiesOf(mappings: FrameworkMappings): readonly Duty[] {
  return FRAMEWORKS.flatMap((framework) => (mappings[framework] ?? []).map((id) => ({ framework, id })));
}

/** Short, for tables and tags. */
export const FRAMEWORK_WORDS: Readonly<Record<Framework, string>> = {
  hipaa: "HIPAA",
  nist: "NIST 800-53",
  hitrust: "HITRUST",
  cis: "CIS",
  scuba: "SCuBA",
};
