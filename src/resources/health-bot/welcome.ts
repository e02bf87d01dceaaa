import type { FieldValue } from "../../engine/observation.ts";
import type { Backup } from "../../services/health-bot.ts";
import { asRow, type Row, rowsAt, textAt, valueAt } from "../../services/json-reading.ts";

/**
 * The automatic welcome: the configuration names a string, the localization holds its texts (seen in the backup
 * microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json).
 */

/** Name of the string the automatic welcome shows. */
export const WELCOME_STRING = "auto_welcome_message_psc";

/** A backup writes `en_us` where the spec has `en-us`. */
const inBackup = (language: string): string => language.replace("-", "_");

export function readWelcome(backup: Backup, wanted: Readonly<Record<string, string>>): FieldValue {
  const shownId = textAt(valueAt(valueAt(backup, "configuration"), "conversation"), "auto_welcome_message");
  const strings = rowsAt(valueAt(backup, "localization"), "system");
  const row = strings.find((one) => textAt(one, "stringId") === shownId);
  const languages = Object.keys(wanted).map(
    (language) => [language, textAt(row, inBackup(language))] as const,
  );
  return Object.fromEntries(languages.filter(([, words]) => words !== ""));
}

export function withWelcome(backup: Backup, texts: Readonly<Record<string, string>>): Row {
  const localization = valueAt(backup, "localization");
  const system = rowsAt(localization, "system").filter((one) => textAt(one, "stringId") !== WELCOME_STRING);
  const words = Object.fromEntries(Object.entries(texts).map(([tag, text]) => [inBackup(tag), text]));
  return { ...asRow(localization), system: [...system, { stringId: WELCOME_STRING, ...words }] };
}
