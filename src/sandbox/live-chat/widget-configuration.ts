import { columnValue, findRow, rowsOf, tableOf, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import { isWithinOperatingHours } from "./opening-hours.ts";

/**
 * The public configuration of a widget, read from its Dataverse rows. Members and their types:
 * microsoft/omnichannel-chat-sdk:src/types/config.d.ts, where columns are text, booleans included.
 */

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** File types and size limit come with attachments, which the sandbox does not serve. */
const NO_FILES = { allowedFileExtensions: "", maxUploadFileSize: "0" } as const;

function joined(session: Session, widget: Row): Record<string, string | null> {
  const table = tableOf(session, "msdyn_livechatconfig");
  const columns: Record<string, string | null> = {};
  for (const property of table.properties.keys())
    columns[property] = asText(columnValue(table, widget, property));
  return {
    ...columns,
    // Assumption: surveys are separate tables of the runtime; without a pre-chat survey the member is null.
    PreChatSurvey: null,
    OutOfOperatingHours: isWithinOperatingHours(session, widget) ? "False" : "True",
    ShowWidget: "True",
  };
}

function authSettings(session: Session, widget: Row): object | null {
  const row = findRow(
    session.organization,
    "msdyn_authenticationsettings",
    textOf(widget, "_msdyn_authsettingsid_value"),
  );
  if (row === undefined) return null;
  return {
    msdyn_authenticationtype: asText(row["msdyn_authenticationtype"]),
    msdyn_javascriptclientfunction: textOf(row, "msdyn_javascriptclientfunction"),
    msdyn_publickeyurl: textOf(row, "msdyn_publickeyurl"),
  };
}

export function maskingInfo(session: Session): object {
  const [configuration] = rowsOf(session.organization, "msdyn_omnichannelconfiguration");
  const rules = rowsOf(session.organization, "msdyn_maskingrule").filter(
    (rule) => (rule["statecode"] ?? 0) === 0,
  );
  return {
    setting: {
      msdyn_maskforcustomer: configuration?.["msdyn_maskforcustomer"] === true,
      msdyn_maskforagent: configuration?.["msdyn_maskforagent"] === true,
    },
    dataMaskingRules: Object.fromEntries(
      rules.map((rule) => [textOf(rule, "msdyn_maskingruleid"), textOf(rule, "msdyn_regular_expression")]),
    ),
  };
}

function language(session: Session, widget: Row): object {
  const row = findRow(
    session.organization,
    "msdyn_oclanguage",
    textOf(widget, "_msdyn_ocwidgetlanguage_value"),
  );
  return {
    msdyn_localeid: String(row?.["msdyn_localeid"] ?? session.organization.baseLanguage),
    msdyn_languagename: textOf(row, "msdyn_languagename"),
  };
}

export function widgetConfiguration(session: Session, widget: Row): object {
  return {
    LiveWSAndLiveChatEngJoin: joined(session, widget),
    LiveChatConfigAuthSettings: authSettings(session, widget),
    DataMaskingInfo: maskingInfo(session),
    // 2: messages go through Azure Communication Services.
    LiveChatVersion: 2,
    ChatWidgetLanguage: language(session, widget),
    ...NO_FILES,
  };
}
