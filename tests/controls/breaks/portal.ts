import type { Portal } from "../../kinds/portal.ts";
import type { Break } from "./break.ts";
import { drifted } from "./drifted.ts";

/** Changes the value of a site setting. */
const setting =
  (name: string, change: (value: string) => string) =>
  (portal: Portal): Promise<void> =>
    portal.rows("powerpagecomponent", (row) => {
      if (row["name"] !== name) return undefined;
      const content = JSON.parse(String(row["content"])) as { value: string };
      return { content: JSON.stringify({ ...content, value: change(content.value) }) };
    });

export const PORTAL_BREAKS: readonly Break[] = [
  {
    control: "PSC-POR-01",
    what: "local accounts are switched on",
    does: setting("Authentication/Registration/LocalLoginEnabled", () => "true"),
  },
  {
    control: "PSC-POR-02",
    what: "the list of addresses is emptied",
    does: drifted("portal.access.allowedAddresses"),
  },
  {
    control: "PSC-POR-04",
    what: "the chat is taken off the pages",
    does: drifted("portal.chat.value"),
  },
  {
    control: "PSC-POR-05",
    what: "the policy lets scripts load from everywhere",
    does: setting("HTTP/Content-Security-Policy-Report-Only", (value) =>
      value.replace("script-src", "script-src *"),
    ),
    to: "warning",
  },
  {
    control: "PSC-POR-06",
    what: "the site is made public before it is production",
    does: drifted("portal.access.visibility"),
    to: "warning",
  },
  {
    control: "PSC-POR-07",
    what: "the firewall is switched off",
    does: drifted("portal.access.firewall"),
    to: "warning",
  },
];

export const PORTAL_UNBREAKABLE: Readonly<Record<string, string>> = {
  "PSC-POR-03": "manual at best: the user flows are in another tenant",
};
