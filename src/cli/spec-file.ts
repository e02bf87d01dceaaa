import type { PscError, SourceLocation } from "../errors.ts";
import type { SpecFile } from "../spec/files.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import type { SpecNode } from "../spec/node.ts";
import type { Invocation } from "./definition.ts";
import { SpecNotValid } from "./spec-not-valid.ts";

export interface LoadedFile {
  readonly file: string;
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly warnings: readonly PscError[];
  /** Everything it was read from, the file itself first. */
  readonly files: readonly SpecFile[];
  /** Where a field, such as `healthBot.access`, was written, or what holds it; undefined when no file says it. */
  readonly locate: (field: string) => SourceLocation | undefined;
  /** The document with its overlays, each value with the place it was written at. */
  readonly tree: SpecNode;
}

/** @throws SpecNotValid when the spec has problems; nothing was sent then. */
export async function loadFile(
  invocation: Pick<Invocation, "env" | "cwd">,
  file: string,
): Promise<LoadedFile> {
  const { loadSpec } = await import("../spec/index.ts");
  const loaded = loadSpec(file, { env: invocation.env, cwd: invocation.cwd });
  if (!loaded.ok) throw new SpecNotValid(loaded.problems, loaded.files);
  const { spec, manifest, warnings, files, locate, tree } = loaded;
  return {
    file,
    spec,
    manifest,
    warnings,
    tree,
    files,
    locate: (field) => locate(field.replaceAll("[]", "").split(".")),
  };
}
