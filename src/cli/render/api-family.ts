const FAMILIES = [
  "Azure Resource Manager",
  "Microsoft Graph",
  "Dataverse Web API",
  "Power Platform admin API",
  "Power Platform API",
  "Health Bot management API",
] as const;

/** The API without the resources in it, such as `Dataverse Web API` of `Dataverse Web API: queues`. */
export function apiFamily(api: string): string {
  return FAMILIES.find((family) => api.startsWith(family)) ?? api.replace(/:.*$/, "");
}
