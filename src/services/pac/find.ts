import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { PscError } from "../../errors.ts";

export const WRAPPER = "@microsoft/powerplatform-cli-wrapper";

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The binary on the search path.
 * @throws PscError PSC-E303
 */
export function findCli({ searchPath }: { readonly searchPath: string }): string {
  const name = process.platform === "win32" ? "pac.exe" : "pac";
  const found = searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
  if (found !== undefined) return found;
  throw new PscError({
    code: "PSC-E303",
    message: `the spec says \`environment.packagesBy: pac\`, and there is no ${name} on the PATH`,
    remedy:
      "install the Power Platform CLI (`dotnet tool install --global Microsoft.PowerApps.CLI.Tool`) and put its folder on the PATH, or leave `packagesBy` out: psc then installs by the API",
    side: "user",
  });
}

/** Where Microsoft's wrapper is installed: beside the spec, or beside psc. Undefined when nobody installed it. */
export function findWrapper(workFolder: string): string | undefined {
  for (const from of [join(workFolder, "spec.yaml"), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve(WRAPPER)).href;
    } catch {
      // The next place.
    }
  }
  return undefined;
}
