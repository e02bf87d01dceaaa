import { pluginRefusal } from "../errors.ts";
import { rowsOf, textOf } from "../rows.ts";
import type { Plugin } from "./plugin.ts";

const MAX_MASKING_RULES = 10;

/** At most ten masking rules, the shipped ones included ("Data masking settings", Customer Service guide). */
export const maskingRulePlugin: Plugin = {
  beforeCreate(session) {
    if (rowsOf(session.organization, "msdyn_maskingrule").length >= MAX_MASKING_RULES)
      throw pluginRefusal(`You can create up to ${MAX_MASKING_RULES} data masking rules.`);
  },
};

/**
 * The real plug-in fetches the public key and refuses what it cannot read ("Create chat authentication settings").
 * The sandbox reaches no web site, so only the form of the address is judged.
 */
export const authenticationSettingsPlugin: Plugin = {
  beforeCreate(_session, values) {
    const url = textOf(values, "msdyn_publickeyurl");
    if (url !== "" && !/^https:\/\/[^/\s]+\/\S+$/.test(url))
      throw pluginRefusal("We couldn't validate your public key.");
  },
};
