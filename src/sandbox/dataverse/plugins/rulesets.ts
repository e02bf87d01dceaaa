import { pluginRefusal } from "../errors.ts";
import { dropRow, findRow, insertRow, rowsOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import type { Plugin } from "./plugin.ts";
import { type RulesetReference, readRuleset } from "./ruleset-grammar.ts";

const VARIABLE_PREFIX = "liveworkitemcontext.";

function checkDefinition(values: Row): void {
  const definition = values["msdyn_rulesetdefinition"];
  if (typeof definition !== "string" || definition.trim() === "") return;
  if (readRuleset(definition) === undefined)
    throw pluginRefusal("The rule set definition is not a valid decision XML document.");
}

/** Context variables of the workstreams that use the ruleset's input contract, by name. */
function variablesOf(session: Session, ruleset: Row): Map<string, Row> {
  const contract = ruleset["_msdyn_inputcontractid_value"];
  const workstreams = new Set(
    rowsOf(session.organization, "msdyn_liveworkstream")
      .filter((workstream) => contract && workstream["_msdyn_routingcontractid_value"] === contract)
      .map((workstream) => textOf(workstream, "msdyn_liveworkstreamid")),
  );
  return new Map(
    rowsOf(session.organization, "msdyn_ocliveworkstreamcontextvariable")
      .filter((variable) => workstreams.has(textOf(variable, "_msdyn_liveworkstreamid_value")))
      .map((variable) => [textOf(variable, "msdyn_name"), variable]),
  );
}

function referencesOf(
  session: Session,
  rule: RulesetReference,
  variables: ReadonlyMap<string, Row>,
): { table: string; id: string }[] {
  const found: { table: string; id: string }[] = [];
  for (const name of rule.names) {
    if (!name.startsWith(VARIABLE_PREFIX)) continue;
    const variable = variables.get(name.slice(VARIABLE_PREFIX.length));
    if (variable !== undefined)
      found.push({
        table: "msdyn_ocliveworkstreamcontextvariable",
        id: textOf(variable, "msdyn_ocliveworkstreamcontextvariableid"),
      });
  }
  for (const id of rule.targets)
    for (const table of ["queue", "msdyn_overflowactionconfig"])
      if (findRow(session.organization, table, id) !== undefined) found.push({ table, id });
  return found;
}

/**
 * Rewrites the rows that tie a rule to what it names. A context variable that does not exist yet is missed; writing
 * the ruleset again later finds it ("Migrate live chat configuration", Customer Service administration guide).
 */
function mapDependencies(session: Session, ruleset: Row): void {
  const { organization } = session;
  const id = textOf(ruleset, "msdyn_decisionrulesetid");
  for (const mapping of rowsOf(organization, "msdyn_rulesetdependencymapping"))
    if (mapping["_msdyn_referencingrulesetid_value"] === id)
      dropRow(session, "msdyn_rulesetdependencymapping", textOf(mapping, "msdyn_rulesetdependencymappingid"));
  const variables = variablesOf(session, ruleset);
  for (const rule of readRuleset(textOf(ruleset, "msdyn_rulesetdefinition")) ?? []) {
    for (const reference of referencesOf(session, rule, variables))
      insertRow(session, "msdyn_rulesetdependencymapping", {
        msdyn_name: rule.ruleName,
        msdyn_referencingruleid: rule.ruleId,
        msdyn_referencingrulename: rule.ruleName,
        msdyn_referencedpolymorphiclogicalname: reference.table,
        _msdyn_referencedpolymorphicentityid_value: reference.id,
        _msdyn_referencingrulesetid_value: id,
      });
  }
}

export const rulesetPlugin: Plugin = {
  beforeCreate: (_session, values) => checkDefinition(values),
  afterCreate: mapDependencies,
  beforeUpdate: (_session, _ruleset, changes) => checkDefinition(changes),
  afterUpdate: mapDependencies,
};
