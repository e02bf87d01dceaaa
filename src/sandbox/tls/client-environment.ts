// As namespaces: older Nodes have no such exports, and naming them would break the import there.
import * as http from "node:http";
import * as tls from "node:tls";

/** Where a sandbox with TLS can be reached. */
export interface Reachable {
  readonly url: string;
  readonly tls?: { readonly caFile: string; readonly caPem: string };
}

/**
 * Environment variables that make another process's client trust and find a sandbox. `HTTPS_PROXY` is the sandbox's
 * own port: it leads the sandbox's hosts to the TLS port and refuses all others, so that nothing escapes to the real
 * cloud by mistake. Node's own `fetch` and `https` obey it from Node 24 (22.21) on, because of `NODE_USE_ENV_PROXY`.
 */
export function clientVariables(url: string, caFile: string): Readonly<Record<string, string>> {
  return {
    HTTPS_PROXY: url,
    NO_PROXY: "127.0.0.1,localhost",
    NODE_EXTRA_CA_CERTS: caFile,
    NODE_USE_ENV_PROXY: "1",
    SSL_CERT_FILE: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
  };
}

/**
 * Makes this process take the sandbox for the Internet: `fetch`, `node:https` and clients that read `HTTPS_PROXY`
 * themselves reach it under the real addresses, over TLS with the certificate checked. Clients that were made before
 * keep their own connections.
 * @returns what undoes it
 * @throws Error when the sandbox serves no TLS, or this Node (before 24.14) cannot change its proxy while it runs
 */
export function leadProcessTo(sandbox: Reachable): () => void {
  if (sandbox.tls === undefined) throw new Error("start the sandbox with { tls: true }");
  if (typeof http.setGlobalProxyFromEnv !== "function")
    throw new Error(
      `Node ${process.version} cannot change its proxy while it runs: use Node 24.14 or newer, or a child process`,
    );
  const proxy = { HTTPS_PROXY: sandbox.url, NO_PROXY: "127.0.0.1,localhost" };
  const before = { certificates: tls.getCACertificates("default"), variables: { ...process.env } };
  tls.setDefaultCACertificates([...before.certificates, sandbox.tls.caPem]);
  Object.assign(process.env, proxy);
  const restoreProxy = http.setGlobalProxyFromEnv(proxy);
  return () => {
    restoreProxy();
    tls.setDefaultCACertificates(before.certificates);
    for (const name of Object.keys(proxy)) {
      const value = before.variables[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
