import { zipSync } from "fflate";

export interface Wanted {
  readonly name: string;
  readonly version: string;
  readonly variables?: readonly string[];
  /** Solution that has a component this one needs. */
  readonly needs?: string;
  readonly managed?: boolean;
}

/** A solution file as the maker portal exports it, with nothing but its manifest. */
export function solution({ name, version, variables = [], needs, managed = true }: Wanted): Uint8Array {
  const roots = variables.map(
    (variable) => `<RootComponent type="380" schemaName="${variable}" behavior="0" />`,
  );
  const missing =
    needs === undefined
      ? ""
      : `<MissingDependency><Required type="1" schemaName="contoso_visit" displayName="Visit" solution="${needs} (1.0)" /><Dependent type="60" displayName="Information" parentDisplayName="Visit" /></MissingDependency>`;
  const manifest = `<ImportExportXml><SolutionManifest><UniqueName>${name}</UniqueName><LocalizedNames><LocalizedName description="${name}" languagecode="1033" /></LocalizedNames><Version>${version}</Version><Managed>${managed ? 1 : 0}</Managed><Publisher><UniqueName>contoso</UniqueName><LocalizedNames><LocalizedName description="Contoso" languagecode="1033" /></LocalizedNames><CustomizationPrefix>contoso</CustomizationPrefix></Publisher><RootComponents>${roots.join("")}</RootComponents><MissingDependencies>${missing}</MissingDependencies></SolutionManifest></ImportExportXml>`;
  const text = new TextEncoder();
  return zipSync({
    "solution.xml": text.encode(manifest),
    "customizations.xml": text.encode("<ImportExportXml />"),
    "[Content_Types].xml": text.encode("<Types />"),
  });
}
