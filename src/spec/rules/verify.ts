import { closest } from "../suggest.ts";
import { CONTROL_IDS, KIND_NAMES } from "../terms/catalogue.ts";
import { type RuleContext, reportAt } from "./rules.ts";

/** Exceptions are of controls that exist: one for a misspelt id would be believed and do nothing. */
export function checkVerify(context: RuleContext): void {
  const { spec, document, log } = context;
  const own = spec.verify.controls.map(({ id }) => id);
  const known = new Set([
    ...CONTROL_IDS,
    ...own,
    ...KIND_NAMES.map((kind) => `PSC-RES-${kind.toUpperCase()}`),
  ]);
  // While a file of controls has problems of its own, nobody knows which controls it holds.
  const ownAreKnown = document.verify?.controls === undefined || log.errors.length === 0;
  for (const [i, { control }] of spec.verify.exceptions.entries()) {
    if (known.has(control) || !(ownAreKnown || control.startsWith("PSC-"))) continue;
    const guess = closest(control, known);
    reportAt(context, ["verify", "exceptions", i, "control"], {
      code: "PSC-E086",
      message: `there is no control ${control}`,
      remedy: guess === undefined ? "`psc explain` lists psc's controls" : `did you mean "${guess}"?`,
    });
  }
}
