/**
 * A process of its own that has Microsoft's wrapper run pac: `node wrapper-process WRAPPER-URL PAC FOLDER ARGUMENT…`. Exports of the
 * wrapper: microsoft/powerplatform-cli-wrapper:src/index.ts and :src/CommandRunner.ts.
 */

type CommandRunner = (...args: string[]) => Promise<string[]>;

interface Wrapper {
  readonly createCommandRunner?: (
    workingDir: string,
    commandPath: string,
    logger: Readonly<Record<"log" | "warn" | "error" | "debug", (...words: string[]) => void>>,
    agent: string,
    options?: { readonly cwd: string; readonly signal: AbortSignal },
  ) => CommandRunner;
}

const [url = "", cli = "", folder = "", ...args] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const loaded = (await import(url)) as Wrapper & { readonly default?: Wrapper };
const createCommandRunner = loaded.createCommandRunner ?? loaded.default?.createCommandRunner;
if (createCommandRunner === undefined) {
  process.stderr.write("this version of @microsoft/powerplatform-cli-wrapper has no createCommandRunner\n");
  process.exitCode = 70;
} else {
  const say = (...words: string[]): void => {
    process.stdout.write(`${words.join(" ")}\n`);
  };
  const run = createCommandRunner(folder, cli, { log: say, warn: say, error: say, debug: () => {} }, "psc", {
    cwd: folder,
    signal: stop.signal,
  });
  try {
    await run(...args);
  } catch (error) {
    // `RunnerError`; its message repeats what was said already.
    const exitCode = (error as { readonly exitCode?: unknown }).exitCode;
    process.exitCode = typeof exitCode === "number" && exitCode !== 0 ? exitCode : 1;
  }
}
