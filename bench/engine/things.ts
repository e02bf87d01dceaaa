import { Agent, request } from "node:http";
import { defineKind, type Resource } from "../../src/engine/resource.ts";
import { PscError } from "../../src/errors.ts";
import type { Node } from "./workload.ts";

interface ThingProps {
  readonly node: Node;
  readonly name: string;
}

type Call = (method: string, id: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

/** The benchmark's provider talks plain HTTP over kept connections, as the peers' providers do with `fetch`. */
export function caller(baseUrl: string): Call {
  const agent = new Agent({ keepAlive: true });
  return (method, id, body) =>
    new Promise((resolve, reject) => {
      const message = request(`${baseUrl}/things/${id}`, { agent, method }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) }),
        );
      });
      message.on("error", reject);
      message.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

function refusal(method: string, id: string, status: number): PscError {
  return new PscError({
    code: "PSC-E217",
    message: `${method} ${id} was refused with ${status}`,
    side: "service",
  });
}

/** The benchmark's graph as resources of psc; `suffix` changes every name, so that all have to be updated. */
export function thingResources(baseUrl: string, nodes: readonly Node[], suffix: string): Resource[] {
  const call = caller(baseUrl);
  async function put({ node, name }: ThingProps) {
    const { status } = await call("PUT", node.id, { name, deps: node.deps });
    if (status !== 200) throw refusal("PUT", node.id, status);
    return { status: "present" as const, id: node.id, fields: { name }, data: {} };
  }
  const kind = defineKind<ThingProps, object>({
    kind: "bench.thing",
    summary: "a thing of the benchmark's control plane",
    step: 0,
    api: "benchmark",
    persona: "System Administrator",
    permissions: { read: [], write: [] },
    sources: [],
    nature: "managed",
    standsAlone: true,
    label: ({ node }) => node.id,
    declared: ({ name }) => ({ name }),
    async read({ node }) {
      const { status, body } = await call("GET", node.id);
      if (status === 404) return { status: "absent" };
      if (status !== 200) throw refusal("GET", node.id, status);
      const { name } = body as { name: string };
      return { status: "present", id: node.id, fields: { name }, data: {} };
    },
    create: put,
    update: put,
    async delete({ node }) {
      const { status } = await call("DELETE", node.id);
      if (status !== 204 && status !== 404) throw refusal("DELETE", node.id, status);
      return undefined;
    },
    isMarked: () => true,
  });
  return nodes.map((node) =>
    kind.resource({
      name: node.id,
      props: { node, name: node.id + suffix },
      dependsOn: node.deps.map((id) => kind.address(id)),
    }),
  );
}
