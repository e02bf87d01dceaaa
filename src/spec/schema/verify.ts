import * as z from "zod";
import { described, filePath, optional, patternText, shortText, text } from "./fields.ts";
import { userPrincipalName } from "./terms.ts";

/** A day of the calendar: 2027-02-30 is none. */
function isDay(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
  );
}

const exception = z.strictObject({
  control: described(
    patternText(/^[A-Z][A-Z0-9]*(-[A-Z0-9.-]+)+$/, {
      code: "PSC-E086",
      what: "the id of a control",
      remedy: "write it as psc verify shows it, such as PSC-IAM-10",
    }),
    "Id of the control, such as `PSC-IAM-10`.",
  ),
  reason: optional(shortText(500), "Why it is accepted.", { required: true }),
  owner: optional(shortText(200), "Who answers for it.", { required: true }),
  until: optional(
    text(
      isDay,
      {
        code: "PSC-E086",
        what: "a day",
        remedy: "write the last day on which it counts as YYYY-MM-DD, such as 2027-03-31",
      },
      /^\d{4}-\d{2}-\d{2}$/,
    ),
    "Last day on which it counts. From then on the control fails.",
    { required: true },
  ),
});

export const verifySchema = z.strictObject({
  exceptions: optional(
    z.array(described(exception, "One exception.")),
    "Controls that do not hold and are accepted until a day. They stay in every report.",
    { derivedDefault: "none" },
  ),
  breakGlass: optional(
    z.array(described(userPrincipalName, "Name the account signs in with.")),
    "Accounts for emergencies: their standing access is wanted, and conditional access must leave them out.",
    { derivedDefault: "none" },
  ),
  controls: optional(
    z.array(described(filePath, "Path of a file.")),
    "Files with controls of your own (docs/controls.md).",
    { derivedDefault: "none" },
  ),
});
