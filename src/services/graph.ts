import type { Cloud } from "../cloud.ts";
import type { Http } from "./http/types.ts";

export interface Graph {
  readonly root: string;
}
export function createGraph(_http: Http, cloud: Cloud): Graph {
  return { root: cloud.graph };
}
