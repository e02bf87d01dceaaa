import type { Stage } from "../../spec/model.ts";
import type { Level } from "../verdict.ts";

/** What holds for the whole tenant is a duty where patients are; a tenant of one's own for trying things is asked for less. */
export const MUST_IN_PRODUCTION: {
  readonly level: Level;
  readonly levels: Readonly<Partial<Record<Stage, Level>>>;
} = { level: "SHALL", levels: { dev: "SHOULD", test: "SHOULD" } };
