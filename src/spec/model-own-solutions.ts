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
  /** Unique names of the solutions whose components it uses, as the file itself says. */
  readonly needs: readonly string[];
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

/** A solution that belongs to a manifest. */
export interface ManifestSolution extends OwnSolutionSpec {
  /** Unique names of packages, and of solutions listed before it; undefined is every package of the manifest. */
  readonly requires: readonly string[] | undefined;
}
