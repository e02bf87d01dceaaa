import { createServer } from "node:http";

/**
 * The control plane of the engine benchmark when the peers' own is not at hand; it speaks the same protocol.
 * `PUT`, `GET`, `DELETE /things/{id}` answer after LATENCY_MS. A PUT whose dependencies are missing and a DELETE of
 * something still needed are refused with 409; ids in FAIL_IDS answer 500. `GET /stats` counts; `DELETE /stats` starts
 * the count again. Prints its port.
 */

const latencyMs = Number(process.env["LATENCY_MS"] ?? 20);
const failing = new Set((process.env["FAIL_IDS"] ?? "").split(","));

interface Thing {
  readonly name: string;
  readonly deps: readonly string[];
}

const things = new Map<string, Thing>();
const nothingYet = { put: 0, get: 0, delete: 0, repeat: 0, failed: 0, violations: 0, inFlight: 0, peak: 0 };
let stats = { ...nothingYet };

function put(id: string, text: string): readonly [number, unknown] {
  stats.put += 1;
  if (things.has(id)) stats.repeat += 1;
  if (failing.has(id)) {
    stats.failed += 1;
    return [500, {}];
  }
  const thing = JSON.parse(text) as Thing;
  if (thing.deps.some((need) => !things.has(need))) {
    stats.violations += 1;
    return [409, {}];
  }
  things.set(id, thing);
  return [200, { id, ...thing }];
}

function remove(id: string): readonly [number, unknown] {
  stats.delete += 1;
  if ([...things.values()].some(({ deps }) => deps.includes(id))) {
    stats.violations += 1;
    return [409, {}];
  }
  things.delete(id);
  return [204, undefined];
}

function get(id: string): readonly [number, unknown] {
  stats.get += 1;
  const thing = things.get(id);
  return thing === undefined ? [404, {}] : [200, { id, ...thing }];
}

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => {
    text += chunk;
  });
  request.on("end", () => {
    if (request.url === "/stats") {
      response.end(JSON.stringify({ ...stats, live: things.size }));
      if (request.method === "DELETE") stats = { ...nothingYet };
      return;
    }
    const id = request.url?.split("/").at(-1) ?? "";
    stats.inFlight += 1;
    stats.peak = Math.max(stats.peak, stats.inFlight);
    setTimeout(() => {
      stats.inFlight -= 1;
      const [status, body] =
        request.method === "PUT" ? put(id, text) : request.method === "DELETE" ? remove(id) : get(id);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    }, latencyMs);
  });
});
server.keepAliveTimeout = 30_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address !== null ? address.port : "");
});
