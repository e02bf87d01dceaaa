import type { Cloud } from "../cloud.ts";
import type { Http } from "./http/types.ts";

export interface Bap {
  readonly root: string;
}
export function createBap(_http: Http, cloud: Cloud): Bap {
  return { root: cloud.bap };
}
