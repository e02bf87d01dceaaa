import { beforeAll, describe, expect, it } from "vitest";
import { prove } from "../harness/fidelity.ts";
import type { Answer, ParsedJson } from "../harness/sandbox.ts";
import { ARM, type ArmSession, SUBSCRIPTION, startArmSession } from "../sandbox/azure/arm-session.ts";
import { GENERATIONS, type Step, stepsOf } from "./arm-operation-steps.ts";
import {
  areDescriptionsHere,
  type DescribedOperation,
  describedOperations,
  openDescriptions,
} from "./arm-validator.ts";

/** Where the service was recorded otherwise than it is described, or the description cannot be meant. */
const KNOWN_DEVIATIONS: readonly RegExp[] = [
  // Required by the description, though there is no next page to link to.
  /GET \/subscriptions 200: OBJECT_MISSING_REQUIRED_PROPERTY \/nextLink/,
  /diagnosticSettings.*ADDITIONAL_PROPERTIES \S*\/(location|kind|tags|identity|retentionPolicy)\b/,
  /components.*ADDITIONAL_PROPERTIES \S*\/Ver /,
  // Their descriptions name code and message at the top; what is missing is answered by Resource Manager itself.
  /(actionGroups|activityLogAlerts)\/\w+ 404: OBJECT_ADDITIONAL_PROPERTIES \/error /,
  // Described for a resource below another only: none of the sandbox's has a parent.
  /healthBots\/bot\/providers\/Microsoft.Authorization\/(permissions|policyAssignments) 200: OPERATION_NOT_FOUND/,
];

/** A request that was checked, with its answer. */
interface Checked {
  readonly method: string;
  readonly path: string;
  readonly version: string;
}

/** `/{roleAssignmentId}` and its like: the whole id of an extension resource in one parameter. */
function spelledOut(template: string): string {
  return template.replace(
    /^\/\{(role|deny|policy)AssignmentId\}$/,
    "/{scope}/providers/Microsoft.Authorization/$1Assignments/{name}",
  );
}

/** Values for the parameters of a description's path. */
function filled(template: string): string {
  return spelledOut(template)
    .replace(/\{(scope|resourceId|resourceUri)\}/gi, `subscriptions/${SUBSCRIPTION}/resourceGroups/rg-psc`)
    .replace("{subscriptionId}", SUBSCRIPTION)
    .replace("{resourceGroupName}", "rg-psc")
    .replace("{resourceProviderNamespace}", "Microsoft.HealthBot")
    .replace("/{parentResourcePath}", "")
    .replace("{resourceType}", "healthBots")
    .replace(/\{\w+\}/g, "x")
    .replace(/^\/+/, "/");
}

function matches(template: string, path: string): boolean {
  const source = spelledOut(template)
    .replace("/{parentResourcePath}", "")
    .split(/(\{\w+\})/)
    .map((part) => {
      if (/^\{(scope|resourceId|resourceUri)\}$/i.test(part)) return "[^?]+";
      return part.startsWith("{") ? "[^/?]+" : part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^/*${source.replace(/^\/+/, "")}/?(\\?.*)?$`, "i").test(path);
}

/** Described operations that cannot be checked as they stand. */
const NOT_AS_DESCRIBED: readonly { readonly operation: RegExp; readonly why: string }[] = [
  {
    operation: /\{resourceType\}\/\{resourceName\} /,
    why: "a resource of any type, on the type's own api-version: checked type by type",
  },
  {
    operation: /^GET \/subscriptions\/\{subscriptionId\}\/resources (2025-05-01|2023-07-01)$/,
    why: "Key Vault describes this list of Microsoft.Resources once more, under its own api-version",
  },
];

describe.skipIf(!areDescriptionsHere)(
  `Every operation of the sandbox's Azure${areDescriptionsHere ? "" : " (skipped: PSC_SPECS_DIR has no arm folder)"}`,
  () => {
    const trouble: string[] = [];
    const checked: Checked[] = [];

    beforeAll(async () => {
      const descriptions = await openDescriptions();

      async function check(session: ArmSession, step: Step, before: ParsedJson): Promise<Answer> {
        if (step.wait !== undefined) await session.advance(step.wait);
        const path = typeof step.path === "string" ? step.path : step.path(before);
        const answer = await session.arm(step.method, path, step.version, step.body);
        const label = `${step.method} ${path.replace(`/subscriptions/${SUBSCRIPTION}`, "") || "/"} ${answer.status}`;
        if (answer.status !== step.status) trouble.push(`${label} for ${step.status}: ${answer.text}`);
        const joint = path.includes("?") ? "&" : "?";
        const found = await descriptions.complaints({
          method: step.method,
          url: `${ARM}${path}${joint}api-version=${step.version}`,
          sent: step.body,
          status: answer.status,
          headers: answer.headers,
          answered: answer.body,
        });
        for (const complaint of found.map((one) => `${label}: ${one} (${step.version})`))
          if (!KNOWN_DEVIATIONS.some((known) => known.test(complaint))) trouble.push(complaint);
        checked.push({ method: step.method, path, version: step.version });
        return answer;
      }

      for (const versions of GENERATIONS) {
        const session = await startArmSession();
        let before: ParsedJson;
        for (const step of stepsOf(versions)) before = (await check(session, step, before)).body;
        await session.close();
      }
    }, 240_000);

    it("asks and answers as Azure describes it, on every described api-version", () => {
      expect(trouble).toEqual([]);
      prove(
        ...checked.map(({ method, path }) => ({
          api: "Azure Resource Manager",
          operation: `${method} ${path}`,
          proof: "official description" as const,
          source: "Azure/azure-rest-api-specs",
        })),
      );
    });

    it("is checked if it is described, or answers 501", async () => {
      const unchecked: string[] = [];
      const played = async (session: ArmSession, operation: DescribedOperation): Promise<boolean> => {
        const { method, template, version } = operation;
        const body = ["PUT", "PATCH", "POST"].includes(method) ? {} : undefined;
        const answer = await session.arm(method, filled(template), version, body);
        // Providers the sandbox does not know at all are unknown to its subscription too.
        return answer.status !== 501 && answer.body?.error?.code !== "InvalidResourceNamespace";
      };
      const session = await startArmSession();
      for (const operation of describedOperations()) {
        const { method, template, version } = operation;
        const name = `${method} ${template} ${version}`;
        if (NOT_AS_DESCRIBED.some((one) => one.operation.test(name))) continue;
        const isChecked = checked.some(
          (one) => one.method === method && one.version === version && matches(template, one.path),
        );
        if (!isChecked && (await played(session, operation))) unchecked.push(name);
      }
      await session.close();
      expect(unchecked).toEqual([]);
    }, 60_000);
  },
);
