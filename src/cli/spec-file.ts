import type { PscError } from "../errors.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import type { Invocation } from "./definition.ts";
import { SpecNotValid } from "./spec-not-valid.ts";

export interface LoadedFile {
  readonly file: string;
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly warnings: readonly PscError[];
}

/** @throws SpecNotValid when the spec has problems; nothing was sent then. */
export async function loadFile(
  invocation: Pick<Invocation, "env" | "cwd">,
  file: string,
): Promise<LoadedFile> {
  const { loadSpec } = await import("../spec/index.ts");
  const loaded = loadSpec(file, { env: invocation.env, cwd: invocation.cwd });
  if (!loaded.ok) throw new SpecNotValid(loaded.problems, loaded.files);
  return { file, spec: loaded.spec, manifest: loaded.manifest, warnings: loaded.warnings };
}
