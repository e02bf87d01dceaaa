import type { Observation } from "../engine/observation.ts";
import type { Context } from "../engine/resource.ts";

/**
 * A gate whose state no API shows: present once a person has said so.
 * @param gate its address
 * @param holder creation time (ISO) of what it is about, where its service tells: a word about something that was
 *   deleted and made anew since says nothing about the new one
 */
export function wordOf(
  gate: string,
  holder: string | undefined,
  why: string,
  context: Context,
): Observation<undefined> {
  const word = context.confirmation(gate);
  const outdated = word !== undefined && holder !== undefined && Date.parse(word.at) < Date.parse(holder);
  return word === undefined || outdated
    ? { status: "unknown", reason: `${why}; a person has to confirm it` }
    : { status: "present", id: `confirmed by ${word.by}`, fields: {}, data: undefined, onWord: true };
}
