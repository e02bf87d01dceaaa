import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployOnce, openTenant, type Tenant } from "../chaos/tenant.ts";
import { prove } from "../harness/fidelity.ts";
import { areDescriptionsHere, type Call, type Descriptions, openDescriptions } from "./arm-validator.ts";

const parsed = (text: unknown): unknown => {
  try {
    return typeof text === "string" && text !== "" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
};

/** Passes everything on and keeps what went to Azure Resource Manager. */
function recording(real: HttpClient, calls: Call[]): HttpClient {
  return {
    async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      const response = await real.sendRequest(request);
      if (new URL(request.url).host === "management.azure.com") {
        const { method, url, body } = request;
        const { status, headers, bodyAsText } = response;
        calls.push({
          method,
          url,
          sent: parsed(body),
          status,
          headers: headers.toJSON(),
          answered: parsed(bodyAsText),
        });
      }
      return response;
    },
  };
}

/**
 * Deviations of the real service from its description, recorded in Azure/azure-cli-extensions:src/healthbot: status
 * URLs are tenant-level and described nowhere; PATCH and DELETE of a bot answer otherwise than declared.
 */
const undescribed = (url: string): boolean => /\/operationStatuses\//i.test(url);

/** What the real services answer beyond their descriptions, as recorded in Azure/azure-cli and azure-cli-extensions. */
const RECORDED_DEVIATIONS: readonly {
  readonly url: RegExp;
  readonly complaint: RegExp;
  readonly why: string;
}[] = [
  {
    url: /\/Microsoft\.Insights\/components\//,
    complaint: /ADDITIONAL_PROPERTIES \/properties\/Ver /,
    why: "recorded answers carry Ver",
  },
  {
    url: /\/Microsoft\.Insights\/diagnosticSettings\//,
    complaint:
      /ADDITIONAL_PROPERTIES \/(location|kind|tags|identity|properties\/logs\/\d+\/retentionPolicy) /,
    why: "recorded answers carry null members of a tracked resource and a retention policy per log",
  },
  {
    url: /\/Microsoft\.Insights\/diagnosticSettings\//,
    complaint: /ADDITIONAL_PROPERTIES \/error /,
    why: "the description names code and message at the top; ARM's envelope is recorded",
  },
  {
    url: /\/Microsoft\.Authorization\/permissions/,
    complaint: /OPERATION_NOT_FOUND/,
    why: "its description is not among the files",
  },
];

describe.skipIf(!areDescriptionsHere)(
  `Azure's own descriptions${areDescriptionsHere ? "" : " (skipped: PSC_SPECS_DIR has no arm folder)"}`,
  () => {
    let tenant: Tenant;
    let descriptions: Descriptions;
    const calls: Call[] = [];

    beforeAll(async () => {
      tenant = await openTenant();
      expect(await deployOnce(tenant, { client: recording(tenant.client, calls) })).toMatchObject({
        outcome: "done",
      });
      descriptions = await openDescriptions();
    }, 120_000);
    afterAll(() => tenant.close());

    it("fit every request that psc sends in a whole deploy, and every answer of the sandbox to it", async () => {
      const described = calls.filter(({ url }) => !undescribed(url));
      expect(described.length).toBeGreaterThan(30);
      const trouble = new Set<string>();
      for (const call of described)
        for (const complaint of await descriptions.complaints(call)) {
          const known = RECORDED_DEVIATIONS.some(
            (deviation) => deviation.url.test(call.url) && deviation.complaint.test(complaint),
          );
          if (!known)
            trouble.add(`${call.method} ${new URL(call.url).pathname} ${call.status}: ${complaint}`);
        }
      expect([...trouble]).toEqual([]);
      const operations = new Set(described.map(({ method, url }) => `${method} ${new URL(url).pathname}`));
      prove(
        ...[...operations].map((operation) => ({
          api: "Azure Resource Manager",
          operation,
          proof: "official description" as const,
          source: "Azure/azure-rest-api-specs",
        })),
      );
    }, 120_000);

    it("would notice what does not fit", async () => {
      const call = calls.find(({ method, url }) => method === "PUT" && /healthBots\//.test(url));
      if (call === undefined) throw new Error("the deploy made no bot");
      const wrong = {
        ...call,
        sent: { location: "eastus", sku: { name: "S1" } },
        answered: { ...(call.answered as object), sku: { name: 7 } },
      };
      expect((await descriptions.complaints(wrong)).length).toBeGreaterThan(1);
    });
  },
);
