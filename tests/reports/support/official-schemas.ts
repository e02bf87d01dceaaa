import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import draft04 from "ajv-draft-04";
import formats from "ajv-formats";
import { validateXML } from "xmllint-wasm";

const SPECS = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/specs"),
  "reports",
);
const SARIF = join(SPECS, "sarif/sarif-schema-2.1.0.json");
const JUNIT = join(SPECS, "junit/junit-10.xsd");

export const isSarifSchemaHere = existsSync(SARIF);
export const isJunitSchemaHere = existsSync(JUNIT);
export const WITHOUT_SARIF = isSarifSchemaHere ? "" : " (skipped: OASIS' schema is not in PSC_SPECS_DIR)";
export const WITHOUT_JUNIT = isJunitSchemaHere ? "" : " (skipped: junit-10.xsd is not in PSC_SPECS_DIR)";

/** What a schema has against a document, one line each; empty when it is valid. */
export type Check = (text: string) => readonly string[];

const read = (file: string): object => JSON.parse(readFileSync(file, "utf8")) as object;

function checkOf(validate: ValidateFunction): Check {
  return (text) => {
    if (validate(JSON.parse(text))) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ""}`);
  };
}

/** OASIS wrote it in draft 4 of JSON Schema. */
export function sarifCheck(): Check {
  const ajv = new draft04.default({ strict: false, allErrors: true });
  formats.default(ajv);
  return checkOf(ajv.compile(read(SARIF)));
}

/** NIST's, from this repository. */
export function oscalCheck(): Check {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  return checkOf(
    ajv.compile(read(resolve(import.meta.dirname, "../schemas/oscal_complete_schema-1-1-3.json"))),
  );
}

/** One of psc's own documents, closed: a field that the schema does not describe is an error. */
export function ownCheck(file: string): Check {
  const ajv = new Ajv2020({ allErrors: true });
  formats.default(ajv);
  const closed = JSON.parse(
    readFileSync(resolve(import.meta.dirname, "../../../schema", file), "utf8").replaceAll(
      /"additionalProperties": \{\}/g,
      '"additionalProperties": false',
    ),
  ) as object;
  return checkOf(ajv.compile(closed));
}

/** Many at once, because starting the validator is what takes long. */
export async function junitErrors(documents: readonly string[]): Promise<readonly string[]> {
  const { valid, errors } = await validateXML({
    xml: documents.map((contents, at) => ({ fileName: `report-${at}.xml`, contents })),
    schema: [readFileSync(JUNIT, "utf8")],
    maxMemoryPages: 4096,
  });
  return valid ? [] : errors.map(({ rawMessage }) => rawMessage);
}
