import type { Http } from "./http/types.ts";

export interface Dataverse {
  readonly origin: string;
}
export function createDataverse(_http: Http, origin: string): Dataverse {
  return { origin };
}
