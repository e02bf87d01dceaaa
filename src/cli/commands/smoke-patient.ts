import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";

/** The process behind `psc smoke`. */
export const smokePatient: CommandDefinition = {
  description: "Plays the patient of `psc smoke`, which gives the order on stdin.",
  examples: [{ command: "smoke-patient", effect: "for psc itself" }],
  async run() {
    const { runPatient } = await import("../../smoke/patient.ts");
    await runPatient();
    return EXIT.done;
  },
};
