import { formatDuration } from "../../durations.ts";
import type { GateInstructions, Resource } from "../../engine/resource.ts";
import { shortGateName, typedGateName } from "../gate-address.ts";
import { padded, styled, widthOf, wrapped } from "../styles.ts";

export interface OpenGate {
  readonly resource: Resource;
  readonly instructions: GateInstructions;
}

/** Lines in a frame; longer ones must have been wrapped to `columns - 4` before. */
export function framed(title: string, lines: readonly string[], columns: number): string[] {
  const bar = styled("person", "│");
  const inner = columns - 4;
  const top = `┌ ${title} ${"─".repeat(Math.max(0, columns - widthOf(title) - 4))}┐`;
  return [
    styled("person", top),
    // A word wider than the frame, such as a long link, must stay whole to be clicked: the right bar gives way.
    ...lines.map((line) =>
      widthOf(line) > inner ? `${bar} ${line}` : `${bar} ${padded(line, inner)} ${bar}`,
    ),
    styled("person", `└${"─".repeat(columns - 2)}┘`),
  ];
}

function indented(text: string, first: string, columns: number): string[] {
  const indent = " ".repeat(widthOf(first));
  return wrapped(text, columns - indent.length).map(
    (line, index) => `${index === 0 ? first : indent}${line}`,
  );
}

/** The line that confirms a gate. `what` is the spec file and the sandbox options. */
export function confirmCommand(gate: OpenGate, what: string): string {
  const { value } = gate.instructions;
  const given = value === undefined ? "" : ` --value <${value.name}>`;
  return `psc gate confirm ${typedGateName(gate.resource.address)} ${what}${given}`;
}

/** A value must be told even where psc can see that something was done. */
function howPscKnows({ value, probe }: GateInstructions): string {
  if (value !== undefined) return `bring back the ${value.name} (${value.hint}) and tell psc:`;
  if (probe === undefined) return "psc cannot see this by itself; tell it:";
  return `psc sees it by itself: ${probe}. Or tell it:`;
}

/** What a person does for one gate, how psc notices, and how to tell it. */
export function gateLines(gate: OpenGate, what: string, columns: number): string[] {
  const { resource, instructions } = gate;
  const usual = `~${formatDuration(instructions.usualMinutes * 60_000)}`;
  const name = `! ${shortGateName(resource.address)}`;
  const lines = [
    `${padded(styled("person", name), Math.min(columns - widthOf(usual) - 1, 60))} ${styled("dim", usual)}`,
    ...instructions.steps.flatMap((step, index) => indented(step, `  ${index + 1}. `, columns)),
  ];
  if (!instructions.steps.some((step) => step.includes(instructions.link)))
    lines.push(`  ${styled("cyan", instructions.link)}`);
  lines.push(
    ...indented(howPscKnows(instructions), "  ", columns),
    `  ${styled("bold", confirmCommand(gate, what))}`,
  );
  return lines;
}

/** All gates that could be passed now, grouped by who can. */
export function gateBox(gates: readonly OpenGate[], what: string, columns: number): string[] {
  if (gates.length === 0) return [];
  const personas = [...new Set(gates.map(({ resource }) => resource.info.persona))];
  const inner = columns - 4;
  const lines = personas.flatMap((persona, index) => [
    ...(index === 0 ? [] : [""]),
    styled("bold", persona),
    ...gates
      .filter(({ resource }) => resource.info.persona === persona)
      .sort((a, b) => a.resource.info.step - b.resource.info.step)
      .flatMap((gate) => gateLines(gate, what, inner)),
  ]);
  return framed("waiting for a person", lines, columns);
}
