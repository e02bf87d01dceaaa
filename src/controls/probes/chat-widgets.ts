import { organization } from "../../resources/dataverse/organization.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { textAt } from "../../services/json-reading.ts";
import { defineProbe } from "../probe.ts";

/** Chat widgets and whether they ask who is signed in, whether or not the spec speaks of it. */
export const chatWidgets = defineProbe<
  readonly { readonly name: string; readonly asksWhoIsSignedIn: boolean; readonly optional: boolean }[]
>({
  id: "chat-widgets",
  summary: "chat widgets of the environment and their authentication settings",
  api: "Dataverse Web API: msdyn_livechatconfigs",
  persona: "Omnichannel Administrator",
  permissions: ["prvReadmsdyn_livechatconfig"],
  sources: [
    "Customer Service: Create chat authentication settings",
    "Dataverse table reference: msdyn_livechatconfig",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const rows = await client.list("msdyn_livechatconfigs", {
      select: [
        "msdyn_livechatconfigid",
        "msdyn_name",
        "_msdyn_authsettingsid_value",
        "msdyn_authenticatedsigninoptional",
      ],
    });
    return rows?.map((row) => ({
      name: textAt(row, "msdyn_name"),
      asksWhoIsSignedIn: textAt(row, "_msdyn_authsettingsid_value") !== "",
      optional: row["msdyn_authenticatedsigninoptional"] === true,
    }));
  },
});
