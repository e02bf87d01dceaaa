import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { askControl } from "../sandbox-control.ts";
import { findRunning, sandboxFolder } from "../sandbox-host.ts";
import { noSandbox, sandboxWithoutTls } from "../sandbox-options.ts";

const SHELLS = ["bash", "powershell"] as const;

function assignment(shell: string, name: string, value: string): string {
  return shell === "powershell"
    ? `$env:${name} = '${value.replaceAll("'", "''")}'`
    : `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}

async function hostNames(url: string): Promise<readonly string[]> {
  const { body } = await askControl(url, "GET", "hosts");
  const names = (body as { value?: unknown } | undefined)?.value;
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

export const sandboxEnv: CommandDefinition = {
  description:
    "Prints what another client needs to reach this folder's sandbox at the real https addresses: environment variables for the shell, and as comments the TLS port, hosts-file lines and what Node needs. It changes nothing on the machine. The sandbox has to run with --tls.",
  options: [
    {
      flags: "--shell <name>",
      summary: "syntax of the assignments; without it PowerShell's on Windows, bash's elsewhere",
      choices: SHELLS,
    },
  ],
  examples: [
    { command: "sandbox env", effect: 'for eval "$(psc sandbox env)"' },
    {
      command: "sandbox env --shell powershell",
      effect: "for psc sandbox env --shell powershell | Invoke-Expression",
    },
    { command: "sandbox env --output json", effect: "for programs" },
  ],
  async run({ terminal, cwd, options }) {
    const running = await findRunning(sandboxFolder(cwd));
    if (running === undefined) throw noSandbox();
    const { url, tls } = running;
    if (tls === undefined) throw sandboxWithoutTls(url);
    const { clientVariables } = await import("../../sandbox/tls/client-environment.ts");
    const environment = clientVariables(url, tls.caFile);
    const hosts = await hostNames(url);
    terminal.json({
      format: "psc.sandbox-env/1",
      url,
      tlsPort: tls.port,
      caFile: tls.caFile,
      variables: environment,
      hosts: hosts.map((name) => `127.0.0.1 ${name}`),
    });
    const shell = options.text("shell") ?? (process.platform === "win32" ? "powershell" : "bash");
    for (const [name, value] of Object.entries(environment)) terminal.print(assignment(shell, name, value));
    terminal.print(
      `# TLS answers at 127.0.0.1:${tls.port}; the variables lead there through the sandbox's proxy.`,
    );
    terminal.print(
      "# Node's fetch and https obey HTTPS_PROXY from Node 24 (22.21) on, with NODE_USE_ENV_PROXY=1.",
    );
    terminal.print(
      "# A client without proxy support needs these lines in its hosts file and port 443 led to the TLS port:",
    );
    for (const name of hosts) terminal.print(`#   127.0.0.1 ${name}`);
    return EXIT.done;
  },
};
