import type { GateInstructions } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { CommandDefinition, Invocation } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { findGate, shortGateName } from "../gate-address.ts";
import { gatesOf, readGates } from "../gate-states.ts";
import { symbolOf } from "../render/rows.ts";
import { reachSandbox, sandboxFolder } from "../sandbox-host.ts";
import { actAsPerson, letTakeEffect, type PersonDid, passAsPerson } from "../simulated-person.ts";
import { loadFile } from "../spec-file.ts";
import { styled } from "../styles.ts";
import { chooseTarget } from "../target.ts";
import { usageError } from "../usage.ts";

/** Long enough for the slowest click, the channels, to take effect. */
const EFFECT_MINUTES = 15;

function payloadOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Falls through to the same sentence as a JSON value that is no object.
  }
  throw usageError(`--payload cannot be "${text}"`, 'give a JSON object, such as {"channels":["chat"]}');
}

/** The click without a spec: the action's name and what it is about are given. */
async function bareAction(invocation: Invocation, action: string): Promise<PersonDid> {
  const payload = payloadOf(invocation.options.text("payload"));
  const url = invocation.options.text("sandboxUrl") ?? invocation.env["PSC_SANDBOX_URL"];
  const act = async (sandboxUrl: string): Promise<PersonDid> => {
    const did = await actAsPerson(sandboxUrl, { action, payload });
    await letTakeEffect(sandboxUrl, EFFECT_MINUTES);
    return did;
  };
  if (url !== undefined && url !== "") return act(url);
  const link = await reachSandbox(sandboxFolder(invocation.cwd), undefined);
  try {
    return await act(link.url);
  } finally {
    await link.close();
  }
}

/** The click that a gate of a spec asks for, with the ids its instructions name. */
async function gateOfSpec(invocation: Invocation, name: string, file: string): Promise<PersonDid> {
  const loaded = await loadFile(invocation, file);
  const inSandbox = {
    ...invocation,
    options: {
      ...invocation.options,
      flag: (option: string) => option === "sandbox" || invocation.options.flag(option),
    },
  };
  const chosen = await chooseTarget(inSandbox, loaded.spec);
  try {
    const { openSession } = await import("../../session.ts");
    const session = openSession({
      spec: loaded.spec,
      manifest: loaded.manifest,
      target: chosen.target,
      env: invocation.env,
      workFolder: invocation.cwd,
      readOnly: true,
    });
    const wanted = findGate(gatesOf(session), name);
    const gate = (await readGates(session)).find(({ resource }) => resource.address === wanted.address);
    const instructions: GateInstructions | undefined = gate?.instructions;
    if (instructions === undefined || chosen.sandboxUrl === undefined) {
      throw new PscError({
        code: "PSC-E130",
        message: `${shortGateName(wanted.address)} cannot be passed yet: what it builds on is missing`,
        remedy: `psc deploy ${file} --sandbox --no-simulated-person stops there when it is time`,
      });
    }
    const did = await passAsPerson(session, chosen.sandboxUrl, wanted.address, instructions);
    await letTakeEffect(chosen.sandboxUrl, instructions.usualMinutes);
    return did;
  } finally {
    await chosen.close();
  }
}

export const sandboxPerson: CommandDefinition = {
  description:
    "Does in the sandbox what a gate asks of a person, for trying `deploy --no-simulated-person`. With a spec file the ids come from the gate's own instructions; without one give the action and its payload. What psc cannot see by itself, or the value the portal shows, is recorded as the simulated person's word.",
  arguments: [
    { name: "gate", summary: "a gate of the spec, or an action of the sandbox", required: true },
    { name: "file", summary: "the environment's spec", required: false },
  ],
  options: [
    { flags: "--payload <json>", summary: "without a spec file: what the action is about" },
    { flags: "--sandbox-url <url>", summary: "use a sandbox that runs elsewhere (also PSC_SANDBOX_URL)" },
  ],
  examples: [
    { command: "sandbox person omnichannel-consent dev.yaml", effect: "the Global Administrator consents" },
    {
      command: "sandbox person omnichannel-consent",
      effect: "the same, by the sandbox's own name of the click",
    },
  ],
  async run(invocation) {
    const { terminal } = invocation;
    const [name = "", file] = invocation.arguments;
    const did =
      file === undefined ? await bareAction(invocation, name) : await gateOfSpec(invocation, name, file);
    terminal.json({ format: "psc.person/1", ...did });
    terminal.print(
      `${symbolOf("done")} ${did.did}${did.value === undefined ? "" : `: ${styled("bold", did.value)}`}`,
    );
    if (file !== undefined)
      terminal.say(`${styled("bold", "Next:")} psc deploy ${file} --sandbox --no-simulated-person`);
    return EXIT.done;
  },
};
