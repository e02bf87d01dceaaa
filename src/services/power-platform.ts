import type { Cloud } from "../cloud.ts";
import type { Http } from "./http/types.ts";

export interface PowerPlatform {
  readonly root: string;
}
export function createPowerPlatform(_http: Http, cloud: Cloud): PowerPlatform {
  return { root: cloud.powerPlatform };
}
