import { batching } from "./batching.ts";
import { createHttp, type HttpOptions } from "./http.ts";
import { type RememberingHttp, remembering } from "./remembering.ts";

/** The door to the network as everything uses it: reads of one moment go together, and repeated looks are remembered. */
export function createPipeline(options: HttpOptions): RememberingHttp {
  return remembering(batching(createHttp(options), options.cloud), options.cloud);
}
