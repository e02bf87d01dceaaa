import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { VerifyResult } from "../controls/result.ts";
import { VERDICTS } from "../controls/verdict.ts";
import { PscError } from "../errors.ts";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";

function isControl(value: unknown): boolean {
  return (
    isObject(value) &&
    [value["id"], value["title"], value["origin"], value["reason"]].every(isText) &&
    isText(value["verdict"]) &&
    (VERDICTS as readonly string[]).includes(value["verdict"]) &&
    Array.isArray(value["findings"]) &&
    value["findings"].every((one) => isObject(one) && isText(one["subject"]) && isText(one["field"]))
  );
}

/** Undefined when it is a result. */
function whyNoResult(document: unknown): string | undefined {
  if (!isObject(document)) return "it is no JSON object";
  if (document["format"] !== "psc.verify/2")
    return `its format is "${String(document["format"])}", not "psc.verify/2"`;
  const { controls, collected, environment, runId } = document;
  const whole =
    Array.isArray(controls) &&
    controls.every(isControl) &&
    isObject(collected) &&
    isText(collected["to"]) &&
    isObject(environment) &&
    isText(runId);
  return whole ? undefined : "it is not whole: controls, environment or times are missing";
}

/**
 * An earlier result to compare with.
 * @param file as the person named it.
 * @throws PscError PSC-E104 when it cannot be read, is no result of `psc verify`, or one of another environment.
 */
export function readBaseline(
  cwd: string,
  file: string,
  { name, tenant, domain }: { readonly name: string; readonly tenant: string; readonly domain: string },
): VerifyResult {
  const refuse = (message: string, remedy: string): never => {
    throw new PscError({ code: "PSC-E104", message, remedy, side: "user" });
  };
  let document: unknown;
  let wrong: string | undefined;
  try {
    document = JSON.parse(readFileSync(resolve(cwd, file), "utf8"));
    wrong = whyNoResult(document);
  } catch (error) {
    wrong = error instanceof Error ? error.message : String(error);
  }
  if (wrong !== undefined)
    return refuse(
      `${file} is no result of psc verify: ${wrong}`,
      "name a file that `psc verify FILE --report json=result.json` has written",
    );
  const baseline = document as VerifyResult;
  const { environment } = baseline;
  if (environment.name !== name || environment.domain !== domain || environment.tenant !== tenant)
    return refuse(
      `${file} is a result of ${environment.name} (${environment.domain}, ${environment.tenant}), not of ${name} (${domain}, ${tenant})`,
      "name an earlier result of the same environment; `psc diff --live` compares two environments",
    );
  return baseline;
}
