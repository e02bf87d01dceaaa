import {
  createDefaultHttpClient,
  createEmptyPipeline,
  type HttpClient,
  proxyPolicy,
} from "@azure/core-rest-pipeline";

/** The transport to real clouds: TLS with Node's own checks, and the proxy of `HTTPS_PROXY` when there is one. */
export function realTransport(): HttpClient {
  const client = createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  return { sendRequest: (request) => pipeline.sendRequest(client, request) };
}
