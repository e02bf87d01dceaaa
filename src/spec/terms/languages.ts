/**
 * Languages Dataverse can be provisioned in, by tag and LCID.
 * Sources: "Enable languages" (Power Platform admin) and [MS-LCID] for the numbers.
 */
const LCIDS: Readonly<Record<string, number>> = {
  "ar-SA": 1025,
  "bg-BG": 1026,
  "ca-ES": 1027,
  "cs-CZ": 1029,
  "da-DK": 1030,
  "de-DE": 1031,
  "el-GR": 1032,
  "en-US": 1033,
  "es-ES": 3082,
  "et-EE": 1061,
  "eu-ES": 1069,
  "fi-FI": 1035,
  "fr-FR": 1036,
  "gl-ES": 1110,
  "he-IL": 1037,
  "hi-IN": 1081,
  "hr-HR": 1050,
  "hu-HU": 1038,
  "id-ID": 1057,
  "it-IT": 1040,
  "ja-JP": 1041,
  "kk-KZ": 1087,
  "ko-KR": 1042,
  "lt-LT": 1063,
  "lv-LV": 1062,
  "ms-MY": 1086,
  "nb-NO": 1044,
  "nl-NL": 1043,
  "pl-PL": 1045,
  "pt-BR": 1046,
  "pt-PT": 2070,
  "ro-RO": 1048,
  "ru-RU": 1049,
  "sk-SK": 1051,
  "sl-SI": 1060,
  "sv-SE": 1053,
  "th-TH": 1054,
  "tr-TR": 1055,
  "uk-UA": 1058,
  "vi-VN": 1066,
  "zh-CN": 2052,
  "zh-HK": 3076,
  "zh-TW": 1028,
};

export const LANGUAGE_TAGS: readonly string[] = Object.keys(LCIDS);

/** LCID of a language tag, such as 1033 for `en-US`; undefined for a language Dataverse does not offer. */
export function lcidOf(tag: string): number | undefined {
  return Object.hasOwn(LCIDS, tag) ? LCIDS[tag] : undefined;
}

/** Tag of an LCID, such as `en-US` for 1033. */
export function languageTagOf(lcid: number): string | undefined {
  return LANGUAGE_TAGS.find((tag) => LCIDS[tag] === lcid);
}
