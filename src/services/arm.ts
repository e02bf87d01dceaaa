import type { Cloud } from "../cloud.ts";
import type { Http } from "./http/types.ts";

export interface Arm {
  readonly root: string;
}
export function createArm(_http: Http, cloud: Cloud): Arm {
  return { root: cloud.arm };
}
