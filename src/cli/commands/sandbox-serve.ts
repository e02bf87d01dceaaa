import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { armFaults, readFaults } from "../sandbox-faults.ts";
import { findRunning, hostSandbox, sandboxFolder } from "../sandbox-host.ts";
import {
  FAULTS_OPTION,
  PORT_OPTION,
  readPort,
  readSpeed,
  SPEED_OPTION,
  sandboxBusy,
  TLS_OPTION,
} from "../sandbox-options.ts";

/** The process behind `psc sandbox start`. */
export const sandboxServe: CommandDefinition = {
  description:
    "Serves this folder's sandbox until it is stopped. `psc sandbox start` runs it in the background.",
  options: [PORT_OPTION, SPEED_OPTION, FAULTS_OPTION, TLS_OPTION],
  examples: [{ command: "sandbox serve --port 4280", effect: "serve on a fixed port, in this terminal" }],
  async run({ terminal, cwd, options }) {
    const faultFile = options.text("faults");
    const faults = faultFile === undefined ? undefined : readFaults(cwd, faultFile);
    const folder = sandboxFolder(cwd);
    const port = readPort(options);
    const speed = readSpeed(options);
    const running = await findRunning(folder);
    if (running !== undefined) throw sandboxBusy(running);
    const link = await hostSandbox({
      folder,
      mode: "background",
      ...(port === undefined ? {} : { port }),
      ...(speed === undefined ? {} : { speed }),
      tls: options.flag("tls"),
    });
    if (link === undefined) throw sandboxBusy(undefined);
    try {
      if (faults !== undefined) await armFaults(link.url, faults);
    } catch (error) {
      await link.close();
      throw error;
    }
    terminal.print(link.url);
    // The control API's stop ends in SIGTERM as well.
    await new Promise<void>((resolve) => {
      process.once("SIGTERM", () => resolve());
      process.once("SIGINT", () => resolve());
    });
    await link.close();
    return EXIT.done;
  },
};
