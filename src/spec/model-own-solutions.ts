export const SOLUTION_MODES = ["upgrade", "update"] as const;
export type SolutionMode = (typeof SOLUTION_MODES)[number];

export interface OwnSolutionSpec {
  /** As shown to people. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  readonly uniqueName: string;
  readonly version: string;
  readonly managed: boolean;
  /** First 12 hexadecimal digits of the file's SHA-256. */
  readonly digest: string;
  /** `upgrade` takes away what the new version no longer has; `update` leaves it. */
  readonly mode: SolutionMode;
  /** Edits made by hand in the environment give way. */
  readonly overwrite: boolean;
  /** Values of environment variables that the solution brings. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** Connections for its connection references. */
  readonly connections: readonly {
    /** Logical name of the reference. */
    readonly name: string;
    /** Such as `shared_office365`. */
    readonly connector: string;
    /** Id of a connection in the environment. */
    readonly connection: string;
  }[];
}
