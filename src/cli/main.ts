import { PscError } from "../errors.ts";
import { reportErrors } from "./error-report.ts";
import { EXIT, type ExitCode, exitOfErrors } from "./exit-codes.ts";
import { ownVersion } from "./package-files.ts";
import { understand } from "./program.ts";
import { createTerminal, type OutputStream, type Terminal } from "./terminal.ts";

/** The process as the command line sees it; a test hands in its own. */
export interface Surroundings {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The terminal exists before the line is understood, because a usage error has a JSON form as well. */
function terminalFor(argv: readonly string[], surroundings: Surroundings): Terminal {
  const at = argv.indexOf("--output");
  const output = at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith("--output="))?.slice(9);
  return createTerminal({
    stdout: surroundings.stdout,
    stderr: surroundings.stderr,
    env: surroundings.env,
    output: output === "json" ? "json" : "text",
    noColor: argv.includes("--no-color"),
    quiet: argv.includes("--quiet"),
    verbose: argv.includes("--verbose"),
    debug: argv.includes("--debug") || surroundings.env["PSC_DEBUG"] === "1",
  });
}

/** Node has a variable that switches the check of TLS certificates off; psc handles secrets and does without. */
function requireCheckedTls(env: Surroundings["env"]): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  throw new PscError({
    code: "PSC-E213",
    message: "NODE_TLS_REJECT_UNAUTHORIZED=0 would let anybody pass for the cloud",
    remedy:
      "unset it; give the certificate authority of a proxy or of the sandbox in NODE_EXTRA_CA_CERTS instead",
    side: "user",
  });
}

/** Runs one command line and returns what to tell the shell. Never throws. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const terminal = terminalFor(argv, surroundings);
  try {
    const asked = await understand(argv);
    switch (asked.kind) {
      case "help":
        terminal.data(asked.text);
        return EXIT.done;
      case "version":
        terminal.data(ownVersion());
        return EXIT.done;
      case "run":
        requireCheckedTls(surroundings.env);
        return await asked.definition.run({
          terminal,
          env: surroundings.env,
          cwd: surroundings.cwd,
          arguments: asked.arguments,
          options: asked.options,
          command: asked.path,
        });
    }
  } catch (error) {
    await reportErrors(error, terminal);
    return exitOfErrors(error);
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** Entry of bin/psc.js. */
export async function main(argv: readonly string[]): Promise<void> {
  // `psc sandbox log | head` closes the pipe early: that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.done);
    throw error;
  });
  const code = await run(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  });
  process.exitCode = code;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Kept-alive connections to a cloud would hold the process for seconds after its last word.
  process.exit(code);
}
