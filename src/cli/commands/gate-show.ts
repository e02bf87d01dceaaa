import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { instructionsRecord } from "../event-stream.ts";
import { EXIT } from "../exit-codes.ts";
import { findGate, shortGateName } from "../gate-address.ts";
import { gatesOf, readGates } from "../gate-states.ts";
import { framed, gateLines } from "../render/gate-box.ts";
import { withSession } from "../run-session.ts";
import { styled } from "../styles.ts";
import { sandboxWords } from "../target.ts";

export const gateShow: CommandDefinition = {
  description:
    "Shows who passes a gate, where, how, and how psc notices. Reads the tenant for the ids and links; writes nothing.",
  arguments: [
    { name: "gate", summary: "name or address of the gate", required: true },
    { name: "file", summary: "the environment's spec", required: true },
  ],
  options: TENANT_OPTIONS,
  examples: [
    { command: "gate show omnichannel-consent dev.yaml", effect: "what the Global Administrator does" },
  ],
  run: (invocation) =>
    withSession(invocation, { readOnly: true }, async ({ loaded, session }) => {
      const { terminal } = invocation;
      const wanted = findGate(gatesOf(session), invocation.arguments[0] ?? "");
      const gate = (await readGates(session)).find(({ resource }) => resource.address === wanted.address);
      const what = `${loaded.file}${sandboxWords(invocation)}`;
      const { info, address } = wanted;
      terminal.json({
        format: "psc.gate/1",
        gate: address,
        state: gate?.state ?? "unreadable",
        persona: info.persona,
        permissions: info.permissions.write,
        sources: info.sources,
        instructions: gate?.instructions === undefined ? null : instructionsRecord(gate.instructions),
        confirmation: gate?.confirmation ?? null,
      });
      if (gate?.instructions === undefined) {
        terminal.print(`${shortGateName(address)}: ${info.summary}`);
        terminal.print(`Its instructions need ids that are not there yet: deploy what it builds on first.`);
      } else {
        const lines = gateLines(
          { resource: wanted, instructions: gate.instructions },
          what,
          terminal.columns - 4,
        );
        for (const line of framed(`${info.persona} · ${gate.state}`, lines, terminal.columns))
          terminal.print(line);
      }
      terminal.say(
        `${styled("bold", "Next:")} ${gate?.state === "open" ? "do this, then" : ""} psc deploy ${what}`.replace(
          "  ",
          " ",
        ),
      );
      return EXIT.done;
    }),
};
