import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { instructionsRecord } from "../event-stream.ts";
import { EXIT } from "../exit-codes.ts";
import { shortGateName } from "../gate-address.ts";
import { type GateState, readGates } from "../gate-states.ts";
import { gateBox } from "../render/gate-box.ts";
import { headerLine } from "../render/plan-text.ts";
import { symbolOf } from "../render/rows.ts";
import { withSession } from "../run-session.ts";
import { padded, styled } from "../styles.ts";
import { sandboxWords } from "../target.ts";

function gateRecord({ resource, state, instructions, confirmation }: GateState): object {
  return {
    gate: resource.address,
    name: shortGateName(resource.address),
    step: resource.info.step,
    persona: resource.info.persona,
    state,
    instructions: instructions === undefined ? null : instructionsRecord(instructions),
    confirmation: confirmation ?? null,
  };
}

const SYMBOLS = {
  open: "gate",
  passed: "done",
  "not-needed": "none",
  "not-yet": "gate",
  unreadable: "failed",
} as const;

function passedBy({ confirmation }: GateState): string {
  if (confirmation === undefined) return "psc sees it in the tenant";
  const value = confirmation.value === undefined ? "" : `, ${confirmation.value}`;
  const verb = confirmation.how === "detected" ? "seen by" : "confirmed by";
  return `${verb} ${confirmation.by}, ${confirmation.at.slice(0, 16).replace("T", " ")}${value}`;
}

export const gateList: CommandDefinition = {
  description:
    "Reads the tenant and lists the gates: those a person can pass now with their instructions, by persona; those that come later; and who passed the others, and when. Writes nothing.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: TENANT_OPTIONS,
  examples: [
    { command: "gate list dev.yaml", effect: "what waits for whom" },
    { command: "gate list dev.yaml --output json", effect: "for a ticket system" },
  ],
  run: (invocation) =>
    withSession(invocation, { readOnly: true }, async ({ loaded, chosen, session }) => {
      const { terminal } = invocation;
      const { columns } = terminal;
      const { name, stage, tenant } = loaded.spec;
      const gates = await readGates(session);
      const what = `${loaded.file}${sandboxWords(invocation)}`;
      terminal.json({
        format: "psc.gates/1",
        environment: { name, stage, tenant },
        gates: gates.map(gateRecord),
      });
      if (!terminal.quiet)
        terminal.print(headerLine({ name, stage, tenant, target: chosen.name }, "", columns));
      const open = gates.flatMap(({ state, resource, instructions }) =>
        state === "open" && instructions !== undefined ? [{ resource, instructions }] : [],
      );
      for (const line of gateBox(open, what, columns)) terminal.print(line);
      const rest = gates.filter(({ state }) => state !== "open");
      for (const gate of rest) {
        const details: Readonly<Record<GateState["state"], string>> = {
          open: "",
          passed: passedBy(gate),
          "not-needed": "not needed here",
          "not-yet": `later: ${gate.resource.info.persona}, after what it builds on is deployed`,
          unreadable: "could not be read; psc plan says why",
        };
        terminal.print(
          ` ${symbolOf(SYMBOLS[gate.state])} ${padded(shortGateName(gate.resource.address), 24)} ${details[gate.state]}`,
        );
      }
      if (gates.length === 0) terminal.print("This spec needs no person.");
      terminal.say(
        `${styled("bold", "Next:")} ${open.length > 0 ? "pass the gates above; a running deploy sees it" : `psc deploy ${what}`}`,
      );
      return EXIT.done;
    }),
};
