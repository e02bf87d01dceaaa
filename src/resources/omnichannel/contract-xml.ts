import type { ContextVariableSpec } from "../../spec/model.ts";
import { element, parseXml, serializeXml, type XmlElement } from "./xml.ts";

/**
 * Decision contracts tell which values the rules of a workstream may use. Shape: Microsoft's unified routing contracts
 * as read back by public routing tools (contract > complex liveworkitemcontext > variable).
 */

const CONTEXT = "liveworkitemcontext";
const DATA_TYPES: Readonly<Record<ContextVariableSpec["type"], string>> = {
  text: "string",
  number: "number",
};

export const EMPTY_CONTRACT = `<contract version="1"><entity logical-name="msdyn_ocliveworkitem" key="msdyn_ocliveworkitem" /><complex key="${CONTEXT}" /></contract>`;

function contextOf(contract: XmlElement): XmlElement | undefined {
  return contract.children.find((child) => child.name === "complex" && child.attributes["key"] === CONTEXT);
}

/** Such as `EscalateToAgent (number)`. */
export function shownVariable({ name, type }: ContextVariableSpec): string {
  return `${name} (${type})`;
}

/** Which of the variables the contract exposes with their type. */
export function exposedVariables(definition: string, wanted: readonly ContextVariableSpec[]): string[] {
  const contract = parseXml(definition);
  const variables = contract === undefined ? [] : (contextOf(contract)?.children ?? []);
  return wanted
    .filter(({ name, type }) =>
      variables.some(
        ({ attributes }) => attributes["name"] === name && attributes["data-type"] === DATA_TYPES[type],
      ),
    )
    .map(shownVariable);
}

/** The contract with the variables added; everything else in it stays. */
export function withVariables(definition: string, wanted: readonly ContextVariableSpec[]): string {
  const contract = parseXml(definition) ?? parseXml(EMPTY_CONTRACT);
  if (contract === undefined) throw new Error("the empty contract is not XML");
  const names = new Set(wanted.map(({ name }) => name));
  const present = contextOf(contract);
  const context = element("complex", present?.attributes ?? { key: CONTEXT }, [
    ...(present?.children ?? []).filter(({ attributes }) => !names.has(attributes["name"] ?? "")),
    ...wanted.map(({ name, type }) => element("variable", { name, "data-type": DATA_TYPES[type] })),
  ]);
  const children =
    present === undefined
      ? [...contract.children, context]
      : contract.children.map((child) => (child === present ? context : child));
  return serializeXml({ ...contract, children });
}
