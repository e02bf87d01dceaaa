import type { ResourceGraph } from "../engine/graph.ts";
import { closest } from "../spec/suggest.ts";
import { usageError } from "./usage.ts";

/**
 * The resources that `--include` names. Addresses hold commas only inside their quotes.
 * @throws PscError PSC-E101 for an address the environment does not have.
 */
export function includedAddresses(text: string | undefined, graph: ResourceGraph): readonly string[] {
  const named = (text?.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((address) => address.trim()).filter(Boolean);
  for (const address of named) if (graph.get(address) === undefined) throw unknownAddress(address, graph);
  return named;
}

function unknownAddress(address: string, graph: ResourceGraph): Error {
  const guess = closest(
    address,
    graph.order.map((resource) => resource.address),
  );
  return usageError(
    `--include: the environment has no resource ${address}`,
    guess === undefined
      ? "take an address from `psc destroy --dry-run --output json`"
      : `did you mean '${guess}'? The shell needs the quotes around it`,
  );
}
