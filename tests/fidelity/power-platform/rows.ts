import type { Answer, ParsedJson } from "../../harness/sandbox.ts";
import type { Recording } from "./recordings.ts";
import type { Kind } from "./shapes.ts";
import type { Situation } from "./situation.ts";

/** One recorded route and the request that brings the sandbox to the same answer. */
export interface RecordedRow {
  /** As `Recording.route` writes it. */
  readonly route: string;
  readonly status: number;
  /** What distinguishes the row from others of the same route and status. */
  readonly situation?: string;
  /** Which of the route's recorded bodies the answer is compared with; all when absent. */
  readonly like?: (body: ParsedJson, recording: Recording) => boolean;
  /** `body` when absent. */
  readonly kind?: Kind;
  /** Members that the request selects where the recording has more; only these are compared. */
  readonly selected?: readonly string[];
  /** The recording answers another request than `ask` sends: compared, but no proof for the route. */
  readonly borrowed?: true;
  readonly ask: (situation: Situation) => Promise<Answer>;
  /**
   * Deliberate differences by path in the body (`status` for the status itself), each with its reason. A deviation that does not
   * occur any more fails the row.
   */
  readonly deviations?: Readonly<Record<string, string>>;
}

/** A recorded route that the sandbox answers with 501. */
export interface UnsimulatedRow {
  readonly routes: RegExp;
  /** What a client sends, with the audience of its token. */
  readonly method: string;
  readonly url: (situation: Situation) => string;
  readonly audience: "bap" | "powerPlatform" | "dataverse" | "none";
}

/** Recorded answers that no request provokes, each with the reason. */
export interface Unprovoked {
  readonly routes: RegExp;
  readonly status?: number;
  readonly why: string;
}
