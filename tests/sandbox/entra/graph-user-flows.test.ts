import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { filter, type GraphTenant, startGraphTenant } from "./graph.ts";
import { consentTo } from "./graph-consent.ts";

const FLOWS = "/identity/authenticationEventsFlows";
const B2X = "/identity/b2xUserFlows";
const TYPE = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
const DOCS = "microsoftgraph/microsoft-graph-docs-contrib";

let tenant: GraphTenant;
let appId: string;
beforeEach(async () => {
  tenant = await startGraphTenant();
  await consentTo(tenant, ["EventListener.ReadWrite.All", "IdentityUserFlow.ReadWrite.All"]);
  appId = (await tenant.ask("POST", "/applications", { body: { displayName: "Portal" } })).body.appId;
});
afterEach(() => tenant.close());

const flow = (more: object = {}): object => ({
  "@odata.type": TYPE,
  displayName: "Patients sign up",
  onAuthenticationMethodLoadStart: {
    "@odata.type": "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp",
    identityProviders: [{ id: "EmailPassword-OAUTH" }],
  },
  onInteractiveAuthFlowStart: {
    "@odata.type": "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp",
    isSignUpAllowed: true,
  },
  ...more,
});

describe("sign-up flows of an external tenant", () => {
  test("are made, found by name, linked to an application, changed and deleted", async () => {
    const made = await tenant.ask("POST", FLOWS, { body: flow() });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ "@odata.type": TYPE, displayName: "Patients sign up" });
    // Providers are navigation, so answers leave them out.
    expect(made.body.onAuthenticationMethodLoadStart).not.toHaveProperty("identityProviders");
    const one = `${FLOWS}/${made.body.id}`;
    const found = await tenant.ask("GET", `${FLOWS}?${filter("displayName eq 'Patients sign up'")}`);
    expect(found.body.value).toMatchObject([{ id: made.body.id }]);
    const included = `${one}/conditions/applications/includeApplications`;
    const linked = await tenant.ask("POST", included, {
      body: { "@odata.type": "#microsoft.graph.authenticationConditionApplication", appId },
    });
    expect([linked.status, linked.body.appId]).toEqual([201, appId]);
    expect((await tenant.ask("GET", included)).body.value).toEqual([{ appId }]);
    const changed = await tenant.ask("PATCH", one, {
      body: { "@odata.type": TYPE, description: "For the portal" },
    });
    expect([changed.status, changed.text]).toEqual([204, ""]);
    expect((await tenant.ask("GET", one)).body).toMatchObject({
      displayName: "Patients sign up",
      description: "For the portal",
      conditions: { applications: { includeApplications: [{ appId }] } },
    });
    expect((await tenant.ask("DELETE", `${included}/${appId}`)).status).toBe(204);
    expect((await tenant.ask("GET", included)).body.value).toEqual([]);
    expect((await tenant.ask("DELETE", one)).status).toBe(204);
    expect((await tenant.ask("GET", one)).status).toBe(404);
    for (const page of [
      "identitycontainer-post-authenticationeventsflows",
      "authenticationeventsflow-update",
    ])
      prove({
        api: "Microsoft Graph",
        operation: `${page.includes("post") ? "POST" : "PATCH"} ${FLOWS}`,
        proof: "documentation",
        source: `${DOCS} ${page}`,
      });
  });

  test.each([
    ["no type", { "@odata.type": undefined }],
    ["no name", { displayName: "" }],
    ["no identity provider", { onAuthenticationMethodLoadStart: { identityProviders: [] } }],
    ["a property nobody knows", { colour: "blue" }],
    [
      "an application nobody knows",
      {
        conditions: {
          applications: { includeApplications: [{ appId: "0f0f0f0f-0000-4000-8000-000000000000" }] },
        },
      },
    ],
  ])("refuse %s", async (_, more) => {
    const answer = await tenant.ask("POST", FLOWS, { body: flow(more) });
    expect([answer.status, answer.body.error.code]).toEqual([400, "Request_BadRequest"]);
    expect((await tenant.ask("GET", FLOWS)).body.value).toEqual([]);
  });

  test("refuse a second flow of the same name, a second link, and attributes that came too late", async () => {
    const first = await tenant.ask("POST", FLOWS, { body: flow() });
    const second = await tenant.ask("POST", FLOWS, { body: flow() });
    expect([second.status, second.body.error.details?.[0]?.code]).toEqual([400, "ObjectConflict"]);
    const link = `${FLOWS}/${first.body.id}/conditions/applications/includeApplications`;
    expect((await tenant.ask("POST", link, { body: { appId } })).status).toBe(201);
    expect((await tenant.ask("POST", link, { body: { appId } })).status).toBe(400);
    const late = await tenant.ask("PATCH", `${FLOWS}/${first.body.id}`, {
      body: { "@odata.type": TYPE, onAttributeCollection: { attributeCollectionPage: {} } },
    });
    expect(late.status).toBe(400);
    expect((await tenant.ask("DELETE", `${link}/unknown`)).status).toBe(404);
    prove({ api: "Microsoft Graph", operation: `refusals of ${FLOWS}`, proof: "inferred" });
  });
});

describe("flows for guests", () => {
  test("get a prefix, are listed and deleted", async () => {
    const body = { id: "Partner", userFlowType: "signUpOrSignIn", userFlowTypeVersion: 1 };
    const made = await tenant.ask("POST", B2X, { body });
    expect(made.status).toBe(201);
    expect(made.headers["location"]).toBe(
      "https://graph.microsoft.com/v1.0/identity/b2xUserFlows/B2X_1_Partner",
    );
    expect(made.body).toMatchObject({ id: "B2X_1_Partner", apiConnectorConfiguration: {} });
    expect((await tenant.ask("POST", B2X, { body })).status).toBe(400);
    expect((await tenant.ask("GET", B2X)).body.value).toHaveLength(1);
    expect((await tenant.ask("DELETE", `${B2X}/B2X_1_Partner`)).status).toBe(204);
    expect((await tenant.ask("GET", `${B2X}/B2X_1_Partner`)).status).toBe(404);
    prove({
      api: "Microsoft Graph",
      operation: `POST ${B2X}`,
      proof: "documentation",
      source: `${DOCS} identitycontainer-post-b2xuserflows`,
    });
  });

  test.each([
    ["without a name", {}],
    ["of another type", { id: "a", userFlowType: "resetPassword", userFlowTypeVersion: 1 }],
  ])("%s are refused", async (_, body) => {
    expect((await tenant.ask("POST", B2X, { body })).status).toBe(400);
  });
});
