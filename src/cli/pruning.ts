import { readCreations } from "../engine/journal.ts";
import type { Plan } from "../engine/plan.ts";
import { PscError } from "../errors.ts";
import type { Session } from "../session.ts";
import type { Invocation, OptionDefinition } from "./definition.ts";
import { includedAddresses } from "./included-addresses.ts";
import { count } from "./render/plan-text.ts";
import { styled } from "./styles.ts";
import { sandboxWords } from "./target.ts";
import { typedConfirmation } from "./typed-confirmation.ts";
import { usageError } from "./usage.ts";

/** Options of the commands that can delete what is no longer declared. */
export const PRUNE_OPTIONS: readonly OptionDefinition[] = [
  { flags: "--prune", summary: "also delete what psc made here and the spec no longer declares" },
  {
    flags: "--include <addresses>",
    summary: "with --prune: these too, although nothing shows that psc made them, or others may use them",
  },
];

/** What `--prune` asks for; undefined without it. */
export async function pruningAsked(
  { options }: Invocation,
  session: Session,
): Promise<ReturnType<typeof import("../destruction.ts").pruningOf> | undefined> {
  const include = options.text("include");
  if (!options.flag("prune")) {
    if (include === undefined) return undefined;
    throw usageError("--include needs --prune", "add --prune, or leave --include out");
  }
  const { pruningOf } = await import("../destruction.ts");
  const { leftovers } = pruningOf(session);
  return pruningOf(session, includedAddresses(include, leftovers));
}

/** Tells that there is something to prune, by the journal alone; undefined when there is not. */
export async function pruningHint(session: Session, what: string): Promise<string | undefined> {
  const { alive } = readCreations(session.recordFolder);
  if ([...alive].every((address) => session.graph.get(address) !== undefined)) return undefined;
  const { pruningOf } = await import("../destruction.ts");
  const { leftovers } = pruningOf(session);
  const left = leftovers.order.filter(
    ({ address, destroy, info }) =>
      alive.has(address) && destroy !== undefined && info.sharedBecause === undefined,
  );
  if (left.length === 0) return undefined;
  return styled(
    "dim",
    `${count(left.length, "thing")} that psc made ${left.length === 1 ? "is" : "are"} no longer declared: psc plan ${what} --prune`,
  );
}

/**
 * Asks before anything is deleted.
 * @returns false when the person typed something else.
 * @throws PscError PSC-E142 for a protected environment without a person, PSC-E101 when nobody is there to ask.
 */
export async function mayPrune(
  invocation: Invocation,
  { spec }: Session,
  plan: Plan,
  signal: AbortSignal,
): Promise<boolean> {
  const doomed = plan.summary.delete;
  if (doomed === 0) return true;
  const [file = ""] = invocation.arguments;
  if (invocation.options.flag("yes")) {
    if (!spec.protect) return true;
    throw new PscError({
      code: "PSC-E142",
      message: `${file}: environment "${spec.name}" (stage ${spec.stage}) is protected, and --prune would delete ${count(doomed, "thing")}; nothing was written`,
      remedy:
        "leave --yes out and type the environment's name on a terminal, or write `protect: false` into the spec and have that reviewed",
      side: "user",
    });
  }
  const question = `${count(doomed, "deletion")}: this cannot be undone. Type ${styled("bold", spec.name)} to go on:`;
  return typedConfirmation(
    invocation,
    question,
    spec.name,
    signal,
    `psc plan ${file}${sandboxWords(invocation)} --prune`,
  );
}
