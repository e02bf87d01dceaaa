import type { SandboxRequest } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";

interface Gap {
  readonly methods?: readonly string[];
  /** Of the path without its trailing slash. */
  readonly path: RegExp;
  /** Ends the sentence "The sandbox does not simulate …". */
  readonly what: string;
}

const provider = (namespace: string, rest: string): RegExp =>
  new RegExp(`/providers/${namespace.replaceAll(".", "\\.")}/${rest}`, "i");

/**
 * What Azure Resource Manager has and the sandbox has not (Azure/azure-rest-api-specs, the files of the providers the
 * sandbox knows). Found before the answers for wrong paths and methods, so that none of it looks like a client's mistake.
 */
const GAPS: readonly Gap[] = [
  {
    methods: ["GET"],
    path: /^\/providers\/Microsoft\.(Authorization|Resources)\/operations$/i,
    what: "lists of a provider's operations",
  },
  {
    methods: ["POST"],
    path: provider("Microsoft.Resources", "(checkZonePeers|checkResourceName|calculateTemplateHash)$"),
    what: "zone peers, reserved names and template hashes",
  },
  {
    methods: ["HEAD"],
    path: /\/resourceGroups\/[^/]+\/providers\//i,
    what: "asking with HEAD whether a resource exists",
  },
  { path: /\/resourceGroups\/[^/]+\/deployments(\/|$)/i, what: "template deployments" },
  { methods: ["GET"], path: /^\/providers(\/[^/]+)?$/i, what: "resource providers at tenant level" },
  { path: /^\/tenants$/i, what: "the list of tenants" },
  {
    path: /^\/subscriptions\/[^/]+\/providers\/[^/]+\/(resourceTypes|providerPermissions)$/i,
    what: "details of resource providers",
  },
  { path: /^\/subscriptions\/[^/]+\/tagNames(\/|$)/i, what: "tag names" },
  {
    methods: ["POST"],
    path: /\/resourceGroups\/[^/]+\/(exportTemplate|moveResources|validateMoveResources)$/i,
    what: "exporting and moving of resources",
  },
  { path: provider("Microsoft.Resources", "tags(/|$)"), what: "the tags extension" },
  {
    path: provider(
      "Microsoft.Resources",
      "(deployments|deploymentStacks|templateSpecs|deploymentScripts)(/|$)",
    ),
    what: "template deployments",
  },
  {
    methods: ["POST"],
    path: provider("Microsoft.Authorization", "role(Eligibility|Assignment)ScheduleRequests/[^/]+/cancel$"),
    what: "cancelling of requests: they take effect at once and none is ever pending",
  },
  {
    methods: ["DELETE"],
    path: provider("Microsoft.Authorization", "roleManagementPolic(ies|yAssignments)/[^/]+$"),
    what: "deleting of role settings",
  },
  {
    methods: ["PUT", "DELETE"],
    path: provider("Microsoft.Authorization", "roleManagementPolicyAssignments/[^/]+$"),
    what: "assigning of role settings",
  },
  {
    path: provider(
      "Microsoft.Authorization",
      "(policyDefinitions|policySetDefinitions|policyExemptions|dataPolicyManifests)(/|$)",
    ),
    what: "policy definitions and exemptions",
  },
  {
    methods: ["PATCH"],
    path: provider("Microsoft.Authorization", "policyAssignments/[^/]+$"),
    what: "partial changes of policy assignments",
  },
  {
    path: provider(
      "Microsoft.Authorization",
      "(denyAssignments|providerOperations|eligibleChildResources|classicAdministrators|elevateAccess|accessReview\\w*)(/|$)",
    ),
    what: "deny assignments, provider operations, eligible child resources and elevated access",
  },
  {
    path: provider("Microsoft.Insights", "diagnosticSettings(Categories)?(/|$)"),
    what: "diagnostic settings of anything but a subscription, and categories of anything but a bot",
  },
  { path: provider("Microsoft.Insights", "components/[^/]+/"), what: "operations inside a component" },
  {
    path: provider(
      "Microsoft.Insights",
      "(metricAlerts|scheduledQueryRules|autoscaleSettings|dataCollection\\w+|eventTypes|eventCategories|logProfiles|metrics|metricDefinitions|metricNamespaces|privateLinkScopes|webTests|workbooks)(/|$)",
    ),
    what: "other alerts, metrics and the activity log itself",
  },
  {
    path: provider("Microsoft.Insights", "actionGroups/[^/]+/"),
    what: "test notifications and subscriptions of action groups",
  },
  {
    methods: ["PATCH"],
    path: provider("Microsoft.Insights", "(actionGroups|activityLogAlerts)/[^/]+$"),
    what: "partial changes of alerts and action groups",
  },
  {
    methods: ["PATCH"],
    path: provider("Microsoft.Insights", "components/[^/]+$"),
    what: "changing of a component's tags alone",
  },
  {
    path: provider("Microsoft.OperationalInsights", "workspaces/[^/]+/"),
    what: "tables, keys and other things inside a workspace",
  },
  {
    path: provider(
      "Microsoft.OperationalInsights",
      "(deletedWorkspaces|clusters|queryPacks|locations|operations)(/|$)",
    ),
    what: "clusters, query packs and the list of deleted workspaces",
  },
];

/** Answers 501 for everything at or in a management group, whichever type it is of. */
export function refuseManagementGroups(request: SandboxRequest): void {
  if (/^\/providers\/Microsoft\.Management\//i.test(request.path))
    refuseArm(501, "NotSimulated", "The sandbox does not simulate management groups.");
}

/** Answers 501 in ARM's envelope for what the real service has and the sandbox does not imitate. */
export function refuseNotSimulated(request: SandboxRequest): void {
  const path = request.path.replace(/\/$/, "");
  const gap = GAPS.find(
    (candidate) => candidate.path.test(path) && (candidate.methods?.includes(request.method) ?? true),
  );
  if (gap !== undefined) refuseArm(501, "NotSimulated", `The sandbox does not simulate ${gap.what}.`);
}
