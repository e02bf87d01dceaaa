import { join } from "node:path";
import { type LoggedRequest, readRequestFile } from "../../sandbox/request-log.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { askControl } from "../sandbox-control.ts";
import { findRunning, sandboxFolder } from "../sandbox-host.ts";
import { clipped, styled } from "../styles.ts";
import { usageError } from "../usage.ts";

async function readLog(cwd: string): Promise<readonly LoggedRequest[]> {
  const folder = sandboxFolder(cwd);
  const running = await findRunning(folder);
  if (running === undefined) return [...readRequestFile(join(folder, "requests.jsonl"))];
  const { body } = await askControl(running.url, "GET", "requests");
  return (body as { value: readonly LoggedRequest[] }).value;
}

/** The members other programs may rely on come first and always. */
function line(entry: LoggedRequest, verbose: boolean): string {
  const { seq, time, service, method, url, status, write, body } = entry;
  return JSON.stringify({
    seq,
    time,
    service,
    method,
    url,
    status,
    write,
    ...(verbose && body !== undefined ? { body } : {}),
  });
}

export const sandboxLog: CommandDefinition = {
  description:
    "Prints every request this folder's sandbox answered, whether it runs or not. With --output json one object a line: seq, time, service, method, url, status, write (and the body with --verbose).",
  options: [
    { flags: "--writes", summary: "only requests that changed something in the tenant" },
    { flags: "--since <seq>", summary: "only requests after this number" },
  ],
  examples: [
    { command: "sandbox log --writes", effect: "what changed the tenant, in order" },
    { command: "sandbox log --output json", effect: "one JSON object a request" },
  ],
  async run({ terminal, cwd, options }) {
    const since = Number(options.text("since") ?? "0");
    if (!Number.isInteger(since) || since < 0)
      throw usageError(
        `--since cannot be "${options.text("since")}"`,
        "give the seq of a request, such as 120",
      );
    const entries = (await readLog(cwd)).filter(
      ({ seq, write }) => seq > since && (write || !options.flag("writes")),
    );
    for (const entry of entries) {
      if (terminal.output === "json") terminal.data(line(entry, terminal.verbose));
      else {
        const { seq, time, method, url, status, write } = entry;
        const text = `${String(seq).padStart(5)} ${time.slice(5, 19).replace("T", " ")} ${write ? styled("yellow", "w") : " "} ${String(status).padStart(3)} ${method.padEnd(6)} ${url}`;
        terminal.print(terminal.verbose ? text : clipped(text, Math.max(terminal.columns, 120)));
        if (terminal.verbose && entry.body !== undefined)
          terminal.print(styled("dim", `      ${JSON.stringify(entry.body)}`));
      }
    }
    if (entries.length === 0 && terminal.output === "text")
      terminal.say(options.flag("writes") ? "No writes." : "No requests.");
    return EXIT.done;
  },
};
