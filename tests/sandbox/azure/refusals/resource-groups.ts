import { BOT_VERSION } from "../arm-session.ts";
import { BOT, GROUP, LEAVING, RESOURCES, type Refusal, ROOT } from "./refusal.ts";

/** Resource groups, and what every resource in one has in common. */
export const RESOURCE_GROUPS: readonly Refusal[] = [
  {
    code: "ResourceGroupNotFound",
    status: 404,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("GET", `${ROOT}/resourceGroups/none`, RESOURCES),
  },
  {
    code: "ResourceGroupNotFound",
    when: "the group of a resource",
    status: 404,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("DELETE", BOT.replace("rg-psc", "none").concat("/bot"), BOT_VERSION),
  },
  {
    code: "InvalidResourceGroup",
    status: 400,
    ask: ({ arm }) => arm("PUT", `${ROOT}/resourceGroups/bad.`, RESOURCES, { location: "eastus" }),
  },
  { code: "LocationRequired", status: 400, ask: ({ arm }) => arm("PUT", GROUP, RESOURCES, {}) },
  {
    code: "LocationNotAvailableForResourceGroup",
    status: 400,
    documented: true,
    message:
      /^The provided location 'moon' is not available for resource group\. List of available regions is 'eastus,/,
    ask: ({ arm }) => arm("PUT", `${ROOT}/resourceGroups/rg-moon`, RESOURCES, { location: "moon" }),
  },
  {
    code: "InvalidResourceGroupLocation",
    status: 409,
    documented: true,
    ask: ({ arm }) => arm("PUT", GROUP, RESOURCES, { location: "westus" }),
  },
  {
    code: "ResourceGroupBeingDeleted",
    status: 409,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("PATCH", LEAVING, RESOURCES, { tags: {} }),
  },
  {
    code: "InvalidFilterInQueryString",
    status: 400,
    ask: ({ arm }) => arm("GET", `${ROOT}/resourceGroups?$filter=name eq 'x'`, RESOURCES),
  },
  {
    code: "InvalidFilterInQueryString",
    when: "the resources of a group",
    status: 400,
    ask: ({ arm }) => arm("GET", `${GROUP}/resources?$filter=name eq 'x'`, RESOURCES),
  },
  {
    code: "InvalidQueryParameterValue",
    status: 400,
    ask: ({ arm }) => arm("GET", `${ROOT}/resourceGroups?$top=many`, RESOURCES),
  },
  {
    code: "ResourceNotFound",
    status: 404,
    gateway: true,
    documented: true,
    message: /^The Resource 'Microsoft.HealthBot\/healthBots\/none' under resource group 'rg-psc'/,
    ask: ({ arm }) => arm("GET", `${BOT}/none`, BOT_VERSION),
  },
  {
    code: "LocationRequired",
    when: "a resource",
    status: 400,
    gateway: true,
    ask: ({ arm }) => arm("PUT", `${BOT}/other`, BOT_VERSION, { sku: { name: "C0" } }),
  },
  {
    code: "LocationNotAvailableForResourceType",
    status: 400,
    gateway: true,
    documented: true,
    message: /List of available regions for the resource type is '/,
    ask: ({ arm }) => arm("PUT", `${BOT}/other`, BOT_VERSION, { location: "moon", sku: { name: "C0" } }),
  },
  {
    code: "InvalidResourceLocation",
    status: 409,
    gateway: true,
    ask: ({ arm }) => arm("PUT", `${BOT}/bot`, BOT_VERSION, { location: "westeurope", sku: { name: "C0" } }),
  },
];
