import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ValueRule } from "../../src/sandbox/entra/entity-body.ts";
import {
  APPLICATION_RULES,
  GROUP_RULES,
  SERVICE_PRINCIPAL_RULES,
} from "../../src/sandbox/entra/entity-rules.ts";
import { ALTERNATE_KEYS } from "../../src/sandbox/entra/graph-call.ts";
import {
  GRAPH_MEMBERS,
  GRAPH_ROOTS,
  ROLE_MANAGEMENT_MEMBERS,
} from "../../src/sandbox/entra/graph-not-simulated.ts";
import { USER_PROPERTIES } from "../../src/sandbox/entra/object-shapes.ts";
import { ADMIN_USER, PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { prove } from "../harness/fidelity.ts";
import { send } from "../harness/sandbox.ts";
import {
  type Csdl,
  deviations,
  graphDescriptionsAvailable,
  lineage,
  membersOf,
  readCsdl,
} from "./graph/csdl.ts";
import { type Exchange, startRecorder } from "./graph/recorder.ts";

const WITHOUT = graphDescriptionsAvailable ? "" : " (skipped: the schema is not in PSC_SPECS_DIR)";
const SOURCE = "microsoftgraph/msgraph-metadata schemas/v1.0-Prod.csdl";
const csdl: Csdl = graphDescriptionsAvailable
  ? readCsdl()
  : { types: new Map(), enumerations: new Map(), operations: new Map(), roots: new Set() };

const lower = (names: Iterable<string>): string[] => [...names].map((name) => name.toLowerCase()).sort();

/** A type's navigation properties and what can be called on it. */
function followers(type: string): string[] {
  const navigation = [...membersOf(csdl, type)].flatMap(([name, member]) =>
    member.navigation ? [name] : [],
  );
  const operations = lineage(csdl, type).flatMap((name) => [...(csdl.operations.get(name) ?? [])]);
  return [...new Set(lower([...navigation, ...operations]))];
}

/** Where a rule of the sandbox and the type of a property disagree. */
function disagreements(rule: ValueRule, type: string, collection: boolean, at: string): string[] {
  if (rule.kind === "list")
    return collection ? disagreements(rule.of, type, false, `${at}[]`) : [`${at}: no collection`];
  if (collection) return [`${at}: a collection`];
  const name = type.replace(/^graph\./, "");
  switch (rule.kind) {
    case "flag":
      return type === "Edm.Boolean" ? [] : [`${at}: ${type}`];
    case "number":
      return /^Edm\.(Int|Decimal|Double)/.test(type) ? [] : [`${at}: ${type}`];
    case "guid":
      // Ids of objects are strings to the schema.
      return type === "Edm.Guid" || type === "Edm.String" ? [] : [`${at}: ${type}`];
    case "text": {
      const members = csdl.enumerations.get(name);
      if (members !== undefined)
        return (rule.oneOf ?? [])
          .filter((value) => !members.includes(value))
          .map((value) => `${at}: ${value}`);
      return /^Edm\.(String|DateTimeOffset|Binary|Stream)$/.test(type) ? [] : [`${at}: ${type}`];
    }
    case "object": {
      if (!csdl.types.has(name)) return [`${at}: ${type}`];
      const members = membersOf(csdl, name);
      return Object.entries(rule.properties).flatMap(([property, inner]) => {
        const member = members.get(property);
        return member === undefined
          ? [`${at}.${property}: ${name} has no such property`]
          : disagreements(inner, member.type, member.collection, `${at}.${property}`);
      });
    }
  }
}

describe.skipIf(!graphDescriptionsAvailable)(`what the sandbox says of Graph's types${WITHOUT}`, () => {
  test.each([
    ["application", APPLICATION_RULES],
    ["servicePrincipal", SERVICE_PRINCIPAL_RULES],
    ["group", GROUP_RULES],
  ])("%s: properties, types and enumerations", (type, rules) => {
    const members = membersOf(csdl, type);
    const found = Object.entries(rules.properties).flatMap(([name, { value }]) => {
      const member = members.get(name);
      return member === undefined || member.navigation
        ? [`${name}: ${type} has no such property`]
        : disagreements(value, member.type, member.collection, name);
    });
    expect(found).toEqual([]);
    prove({
      api: "Microsoft Graph",
      operation: `properties of ${type}`,
      proof: "official description",
      source: SOURCE,
    });
  });

  test("user: properties", () => {
    expect(USER_PROPERTIES.filter((name) => !membersOf(csdl, "user").has(name))).toEqual([]);
  });

  test("alternate keys", () => {
    for (const [type, keys] of Object.entries(ALTERNATE_KEYS)) {
      const described = csdl.types.get(type)?.alternateKeys ?? [];
      expect([type, keys.filter((key) => !described.includes(key))]).toEqual([type, []]);
    }
    prove({
      api: "Microsoft Graph",
      operation: "alternate keys",
      proof: "official description",
      source: SOURCE,
    });
  });

  test("the first segments that answer 501", () => {
    expect(lower(GRAPH_ROOTS)).toEqual(lower(csdl.roots));
  });

  test.each(Object.values(GRAPH_MEMBERS).map(({ type, names }) => ({ type, names })))(
    "what may follow $type",
    ({ type, names }) => {
      expect([...names].sort()).toEqual(followers(type));
    },
  );

  test("what may follow roleManagement/directory", () => {
    expect([...ROLE_MANAGEMENT_MEMBERS].sort()).toEqual(followers("rbacApplication"));
  });
});

/** The entity type at the end of a path, walked through the schema; undefined for `$ref`, `$count` and functions. */
function typeAt(path: string): { readonly type: string; readonly collection: boolean } | undefined {
  const segments = path
    .replace(/\(/g, "/(")
    .split("/")
    .filter((segment) => segment !== "");
  const roots: Readonly<Record<string, string>> = {
    applications: "application",
    directory: "directory",
    directoryObjects: "directoryObject",
    groups: "group",
    identity: "identityContainer",
    me: "user",
    oauth2PermissionGrants: "oAuth2PermissionGrant",
    organization: "organization",
    policies: "policyRoot",
    roleManagement: "roleManagement",
    servicePrincipals: "servicePrincipal",
    subscribedSkus: "subscribedSku",
    users: "user",
  };
  const root = segments[0] ?? "";
  let type = roots[root];
  let collection = !["me", "directory", "identity", "policies", "roleManagement"].includes(root);
  for (const segment of segments.slice(1)) {
    if (type === undefined) return undefined;
    if (segment.startsWith("microsoft.graph.")) type = segment.slice("microsoft.graph.".length);
    else if (collection) {
      if (segment.startsWith("$")) return undefined;
      collection = false;
    } else {
      const member = membersOf(csdl, type).get(decodeURIComponent(segment));
      if (member === undefined) return undefined;
      type = member.type.replace(/^graph\./, "");
      collection = member.collection;
    }
  }
  return type === undefined ? undefined : { type, collection };
}

function operationOf({ method, path }: Exchange): string {
  return `${method} ${path
    .replace(/\((\w+)='[^']*'\)/g, "($1)")
    .replace(/%27|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "{id}")
    .replace(/(oauth2PermissionGrants|appRoleAssign\w+)\/[\w-]{30,}/g, "$1/{id}")}`;
}

/** Collections of directory objects take the properties of every type in them ("List group members"). */
function selectableOfAny(type: string, property: string): boolean {
  return (
    type === "directoryObject" &&
    [...csdl.types.keys()].some(
      (name) => lineage(csdl, name).includes("directoryObject") && membersOf(csdl, name).has(property),
    )
  );
}

/** What of one exchange is not as the schema has it. */
function unlikeTheSchema(exchange: Exchange): string[] {
  const { path, method, sent, answered, status, query } = exchange;
  const at = operationOf(exchange);
  const found: string[] = [];
  const called = path.split("/").at(-1) ?? "";
  if (called === "addPassword" || called === "removePassword") {
    if (csdl.operations.get("application")?.has(called) !== true) found.push(`${at}: no such action`);
    if (status === 200) found.push(...deviations(csdl, answered, "graph.passwordCredential", at));
    return found;
  }
  const target = typeAt(path);
  if (target === undefined) return /\/\$(ref|batch|count)$/.test(path) ? [] : [`${at}: not in the schema`];
  const members = membersOf(csdl, target.type);
  for (const name of (query.get("$select") ?? "").split(",").filter((entry) => entry !== ""))
    if (!members.has(name) && !selectableOfAny(target.type, name)) found.push(`${at}: $select=${name}`);
  if (sent !== undefined && method !== "GET")
    found.push(...deviations(csdl, sent, target.type, `${at} request`));
  if (status >= 300 || answered === undefined) return found;
  const list = (answered as { value?: unknown }).value;
  const values = target.collection && Array.isArray(list) ? list : [answered];
  for (const value of values) found.push(...deviations(csdl, value, target.type, `${at} answer`));
  return found;
}

describe.skipIf(!graphDescriptionsAvailable)(`what goes over the wire${WITHOUT}`, () => {
  let place: Workplace;
  let exchanges: readonly Exchange[];

  beforeAll(async () => {
    place = await openWorkplace();
    const recorder = await startRecorder(place.sandbox.sandbox.port);
    const ran = await place.psc(`deploy dev.yaml --sandbox-url ${recorder.url}`, { plain: true });
    expect(ran.code, ran.stderr).toBe(0);
    const token = await place.sandbox.token("admin", "https://graph.microsoft.com");
    exchanges = recorder.exchanges;
    // What psc does not read of its own accord.
    const port = Number(new URL(recorder.url).port);
    for (const path of [
      "/applications",
      "/servicePrincipals",
      "/groups",
      "/users?$select=id,accountEnabled,assignedLicenses,createdDateTime,mailNickname,usageLocation,userType",
      `/users/${ADMIN_USER.id}`,
      `/users/${ADMIN_USER.id}/licenseDetails`,
      "/me",
      "/me/memberOf",
      "/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true",
      "/organization",
      `/organization/${TENANT.id}`,
      "/subscribedSkus",
      "/oauth2PermissionGrants",
      `/directoryObjects/${ADMIN_USER.id}`,
      `/servicePrincipals/${PIPELINE_APP.servicePrincipalId}/appRoleAssignments`,
      `/servicePrincipals/${PIPELINE_APP.servicePrincipalId}/appRoleAssignedTo`,
      `/servicePrincipals/${PIPELINE_APP.servicePrincipalId}/oauth2PermissionGrants`,
      "/roleManagement/directory/roleAssignments?$expand=roleDefinition",
      "/roleManagement/directory/roleDefinitions",
      "/identity/conditionalAccess/policies",
      "/policies/authorizationPolicy",
      "/policies/identitySecurityDefaultsEnforcementPolicy",
    ]) {
      const answer = await send(port, "GET", `https://graph.microsoft.com/v1.0${path}`, {
        token,
        headers: { consistencylevel: "eventual" },
      });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    await recorder.close();
  }, 60_000);
  afterAll(() => place.close());

  test("psc's requests and the sandbox's answers are Graph's types, properties and values", () => {
    const writes = exchanges.filter(({ method }) => method !== "GET");
    expect(writes.length).toBeGreaterThan(3);
    expect([...new Set(exchanges.flatMap(unlikeTheSchema))]).toEqual([]);
    for (const operation of new Set(exchanges.filter(({ status }) => status < 300).map(operationOf)))
      prove({ api: "Microsoft Graph", operation, proof: "official description", source: SOURCE });
  });
});
