import { setColumns, tableOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import type { Plugin } from "./plugin.ts";

/** Host of the chat service of an organization in the United States. */
export function chatServiceUrl(session: Session): string {
  return `https://m-${session.organization.organizationId}.us.omnichannelengagementhub.com`;
}

function snippetOf(session: Session, widgetAppId: string): string {
  const attributes = [
    'id="Microsoft_Omnichannel_LCWidget"',
    'src="https://oc-cdn-ocprod.azureedge.net/livechatwidget/scripts/LiveChatBootstrapper.js"',
    `data-app-id="${widgetAppId}"`,
    'data-lcw-version="prod"',
    `data-org-id="${session.organization.organizationId}"`,
    `data-org-url="${chatServiceUrl(session)}"`,
  ];
  return `<script v2 ${attributes.join(" ")}></script>`;
}

/**
 * The widget's app id and the script tag for the web page are made by a plug-in, whatever the caller sends
 * ("Migrate channel configuration", Customer Service administration guide: leave both columns out).
 */
export const chatWidgetPlugin: Plugin = {
  afterCreate(session, widget: Row) {
    const appId = session.world.newId();
    setColumns(session, tableOf(session, "msdyn_livechatconfig"), widget, {
      msdyn_widgetappid: appId,
      msdyn_widgetsnippet: snippetOf(session, appId),
    });
  },
  beforeUpdate(_session, widget, changes) {
    for (const property of ["msdyn_widgetappid", "msdyn_widgetsnippet"])
      if (changes[property] !== undefined) changes[property] = textOf(widget, property);
  },
};
