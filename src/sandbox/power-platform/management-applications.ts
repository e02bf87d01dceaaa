import { type Route, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import { isManagementApplication, requireBapAdministrator, requireBapPerson } from "./administrators.ts";
import { bapRefusal } from "./power-platform-errors.ts";
import { bapState } from "./power-platform-state.ts";

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";

/**
 * Management applications: applications that count as Power Platform administrators ("Create a service principal
 * application via API", Power Platform documentation; services/admin_management_application of
 * microsoft/terraform-provider-power-platform). A service principal cannot register anything.
 */
export const MANAGEMENT_APPLICATION_ROUTES: readonly Route[] = [
  route("GET", `${PROVIDER}/adminApplications`, (request, world) => {
    requireBapAdministrator(request, world);
    return { status: 200, body: { value: bapState(world).managementApplications } };
  }),
  route("GET", `${PROVIDER}/adminApplications/{application}`, (request, world) => {
    requireBapAdministrator(request, world);
    const id = request.params["application"] ?? "";
    // Assumption: what an unregistered id is answered with is not published.
    if (!isManagementApplication(world, id))
      throw bapRefusal(
        404,
        "AdminApplicationNotFound",
        `The application '${id}' is not a management application.`,
      );
    return { status: 200, body: { applicationId: id } };
  }),
  route("PUT", `${PROVIDER}/adminApplications/{application}`, (request, world) => {
    requireBapPerson(request, world);
    const id = request.params["application"] ?? "";
    if (!isManagementApplication(world, id))
      bapState(world).managementApplications.push({ applicationId: id });
    return { status: 200, body: { applicationId: id } };
  }),
  route("DELETE", `${PROVIDER}/adminApplications/{application}`, (request, world) => {
    requireBapPerson(request, world);
    const id = (request.params["application"] ?? "").toLowerCase();
    const state = bapState(world);
    state.managementApplications = state.managementApplications.filter(
      (application) => application.applicationId.toLowerCase() !== id,
    );
    return { status: 204 };
  }),
  // Not for service principals (docs/data-sources/tenant.md of microsoft/terraform-provider-power-platform).
  route("GET", `${PROVIDER}/tenant`, (request, world) => {
    requireBapPerson(request, world);
    return {
      status: 200,
      body: {
        tenantId: TENANT.id,
        state: "Enabled",
        location: "unitedstates",
        aadCountryGeo: "unitedstates",
        dataStorageGeo: "unitedstates",
        defaultEnvironmentGeo: "unitedstates",
        aadDataBoundary: "none",
        fedRAMPHighCertificationRequired: false,
      },
    };
  }),
];
