import type { Resource } from "../engine/resource.ts";
import { PscError } from "../errors.ts";
import { closest } from "../spec/suggest.ts";

function split(address: string): { readonly service: string; readonly kind: string; readonly name: string } {
  const bracket = address.indexOf("[");
  const path = bracket < 0 ? address : address.slice(0, bracket);
  const dot = path.indexOf(".");
  return {
    service: path.slice(0, dot),
    kind: path.slice(dot + 1),
    name: bracket < 0 ? "" : address.slice(bracket),
  };
}

/**
 * The short name people type: `omnichannel-consent` of `entra.omnichannel-consent`. A bare word such as `channel` says
 * too little, so it keeps its service: `health-bot-channel`.
 */
export function shortGateName(address: string): string {
  const { service, kind, name } = split(address);
  return `${kind.includes("-") ? kind : `${service}-${kind}`}${name}`;
}

/** The name for a command line: quoted when it holds characters that a shell reads. */
export function typedGateName(address: string): string {
  const name = shortGateName(address);
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

function answersTo(address: string, wanted: string): boolean {
  const short = shortGateName(address);
  const { service, kind, name } = split(address);
  const bare = short.slice(0, short.length - name.length);
  const named = /^\["(.*)"\]$/.exec(name)?.[1];
  const names = [
    address,
    short,
    bare,
    kind,
    `${kind}${name}`,
    `${service}.${kind}`,
    `${service}-${kind}`,
    named,
  ];
  return names.includes(wanted) || bare.endsWith(`-${wanted}`);
}

/**
 * The gate a person means, by full address or any part of it that is unique.
 * @throws PscError PSC-E102 when there is none or more than one.
 */
export function findGate(gates: readonly Resource[], wanted: string): Resource {
  const exact = gates.filter(({ address }) => address === wanted || shortGateName(address) === wanted);
  const found = exact.length > 0 ? exact : gates.filter(({ address }) => answersTo(address, wanted));
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
  const guess = closest(wanted, [...gates.map(({ address }) => address), ...names]);
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
