import { PscError } from "../../errors.ts";

/**
 * IANA time zones and the Windows names that Dataverse keeps (`timezonedefinition.standardname`).
 * Source: Unicode CLDR, supplemental data windowsZones; the zones of the Power Platform's regions.
 */
const WINDOWS_NAMES: Readonly<Record<string, string>> = {
  UTC: "UTC",
  "Etc/UTC": "UTC",
  "Pacific/Honolulu": "Hawaiian Standard Time",
  "America/Anchorage": "Alaskan Standard Time",
  "America/Los_Angeles": "Pacific Standard Time",
  "America/Vancouver": "Pacific Standard Time",
  "America/Phoenix": "US Mountain Standard Time",
  "America/Denver": "Mountain Standard Time",
  "America/Boise": "Mountain Standard Time",
  "America/Edmonton": "Mountain Standard Time",
  "America/Chicago": "Central Standard Time",
  "America/Winnipeg": "Central Standard Time",
  "America/Regina": "Canada Central Standard Time",
  "America/Mexico_City": "Central Standard Time (Mexico)",
  "America/New_York": "Eastern Standard Time",
  "America/Detroit": "Eastern Standard Time",
  "America/Toronto": "Eastern Standard Time",
  "America/Indianapolis": "US Eastern Standard Time",
  "America/Indiana/Indianapolis": "US Eastern Standard Time",
  "America/Halifax": "Atlantic Standard Time",
  "America/Puerto_Rico": "SA Western Standard Time",
  "America/St_Johns": "Newfoundland Standard Time",
  "America/Sao_Paulo": "E. South America Standard Time",
  "America/Buenos_Aires": "Argentina Standard Time",
  "America/Argentina/Buenos_Aires": "Argentina Standard Time",
  "America/Bogota": "SA Pacific Standard Time",
  "America/Lima": "SA Pacific Standard Time",
  "America/Santiago": "Pacific SA Standard Time",
  "Europe/London": "GMT Standard Time",
  "Europe/Dublin": "GMT Standard Time",
  "Europe/Lisbon": "GMT Standard Time",
  "Atlantic/Reykjavik": "Greenwich Standard Time",
  "Europe/Berlin": "W. Europe Standard Time",
  "Europe/Amsterdam": "W. Europe Standard Time",
  "Europe/Oslo": "W. Europe Standard Time",
  "Europe/Rome": "W. Europe Standard Time",
  "Europe/Stockholm": "W. Europe Standard Time",
  "Europe/Vienna": "W. Europe Standard Time",
  "Europe/Zurich": "W. Europe Standard Time",
  "Europe/Luxembourg": "W. Europe Standard Time",
  "Europe/Paris": "Romance Standard Time",
  "Europe/Brussels": "Romance Standard Time",
  "Europe/Copenhagen": "Romance Standard Time",
  "Europe/Madrid": "Romance Standard Time",
  "Europe/Budapest": "Central Europe Standard Time",
  "Europe/Prague": "Central Europe Standard Time",
  "Europe/Belgrade": "Central Europe Standard Time",
  "Europe/Ljubljana": "Central Europe Standard Time",
  "Europe/Warsaw": "Central European Standard Time",
  "Europe/Zagreb": "Central European Standard Time",
  "Europe/Athens": "GTB Standard Time",
  "Europe/Bucharest": "GTB Standard Time",
  "Europe/Helsinki": "FLE Standard Time",
  "Europe/Kiev": "FLE Standard Time",
  "Europe/Kyiv": "FLE Standard Time",
  "Europe/Riga": "FLE Standard Time",
  "Europe/Sofia": "FLE Standard Time",
  "Europe/Tallinn": "FLE Standard Time",
  "Europe/Vilnius": "FLE Standard Time",
  "Europe/Istanbul": "Turkey Standard Time",
  "Europe/Moscow": "Russian Standard Time",
  "Asia/Jerusalem": "Israel Standard Time",
  "Africa/Cairo": "Egypt Standard Time",
  "Africa/Johannesburg": "South Africa Standard Time",
  "Africa/Lagos": "W. Central Africa Standard Time",
  "Africa/Nairobi": "E. Africa Standard Time",
  "Asia/Riyadh": "Arab Standard Time",
  "Asia/Dubai": "Arabian Standard Time",
  "Asia/Calcutta": "India Standard Time",
  "Asia/Kolkata": "India Standard Time",
  "Asia/Bangkok": "SE Asia Standard Time",
  "Asia/Singapore": "Singapore Standard Time",
  "Asia/Hong_Kong": "China Standard Time",
  "Asia/Shanghai": "China Standard Time",
  "Asia/Taipei": "Taipei Standard Time",
  "Asia/Tokyo": "Tokyo Standard Time",
  "Asia/Seoul": "Korea Standard Time",
  "Australia/Perth": "W. Australia Standard Time",
  "Australia/Adelaide": "Cen. Australia Standard Time",
  "Australia/Darwin": "AUS Central Standard Time",
  "Australia/Brisbane": "E. Australia Standard Time",
  "Australia/Sydney": "AUS Eastern Standard Time",
  "Australia/Melbourne": "AUS Eastern Standard Time",
  "Australia/Hobart": "Tasmania Standard Time",
  "Pacific/Auckland": "New Zealand Standard Time",
};

const DAY_MS = 24 * 3_600_000;

function formatIn(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
}

/** Offsets from UTC over two years, half a month apart: two zones with the same answers keep the same rules. */
function offsets(zone: string): string | undefined {
  const format = formatIn(zone);
  const start = Date.parse("2026-01-01T00:00:00Z");
  return format === undefined
    ? undefined
    : Array.from({ length: 49 }, (_, step) => {
        const parts = format.formatToParts(new Date(start + step * 15 * DAY_MS));
        return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
      }).join(" ");
}

/** A zone of the table that keeps the same rules, of the same continent if there is one. */
function zoneOfSameRules(ianaZone: string): string | undefined {
  const wanted = offsets(ianaZone);
  if (wanted === undefined) return undefined;
  const continent = ianaZone.split("/")[0];
  const same = Object.keys(WINDOWS_NAMES).filter((zone) => offsets(zone) === wanted);
  return same.find((zone) => zone.split("/")[0] === continent) ?? same[0];
}

/**
 * Windows name of an IANA zone; zones outside the table take the name of one with the same rules.
 * @throws PscError PSC-E446 when there is none.
 */
export function windowsZone(ianaZone: string): string {
  const name = WINDOWS_NAMES[ianaZone] ?? WINDOWS_NAMES[zoneOfSameRules(ianaZone) ?? ""];
  if (name !== undefined) return name;
  throw new PscError({
    code: "PSC-E446",
    message: `time zone "${ianaZone}" has no Dataverse counterpart that psc knows`,
    remedy: `use a zone of the same rules, such as ${Object.keys(WINDOWS_NAMES).slice(15, 18).join(", ")}`,
  });
}
