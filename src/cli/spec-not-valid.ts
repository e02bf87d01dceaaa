import type { PscError } from "../errors.ts";
import type { SpecFile } from "../spec/files.ts";

/** A spec psc does not act on: its problems, and the files they are in for the code frames. */
export class SpecNotValid extends AggregateError {
  readonly files: readonly SpecFile[];

  constructor(problems: readonly PscError[], files: readonly SpecFile[]) {
    super(problems, "the spec is not valid");
    this.files = files;
  }
}
