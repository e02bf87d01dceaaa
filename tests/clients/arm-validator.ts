import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LiveValidator, parseValidationRequest } from "oav";
import type { LiveRequest, LiveResponse } from "oav/dist/lib/liveValidation/operationValidator.js";

const DESCRIPTIONS = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../shared/specs"),
  "arm",
);

/** Whether Azure's descriptions are on this machine. */
export const areDescriptionsHere = existsSync(DESCRIPTIONS);

/** An operation as a description names it. */
export interface DescribedOperation {
  readonly method: string;
  /** Such as `/subscriptions/{subscriptionId}/locations`. */
  readonly template: string;
  readonly version: string;
}

const METHODS = ["get", "put", "post", "patch", "delete", "head"];

/** Every operation of the descriptions on this machine. */
export function describedOperations(): DescribedOperation[] {
  const files = globSync("**/{stable,preview}/*/*.json", { cwd: DESCRIPTIONS });
  return files.flatMap((file) => {
    const { paths, info } = JSON.parse(readFileSync(join(DESCRIPTIONS, file), "utf8"));
    return Object.entries<object>(paths ?? {}).flatMap(([template, operations]) =>
      Object.keys(operations)
        .filter((method) => METHODS.includes(method))
        .map((method) => ({ method: method.toUpperCase(), template, version: info.version })),
    );
  });
}

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly sent: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answered: unknown;
}

/** oav expects a provider name where `/subscriptions/{s}/providers/{name}/register` has a template. */
const GENERIC =
  /^\/(subscriptions\/[^/]+\/)?providers(\/[^/]+(\/(register|unregister|resourceTypes|providerPermissions))?)?$/i;

/** Keeps the validator's own log out of the test's output. */
const SILENT = (): void => {};

export interface Descriptions {
  /** What the official description says against a request and its answer; empty when both conform. */
  complaints(call: Call): Promise<string[]>;
  /** The same of the request alone. */
  requestComplaints(call: Call): Promise<string[]>;
}

/** Loads Azure/azure-rest-api-specs, as far as it is on this machine, into Microsoft's own validator. */
export async function openDescriptions(): Promise<Descriptions> {
  const validator = new LiveValidator(
    {
      directory: DESCRIPTIONS,
      swaggerPathsPattern: ["specification/**/*.json", "healthbot/specification/**/*.json"],
      excludedSwaggerPathsPattern: ["**/examples/**", "**/common-types/**", "**/common/**"],
      git: { url: "", shouldClone: false },
      loadValidatorInBackground: false,
    },
    SILENT,
  );
  // For each description without paths the loader says "error" on the console and goes on.
  const { error } = console;
  console.error = SILENT;
  try {
    await validator.initialize();
  } finally {
    console.error = error;
  }

  const requestOf = (call: Call): LiveRequest => ({
    method: call.method,
    url: call.url,
    headers: { "content-type": "application/json" },
    ...(call.sent === undefined ? {} : { body: call.sent as Record<string, unknown> }),
  });
  const infoOf = (call: Call) => {
    const request = parseValidationRequest(call.url, call.method, "", "");
    if (!GENERIC.test(request.pathStr ?? "")) return undefined;
    return {
      apiVersion: "",
      operationId: "",
      validationRequest: { ...request, providerNamespace: "microsoft.unknown" },
    };
  };
  const wordsOf = (result: Awaited<ReturnType<typeof validator.validateLiveRequest>>): string[] =>
    result.runtimeException === undefined
      ? result.errors.map(
          ({ code, pathsInPayload, message }) => `${code} ${pathsInPayload[0] ?? ""} ${message}`,
        )
      : [`${result.runtimeException.code} ${result.runtimeException.message}`];
  const requestComplaints = async (call: Call): Promise<string[]> =>
    wordsOf(await validator.validateLiveRequest(requestOf(call), {}, infoOf(call)));

  return {
    requestComplaints,
    async complaints(call) {
      const liveResponse: LiveResponse = {
        statusCode: String(call.status),
        headers: { ...call.headers },
        ...(call.answered === undefined || call.answered === null
          ? {}
          : { body: call.answered as Record<string, unknown> }),
      };
      return [
        ...(await requestComplaints(call)),
        ...wordsOf(await validator.validateLiveResponse(liveResponse, requestOf(call), {}, infoOf(call))),
      ];
    },
  };
}
