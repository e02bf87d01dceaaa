import type { ApplyResult } from "./engine/events.ts";
import type { ResourceGraph } from "./engine/graph.ts";
import { readCreations, readDeclarations } from "./engine/journal.ts";
import { graphOf, leftoversOf, withEarlierTies } from "./engine/leftovers.ts";
import type { Pruning } from "./engine/planning.ts";
import { planRemoval, type RemovalPlan, remove } from "./engine/removal.ts";
import type { Resource } from "./engine/resource.ts";
import { type Declaration, intentOf, recorded } from "./journaled-run.ts";
import { resourcesOf } from "./resources/index.ts";
import type { DeployOptions, Session } from "./session.ts";

/** What earlier runs of the environment declared, the newest first, by this folder's journals. */
function earlierDeclarations({ recordFolder }: Session): readonly (readonly Resource[])[] {
  const before: (readonly Resource[])[] = [];
  for (const declared of readDeclarations(recordFolder)) {
    const { spec, manifest } = declared as Declaration;
    try {
      before.push(resourcesOf(spec, manifest));
    } catch {
      // Another version's idea of a spec: what only it declared cannot be told.
    }
  }
  return before;
}

/** What `deploy --prune` may look at; for `planSession`. */
export function pruningOf(session: Session, include: readonly string[] = []): Pruning {
  const { has, alive } = readCreations(session.recordFolder);
  return {
    leftovers: graphOf(leftoversOf(session.graph, earlierDeclarations(session))),
    include,
    isJournaled: has,
    alive,
  };
}

/** Everything `destroy` looks at: what is declared, and what no longer is. */
export function destructibleGraph(session: Session): ResourceGraph {
  const before = earlierDeclarations(session);
  return graphOf([...withEarlierTies(session.graph, before), ...leftoversOf(session.graph, before)]);
}

/**
 * Reads the tenant and says what `destroySession` would delete, and what it would not touch. Writes nothing.
 * @param include addresses the person named.
 */
export async function planDestruction(session: Session, include: readonly string[]): Promise<RemovalPlan> {
  await session.signIn();
  const creations = readCreations(session.recordFolder);
  return planRemoval(destructibleGraph(session), session.memory, session.http, {
    include,
    isJournaled: creations.has,
  });
}

/**
 * Deletes what the plan says, keeps the journal, and lets nobody else write to the environment meanwhile.
 * @throws PscError the plan's first problem, or PSC-E140 when a deploy of the environment runs.
 */
export async function destroySession(
  session: Session,
  plan: RemovalPlan,
  { onEvent }: Pick<DeployOptions, "onEvent">,
): Promise<ApplyResult> {
  const problem = plan.problems[0];
  if (problem !== undefined) throw problem.error;
  const intents = plan.verdicts
    .filter(({ fate }) => fate === "delete")
    .map(({ resource }) => intentOf(resource, "delete"));
  return recorded(session, { command: "destroy", summary: { delete: intents.length }, intents }, (journal) =>
    remove(plan, {
      memory: session.memory,
      http: session.http,
      emit: (event) => {
        journal.record(event);
        onEvent(event);
      },
    }),
  );
}
