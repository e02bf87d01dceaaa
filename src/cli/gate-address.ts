import type { Resource } from "../engine/resource.ts";
import { PscError } from "../errors.ts";
import { closest } from "../spec/suggest.ts";

/** The short name people type: the address without the service, such as `omnichannel-consent`. */
export function shortGateName(address: string): string {
  const bracket = address.indexOf("[");
  const kind = bracket < 0 ? address : address.slice(0, bracket);
  return `${kind.slice(kind.indexOf(".") + 1)}${bracket < 0 ? "" : address.slice(bracket)}`;
}

/** The name for a command line: quoted when it holds characters that a shell reads. */
export function typedGateName(address: string): string {
  const name = shortGateName(address);
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

function answersTo(address: string, wanted: string): boolean {
  const short = shortGateName(address);
  const bare = (text: string): string => text.replace(/\[.*$/, "");
  const named = /\["?(.*?)"?\]$/.exec(address)?.[1];
  return address === wanted || short === wanted || bare(address) === wanted || bare(short) === wanted || named === wanted;
}

/**
 * The gate a person means, by full address or any part of it that is unique.
 * @throws PscError PSC-E102 when there is none or more than one.
 */
export function findGate(gates: readonly Resource[], wanted: string): Resource {
  const exact = gates.filter(({ address }) => address === wanted || shortGateName(address) === wanted);
  const found = exact.length === 1 ? exact : gates.filter(({ address }) => answersTo(address, wanted));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const names = gates.map(({ address }) => shortGateName(address));
  if (found.length > 1) {
    throw new PscError({
      code: "PSC-E102",
      message: `"${wanted}" could be ${found.map(({ address }) => shortGateName(address)).join(" or ")}`,
      remedy: "give the whole name",
    });
  }
  const guess = closest(wanted, names);
  throw new PscError({
    code: "PSC-E102",
    message: `this spec has no gate "${wanted}"`,
    remedy:
      guess !== undefined
        ? `did you mean "${guess}"?`
        : names.length === 0
          ? "it has no gates at all"
          : `its gates: ${names.join(", ")}`,
  });
}
