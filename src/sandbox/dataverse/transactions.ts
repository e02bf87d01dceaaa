import type { OrganizationState } from "./state.ts";

/**
 * Undoing refused writes. What a transaction changed is put back step by step, so that a refusal in a table of 100,000
 * rows costs as little as in an empty one. The journals are not part of the state: a request is over before the next
 * begins, and nothing is saved in between.
 */
const journals = new WeakMap<OrganizationState, (() => void)[]>();

/** Tells the transaction under way, if there is one, how to take back a change. */
export function onUndo(organization: OrganizationState, undo: () => void): void {
  journals.get(organization)?.push(undo);
}

/** Undoes every change made by `work` when it is refused; a transaction inside another belongs to it. */
export function inTransaction<T>(organization: OrganizationState, work: () => T): T {
  const outer = journals.get(organization);
  const journal = outer ?? [];
  const mark = journal.length;
  const { version } = organization;
  if (outer === undefined) journals.set(organization, journal);
  try {
    return work();
  } catch (error) {
    while (journal.length > mark) journal.pop()?.();
    organization.version = version;
    throw error;
  } finally {
    if (outer === undefined) journals.delete(organization);
  }
}
