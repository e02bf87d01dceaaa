import { organization } from "../../resources/dataverse/organization.ts";
import { channels, missingChannels } from "../../resources/omnichannel/channels.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { defineProbe } from "../probe.ts";

/** What Dataverse shows of the channels, whatever a person has said about them. */
export const omnichannelChannels = defineProbe<{ readonly missing: readonly string[] }>({
  id: "omnichannel-channels",
  summary: "channels of the spec that Dataverse does not show to be on",
  api: channels.info.api,
  persona: channels.info.persona,
  permissions: ["prvReadSolution", "prvReadmsdyn_occhannelconfiguration"],
  sources: channels.info.sources,
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    const wanted = context.spec.omnichannel.channels;
    if (client === undefined || wanted.length === 0) return undefined;
    return { missing: await missingChannels(client, wanted) };
  },
});
