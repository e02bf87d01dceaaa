import type { Portal } from "../../kinds/portal.ts";

/** What somebody does so that one control does not hold any more, and nothing else is worse than it must be. */
export interface Break {
  /** Id of the control. */
  readonly control: string;
  /** In a few words, for the name of the test. */
  readonly what: string;
  readonly does: (portal: Portal) => Promise<void>;
  /** What it is before; `pass` when absent. */
  readonly from?: "pass" | "not-applicable";
  /** What it turns to; `fail` when absent. */
  readonly to?: "fail" | "warning";
  /** Controls of the catalogue that rest on the same facts and turn as well. */
  readonly also?: readonly string[];
  /** Lines of YAML laid over the full example, for a control that applies to few. */
  readonly spec?: string;
}
