import type * as z from "zod";
import { secretValue } from "../secret-value.ts";
import type { SecretReference } from "./model.ts";
import { formatPath, type MapEntry, type ScalarNode, type SpecNode, type SpecPath } from "./node.ts";
import type { Problem, ProblemLog } from "./problems.ts";
import { isSecretField, unquotedTypesAt } from "./schema/walk.ts";
import { closest } from "./suggest.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

interface Context {
  readonly schema: z.ZodType;
  readonly env: Variables;
  readonly log: ProblemLog;
}

/**
 * Replaces `${env:NAME}` and `${env:NAME:-default}` in every value by the variable of psc's environment, and turns
 * references in secret fields into secrets that are read when needed. `$${` stands for `${` itself.
 */
export function replaceReferences(tree: SpecNode, context: Context): SpecNode {
  return replaceIn(tree, [], context);
}

function replaceIn(node: SpecNode, path: SpecPath, context: Context): SpecNode {
  switch (node.kind) {
    case "scalar":
      return typeof node.value === "string" && node.value.includes("${")
        ? replaceScalar(node, node.value, path, context)
        : node;
    case "list":
      return { ...node, items: node.items.map((item, i) => replaceIn(item, [...path, i], context)) };
    case "map": {
      const entries = new Map<string, MapEntry>();
      for (const [key, entry] of node.entries)
        entries.set(key, { ...entry, value: replaceIn(entry.value, [...path, key], context) });
      return { ...node, entries };
    }
  }
}

function replaceScalar(node: ScalarNode, text: string, path: SpecPath, context: Context): ScalarNode {
  const report = (problem: Omit<Problem, "location">): undefined =>
    void context.log.report({ ...problem, location: node.location });

  if (isSecretField(context.schema, path)) {
    const secret = asSecret(text, context.env, report);
    if (secret !== undefined) return { ...node, value: secret };
  }
  let failed = false;
  const fail = (problem: Omit<Problem, "location">): string => {
    failed = true;
    report(problem);
    return "";
  };
  let fromEnvironment = false;
  const value = text.replaceAll(/\$\$\{|\$\{([^}]*)(\}|$)/g, (whole, body: string, end: string) => {
    if (whole === "$${") return "${";
    if (end !== "}") return fail(malformed(whole));
    const [, name = ""] = ENV_REFERENCE.exec(body) ?? [];
    fromEnvironment ||= (context.env[name] ?? "") !== "";
    return expand(body, path, context.env, fail);
  });
  if (failed) return { ...node, value: null, failed: true };
  // Text around a variable, or a default beside it, makes it no less secret.
  if (fromEnvironment && isSecretField(context.schema, path))
    return { ...node, value: { kind: "composed", text, value: secretValue(value) } };
  const isOneReference = node.plain && /^\$\{[^}]*\}$/.test(text);
  return { ...node, value: isOneReference ? retyped(value, context.schema, path) : value };
}

type Report = (problem: Omit<Problem, "location">) => undefined;

const ENV_REFERENCE = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const KEY_VAULT_REFERENCE =
  /^keyvault:([A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9])\/([A-Za-z0-9-]{1,127})(?:\/([0-9a-f]{32}))?$/;

function asSecret(text: string, env: Variables, report: Report): SecretReference | undefined {
  const body = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const [, vault, secret, version] = KEY_VAULT_REFERENCE.exec(body) ?? [];
  if (vault !== undefined && secret !== undefined) return { kind: "keyVault", vault, secret, version };
  const [, name, otherwise] = ENV_REFERENCE.exec(body) ?? [];
  if (name === undefined || otherwise !== undefined) return undefined;
  const value = env[name] ?? "";
  if (value === "") report(notSet(name, env));
  // Known from now on, so that no error shows it.
  else secretValue(value);
  return { kind: "environment", name };
}

function expand(
  body: string,
  path: SpecPath,
  env: Variables,
  fail: (problem: Omit<Problem, "location">) => string,
): string {
  if (body.startsWith("keyvault:"))
    return fail(
      path[0] === "healthBot" && path[1] === "variables"
        ? {
            code: "PSC-E033",
            message: `"\${${body}}" is not a Key Vault reference that can stand here`,
            remedy: `make it the whole value: \${keyvault:VAULT/SECRET}`,
          }
        : {
            code: "PSC-E032",
            message: `a Key Vault secret may not stand in ${formatPath(path)}`,
            remedy: `use \${env:NAME} or the plain value; secrets may stand in healthBot.variables`,
          },
    );
  const [, name, otherwise] = ENV_REFERENCE.exec(body) ?? [];
  if (name === undefined) return fail(malformed(`\${${body}}`));
  const value = env[name] ?? "";
  if (value !== "") return value;
  return otherwise ?? fail(notSet(name, env));
}

function malformed(reference: string): Omit<Problem, "location"> {
  return {
    code: "PSC-E031",
    message: `"${reference}" is not a reference psc knows`,
    remedy: `write \${env:NAME} or \${env:NAME:-default}; for the characters themselves write $\${`,
  };
}

function notSet(name: string, env: Variables): Omit<Problem, "location"> {
  const guess = closest(name, Object.keys(env));
  const hint = guess === undefined ? "" : ` (did you mean ${guess}?)`;
  return {
    code: "PSC-E030",
    message: `the environment variable ${name} is not set${hint}`,
    remedy: `set ${name}, or give a default: \${env:${name}:-value}`,
  };
}

/** Text from the environment as YAML would have read it unquoted, where the field takes a number or truth value. */
function retyped(value: string, schema: z.ZodType, path: SpecPath): string | number | boolean {
  const types = unquotedTypesAt(schema, path);
  if (types.includes("number") && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (types.includes("boolean") && (value === "true" || value === "false")) return value === "true";
  return value;
}
