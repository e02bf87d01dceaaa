import type { ApplyResult, EventSink } from "./engine/events.ts";
import { readCreations } from "./engine/journal.ts";
import { graphOf } from "./engine/leftovers.ts";
import { planRemoval, type RemovalPlan, remove } from "./engine/removal.ts";
import type { Resource } from "./engine/resource.ts";
import type { Session } from "./session.ts";

/** Both, one after the other: the first that is not done gives the outcome. */
function joined(one: ApplyResult, other: ApplyResult): ApplyResult {
  return {
    outcome: one.outcome === "done" ? other.outcome : one.outcome,
    finished: [...one.finished, ...other.finished],
    failures: [...one.failures, ...other.failures],
    blocked: [...one.blocked, ...other.blocked],
    gates: [...one.gates, ...other.gates],
  };
}

/**
 * Deletes what is no longer declared. What is still declared and protects some of it, such as a lock, goes first and
 * is put back whatever comes of the deletions. One that psc did not make stays: the service's refusal names it.
 * @param putBack makes declared resources again.
 */
export async function prune(
  plan: RemovalPlan,
  session: Session,
  emit: EventSink,
  putBack: (lifted: readonly Resource[]) => Promise<ApplyResult>,
): Promise<ApplyResult> {
  const { memory, http } = session;
  const options = { memory, http, emit };
  const { lifted = [] } = plan;
  if (lifted.length === 0) return remove(plan, options);
  const { has } = readCreations(session.recordFolder);
  const lifting = await planRemoval(graphOf(lifted), memory, http, { include: [], isJournaled: has });
  const problem = lifting.problems[0];
  if (problem !== undefined) throw problem.error;
  const away = await remove(lifting, options);
  const removed = away.outcome === "done" ? joined(away, await remove(plan, options)) : away;
  const gone = lifting.verdicts.filter(({ fate }) => fate === "delete").map(({ resource }) => resource);
  return gone.length === 0 ? removed : joined(removed, await putBack(gone));
}
