import type { Plan } from "../engine/plan.ts";
import { ACTIONS, type ActionName } from "../engine/plan.ts";
import { PERSONAS, type Persona } from "../engine/resource.ts";
import { closest } from "../spec/suggest.ts";
import type { Invocation, OptionDefinition } from "./definition.ts";
import { usageError } from "./usage.ts";

/** Option of the commands that can do or show one team's part. */
export const PERSONA_OPTION: OptionDefinition = {
  flags: "--persona <names>",
  summary: "only what these personas do, such as 'Groups Administrator'; several with commas",
};

/** Case, spaces and dashes do not matter: a shell is easier on `groups-administrator`. */
const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, "-");

/**
 * The personas that `--persona` names; undefined when everybody is meant.
 * @throws PscError PSC-E101 for a name that is none.
 */
export function personasAsked({ options }: Pick<Invocation, "options">): readonly Persona[] | undefined {
  const text = options.text("persona");
  if (text === undefined) return undefined;
  return text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      const found = PERSONAS.find((persona) => plain(persona) === plain(name));
      if (found !== undefined) return found;
      const guess = closest(plain(name), PERSONAS.map(plain));
      const meant = PERSONAS.find((persona) => plain(persona) === guess);
      throw usageError(
        `--persona cannot be "${name}"`,
        meant === undefined ? `it is one of: ${PERSONAS.join(", ")}` : `did you mean "${meant}"?`,
      );
    });
}

/** What only a command that writes has to ask: an auditor's identity and machine need neither. */
export const CHECKS_OF_WRITING: readonly string[] = ["entra.deployer", "power-platform.pac"];

/**
 * What verifying leaves out: those; where something can be made, which what is made has proved; and what a control of the
 * catalogue judges from the same list.
 */
export const NOT_VERIFIED: readonly string[] = [
  ...CHECKS_OF_WRITING,
  "azure.location",
  "power-platform.region",
  "azure.standing-access",
];

/** Of one part the services themselves say what is missing: the check of everything would ask for too much. */
export function kindsLeftOut(personas: readonly Persona[] | undefined): { withoutKinds?: readonly string[] } {
  return personas === undefined ? {} : { withoutKinds: ["entra.deployer"] };
}

/** A plan's part of some personas. What others may read and they may not is no problem of theirs. */
export function partOfPlan(plan: Plan, personas: readonly Persona[] | undefined): Plan {
  if (personas === undefined) return plan;
  const actions = plan.actions.filter(({ resource }) => personas.includes(resource.info.persona));
  const summary = Object.fromEntries(
    ACTIONS.map((name) => [name, actions.filter(({ action }) => action === name).length]),
  ) as Record<ActionName, number>;
  return {
    ...plan,
    actions,
    summary,
    problems: plan.problems.filter(({ persona }) => personas.includes(persona)),
    concerns: plan.concerns.filter(({ persona }) => personas.includes(persona)),
    usualMs: 0,
  };
}
