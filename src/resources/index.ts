import type { Resource } from "../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";

/** Every resource an environment needs, in the documented order of Microsoft's guide. */
export function resourcesOf(_spec: EnvironmentSpec, _manifest: Manifest): Resource[] {
  return [];
}
