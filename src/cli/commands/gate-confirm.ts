import type { Confirmation, GateInstructions } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { findGate, shortGateName } from "../gate-address.ts";
import { type GateState, gatesOf, readGates } from "../gate-states.ts";
import { symbolOf } from "../render/rows.ts";
import { type OpenedRun, withSession } from "../run-session.ts";
import { actAsPerson, letTakeEffect } from "../simulated-person.ts";
import { styled } from "../styles.ts";
import { sandboxWords } from "../target.ts";

/** @throws PscError PSC-E103 when a value is missing, superfluous or does not look right. */
function checkValue(name: string, instructions: GateInstructions, value: string | undefined): void {
  const wanted = instructions.value;
  if (wanted === undefined) {
    if (value !== undefined)
      throw new PscError({
        code: "PSC-E103",
        message: `${name} takes no value`,
        remedy: "leave --value out",
      });
    return;
  }
  if (value === undefined) {
    throw new PscError({
      code: "PSC-E103",
      message: `${name} needs the ${wanted.name}`,
      remedy: `add --value <${wanted.name}> (${wanted.hint})`,
    });
  }
  if (!wanted.pattern.test(value)) {
    throw new PscError({
      code: "PSC-E103",
      message: `"${value}" does not look like a ${wanted.name}`,
      remedy: `${wanted.hint}; it must match ${wanted.pattern.source}`,
    });
  }
}

/** @throws PscError PSC-E130 when nobody can have passed it yet. */
function instructionsOf(gate: GateState): GateInstructions {
  if (gate.instructions !== undefined && gate.state !== "not-yet" && gate.state !== "unreadable")
    return gate.instructions;
  throw new PscError({
    code: "PSC-E130",
    message: `${shortGateName(gate.resource.address)} cannot be passed yet: what it builds on is missing or cannot be read`,
    remedy: "run psc deploy first; it stops at this gate when it is time",
  });
}

interface Confirming extends OpenedRun {
  readonly invocation: Invocation;
  readonly gate: GateState;
  readonly instructions: GateInstructions;
}

/**
 * Looks whether the gate was passed. In the sandbox nobody can click, so the click is done there first.
 * @returns a value that the sandbox's portal showed.
 */
async function proveOrClick({
  chosen,
  gate,
  instructions,
  invocation,
}: Confirming): Promise<string | undefined> {
  const { terminal } = invocation;
  const { resource, observation } = gate;
  if (observation?.status === "present") return undefined;
  if (chosen.sandboxUrl !== undefined) {
    const { did, value } = await actAsPerson(chosen.sandboxUrl, instructions.simulation);
    await letTakeEffect(chosen.sandboxUrl, instructions.usualMinutes);
    terminal.say(`${symbolOf("gate")} in the sandbox, ${resource.info.persona}: ${did}`);
    return value;
  }
  // Where a value is asked for, the person's word is what the probe looks for later.
  const provable = instructions.probe !== undefined && instructions.value === undefined;
  if (provable && observation?.status === "absent" && !invocation.options.flag("override")) {
    throw new PscError({
      code: "PSC-E131",
      message: `${shortGateName(resource.address)} is not done: ${observation.reason ?? "psc looked and it is not there"}`,
      remedy: `psc looks for this: ${instructions.probe ?? ""}. Do the steps of \`psc gate show ${shortGateName(resource.address)}\` and wait a minute; when you know better than the probe, add --override`,
      persona: resource.info.persona,
    });
  }
  return undefined;
}

async function confirm(confirming: Confirming): Promise<Confirmation> {
  const { invocation, session, gate, instructions, chosen } = confirming;
  const name = shortGateName(gate.resource.address);
  const given = invocation.options.text("value");
  // In the sandbox the portal that shows the value is simulated too, so it may be left out.
  if (given !== undefined || chosen.sandboxUrl === undefined) checkValue(name, instructions, given);
  const shown = await proveOrClick(confirming);
  if (given !== undefined && shown !== undefined && given !== shown) {
    throw new PscError({
      code: "PSC-E103",
      message: `"${given}" is not the ${instructions.value?.name ?? "value"} that the sandbox's portal shows`,
      remedy: `use --value ${shown}, or leave it out`,
    });
  }
  const value = given ?? shown;
  if (given === undefined)
    checkValue(name, instructions, instructions.value === undefined ? undefined : value);
  const by = invocation.options.text("by") ?? (await session.signIn()).name;
  const confirmation: Confirmation = {
    gate: gate.resource.address,
    by,
    at: new Date(session.clock.now()).toISOString(),
    how: "confirmed",
    ...(value === undefined || instructions.value === undefined ? {} : { value }),
  };
  session.confirmations.record(confirmation);
  return confirmation;
}

export const gateConfirm: CommandDefinition = {
  description:
    "Records that a gate was passed: who says so, when, and the value it brings, such as a bot id. When psc can look for itself and sees that it was not done, it refuses, unless --override says that the person knows better. In the sandbox the click is done first.",
  arguments: [
    { name: "gate", summary: "name or address of the gate", required: true },
    { name: "file", summary: "the environment's spec", required: true },
  ],
  options: [
    ...TENANT_OPTIONS,
    { flags: "--value <text>", summary: "what the person brings back" },
    { flags: "--by <name>", summary: "who passed it (default: who is signed in)" },
    { flags: "--override", summary: "record it although psc sees that it is not done" },
  ],
  examples: [
    { command: "gate confirm omnichannel-consent dev.yaml", effect: "the consent was given" },
    {
      command:
        "gate confirm channel dev.yaml --value 8d2c5f0e-3c5b-4a8e-9f4d-2b1c3d4e5f60 --by pat@contoso.com",
      effect: "with the value that only the portal shows",
    },
  ],
  run: (invocation) =>
    withSession(invocation, { readOnly: true }, async (run) => {
      const { terminal } = invocation;
      const wanted = findGate(gatesOf(run.session), invocation.arguments[0] ?? "");
      const gate = (await readGates(run.session)).find(({ resource }) => resource.address === wanted.address);
      if (gate === undefined) throw new Error(`${wanted.address} was not read`);
      const instructions = instructionsOf(gate);
      const confirmation = await confirm({ ...run, invocation, gate, instructions });
      terminal.json({ format: "psc.confirmation/1", ...confirmation });
      const brought = confirmation.value === undefined ? "" : ` with ${confirmation.value}`;
      terminal.print(
        `${symbolOf("done")} ${shortGateName(confirmation.gate)}: confirmed by ${confirmation.by} at ${confirmation.at}${brought}`,
      );
      terminal.say(`${styled("bold", "Next:")} psc deploy ${run.loaded.file}${sandboxWords(invocation)}`);
      return EXIT.done;
    }),
};
