import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { areDescriptionsHere, type Call, openDescriptions } from "../clients/arm-validator.ts";
import { evaluate, type Scope, type Value } from "./expressions.ts";

const FOLDER = resolve(import.meta.dirname, "../../templates/health-bot");
const ARM = "https://management.azure.com";
const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";

type Member = { readonly [name: string]: Value };
const read = (file: string): Member => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Member;
const members = (value: Value | undefined): readonly Member[] => (value ?? []) as readonly Member[];
const template = read("azuredeploy.json");
const form = read("portal.json");

/** The spec and the parameters that mean the same. */
const SPEC = `extends: base.yaml
name: contoso-dev
stage: dev
environment: { domain: contosohealth-dev, region: unitedstates }
azure:
  subscription: 11111111-1111-4111-8111-111111111111
  location: eastus
  resourceGroup: rg-contoso-health-dev
  lock: true
  policies: [{ name: health-bot-azure-rbac }, { name: hitrust-csf-11-3 }]
  monitoring: { alerts: { email: [oncall@contoso.com, ciso@contoso.com] } }
`;
const GIVEN: Readonly<Record<string, Value>> = {
  environmentName: "contoso-dev",
  location: "eastus",
  resourceGroup: "rg-contoso-health-dev",
  botName: "bot-contoso-dev",
  workspaceName: "log-contoso-dev",
  applicationInsightsName: "appi-contoso-dev",
  alertEmails: ["oncall@contoso.com", "ciso@contoso.com"],
};

interface Put {
  readonly url: string;
  readonly body: Member;
  readonly after: readonly string[];
}

function parametersOf(
  declared: Value | undefined,
  given: Readonly<Record<string, Value>>,
  scope: Scope,
): Scope {
  const entries = Object.entries((declared ?? {}) as Member).map(([name, parameter]): [string, Value] => {
    const usual = (parameter as Member)["defaultValue"];
    const value = given[name] ?? (usual === undefined ? undefined : evaluate(usual, scope));
    if (value === undefined) throw new Error(`the template needs ${name}`);
    return [name, value];
  });
  return { ...scope, parameters: Object.fromEntries(entries) };
}

/** What Azure does with the template: every resource with its values, each after what it depends on. */
function putsOf(part: Member, scope: Scope, group = ""): readonly Put[] {
  return members(part["resources"]).flatMap((resource): readonly Put[] => {
    const { type, apiVersion, name, dependsOn, resourceGroup, ...body } = resource;
    if (type === "Microsoft.Resources/deployments") {
      const properties = resource["properties"] as Member;
      const inner = properties["template"] as Member;
      const passed = Object.fromEntries(
        Object.entries(properties["parameters"] as Member).map(([key, value]): [string, Value] => [
          key,
          evaluate((value as Member)["value"] ?? null, scope),
        ]),
      );
      const target = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${String(evaluate(resourceGroup ?? "", scope))}`;
      return putsOf(inner, parametersOf(inner["parameters"], passed, scope), target);
    }
    const path =
      type === "Microsoft.Resources/resourceGroups"
        ? `/subscriptions/${SUBSCRIPTION}/resourceGroups`
        : `${group === "" ? `/subscriptions/${SUBSCRIPTION}` : group}/providers/${String(type)}`;
    return [
      {
        url: `${ARM}${path}/${String(evaluate(name ?? "", scope))}?api-version=${String(apiVersion)}`,
        body: evaluate(body, scope) as Member,
        after: members(dependsOn).map((one) => String(evaluate(one as unknown as Value, scope))),
      },
    ];
  });
}

const SCOPE: Scope = { parameters: {}, subscription: SUBSCRIPTION, location: "eastus" };
const puts = putsOf(template, parametersOf(template["parameters"], GIVEN, SCOPE));

let place: Workplace;
const calls: Call[] = [];
beforeAll(async () => {
  place = await openWorkplace();
  place.write("like-the-template.yaml", SPEC);
  const token = await place.sandbox.token("admin", ARM);
  const ask = (method: string, url: string, body?: unknown) =>
    place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
  for (const namespace of ["Microsoft.HealthBot", "Microsoft.Insights", "Microsoft.OperationalInsights"])
    await ask(
      "POST",
      `${ARM}/subscriptions/${SUBSCRIPTION}/providers/${namespace}/register?api-version=2025-04-01`,
    );
  await place.sandbox.control("POST", "clock", { jump: "10m" });
  const done = new Set<string>();
  let left = [...puts];
  while (left.length > 0) {
    const ready = left.filter(({ after }) =>
      after.every((id) => done.has(id.toLowerCase()) || /\/deployments\//.test(id)),
    );
    if (ready.length === 0) throw new Error("the template's resources wait for each other");
    for (const { url, body } of ready) {
      const answer = await ask("PUT", url, body);
      expect(answer.status, `${url}: ${answer.text}`).toBeLessThan(300);
      const { status, headers, body: answered } = answer;
      calls.push({ method: "PUT", url, sent: body, status, headers, answered });
      done.add(new URL(url).pathname.toLowerCase());
      await place.sandbox.control("POST", "clock", { jump: "5m" });
    }
    left = left.filter((one) => !ready.includes(one));
  }
});
afterAll(() => place.close());

describe("templates/health-bot", () => {
  it("makes what psc makes of the same values: psc finds nothing to change", async () => {
    const { json } = await place.psc("plan like-the-template.yaml --output json");
    const azure = (json.actions as { address: string; action: string; diff: object[] }[])
      .filter(({ address }) => address.startsWith("azure.") || address === "health-bot.account")
      .filter(({ address }) => !address.startsWith("azure.eligible-role-assignment"));
    expect(azure.filter(({ action }) => action !== "none")).toEqual([]);
    const kinds = new Set(azure.map(({ address }) => address.split("[")[0]));
    expect(kinds).toEqual(
      new Set([
        "azure.location",
        "azure.resource-provider",
        "azure.standing-access",
        "azure.resource-group",
        "azure.log-analytics-workspace",
        "azure.application-insights",
        "azure.activity-log-export",
        "azure.action-group",
        "azure.activity-log-alert",
        "azure.policy-assignment",
        "azure.resource-lock",
        "health-bot.account",
      ]),
    );
  });

  it.skipIf(!areDescriptionsHere)(
    `is valid by Azure's own descriptions${areDescriptionsHere ? "" : " (skipped: PSC_SPECS_DIR has no arm folder)"}`,
    async () => {
      const descriptions = await openDescriptions();
      const complaints: string[] = [];
      // Of the answers, which are the sandbox's, arm-descriptions.test.ts speaks.
      for (const call of calls)
        for (const complaint of await descriptions.requestComplaints(call))
          complaints.push(`${new URL(call.url).pathname}: ${complaint}`);
      expect(calls.length).toBeGreaterThan(8);
      expect(complaints).toEqual([]);
    },
    120_000,
  );

  it("is asked for by the form, parameter by parameter", () => {
    const declared = template["parameters"] as { readonly [name: string]: Member };
    const { outputs, properties } = form["view"] as { readonly [name: string]: Member };
    const asked = outputs?.["parameters"] as Member;
    expect(Object.keys(asked).sort()).toEqual(Object.keys(declared).sort());
    const steps = members(properties?.["steps"]);
    const elements = new Set(
      steps.flatMap((step) =>
        members(step["elements"]).map(({ name }) => `${String(step["name"])}.${String(name)}`),
      ),
    );
    for (const value of Object.values(asked)) {
      const [, step, element] = /steps\('(\w+)'\)\.(\w+)/.exec(String(value)) ?? [];
      expect(elements).toContain(`${step}.${element}`);
    }
  });
});
