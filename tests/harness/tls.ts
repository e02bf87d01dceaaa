import { Agent } from "node:https";
import { connect } from "node:tls";
import type { SandboxOptions, SandboxTls } from "../../src/sandbox/server.ts";
import { clientVariables, leadProcessTo } from "../../src/sandbox/tls/client-environment.ts";
import { startTestSandbox, type TestSandbox } from "./sandbox.ts";

export interface TlsSandbox extends TestSandbox {
  readonly tls: SandboxTls;
  /** What `HTTPS_PROXY` is set to. */
  readonly proxyUrl: string;
  /** The environment of a child process whose client is to reach the sandbox unmodified. */
  readonly env: Readonly<Record<string, string>>;
  /** For clients that take an `https.Agent`: any host leads to the sandbox's TLS port, with all checks. */
  readonly agent: Agent;
  /**
   * Makes this process (Node 24) take the sandbox for the Internet: `fetch`, `node:https`, and clients that read
   * HTTPS_PROXY themselves, all over TLS with the certificate checked. Returns what undoes it; close() does so too.
   */
  actAsInternet(): () => void;
}

/** A sandbox with TLS. Clients reach `https://graph.microsoft.com/…` and all its other hosts through `env`, `agent` or `actAsInternet()`. */
export async function startTlsSandbox(options: SandboxOptions = {}): Promise<TlsSandbox> {
  const started = await startTestSandbox({ tls: true, ...options });
  const { sandbox } = started;
  const { tls } = sandbox;
  if (tls === undefined) throw new Error("the sandbox serves no TLS");
  const env = clientVariables(sandbox.url, tls.caFile);
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = (target) =>
    connect({
      host: "127.0.0.1",
      port: tls.port,
      ca: tls.caPem,
      ...(target.host == null ? {} : { servername: target.host }),
    });

  let undo: (() => void) | undefined;
  function actAsInternet(): () => void {
    if (undo !== undefined) return undo;
    const restore = leadProcessTo(sandbox);
    undo = () => {
      undo = undefined;
      restore();
    };
    return undo;
  }

  return {
    ...started,
    tls,
    proxyUrl: sandbox.url,
    env,
    agent,
    actAsInternet,
    async close() {
      undo?.();
      agent.destroy();
      await started.close();
    },
  };
}
