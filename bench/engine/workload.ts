/** One node of the benchmark's graph. */
export interface Node {
  readonly id: string;
  readonly deps: readonly string[];
}

export interface Workload {
  readonly nodes: number;
  readonly depth: number;
  readonly latencyMs: number;
  readonly fanIn: number;
}

/**
 * `nodes` things in `depth` layers; each beyond the first needs up to `fanIn` things of the layer before. The peers'
 * programs build the same edges by the same rule, so that every engine carries out the same work.
 */
export function layeredGraph({ nodes, depth, fanIn }: Omit<Workload, "latencyMs">): Node[] {
  const width = Math.ceil(nodes / depth);
  return Array.from({ length: nodes }, (_, index) => {
    const layer = Math.floor(index / width);
    const first = (layer - 1) * width;
    const needs = Array.from({ length: fanIn }, (_, k) => `thing-${first + ((index * 7 + k * 3) % width)}`);
    return { id: `thing-${index}`, deps: layer === 0 ? [] : [...new Set(needs)] };
  });
}

/** The workload as the environment variables that every program under test reads. */
export function workloadEnv({ nodes, depth, latencyMs, fanIn }: Workload): Record<string, string> {
  return { N: String(nodes), DEPTH: String(depth), LATENCY_MS: String(latencyMs), FANIN: String(fanIn) };
}

export function workloadOf(env: Readonly<Record<string, string | undefined>>): Workload {
  const number = (name: string, fallback: number): number => Number(env[name] ?? fallback);
  return {
    nodes: number("N", 200),
    depth: number("DEPTH", 10),
    latencyMs: number("LATENCY_MS", 20),
    fanIn: number("FANIN", 2),
  };
}
