import { dataverseError } from "./errors.ts";
import { type Element, parseXml } from "./xml-elements.ts";
import { filesOfArchive } from "./zip-archive.ts";

export interface MissingComponent {
  readonly schemaName: string;
  readonly solution: string;
  /** Attributes as written, of what is required and of what depends on it. */
  readonly required: Readonly<Record<string, string>>;
  readonly dependent: Readonly<Record<string, string>>;
}

/** What the manifest of a solution package says (`solution.xml`; "Solution file reference", Power Apps ALM guide). */
export interface SolutionPackage {
  readonly uniqueName: string;
  readonly friendlyName: string;
  readonly version: string;
  readonly managed: boolean;
  readonly publisher: { readonly uniqueName: string; readonly friendlyName: string; readonly prefix: string };
  /** Components the package needs and does not bring: schema name and the solution that has them. */
  readonly missing: readonly MissingComponent[];
  readonly components: readonly { readonly type: number; readonly schemaName: string }[];
}

function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

function childText(element: Element | undefined, name: string): string {
  return child(element, name)?.text.trim() ?? "";
}

/** Text as in "Error 80048060 when importing a solution" (Microsoft support). */
function notASolution(): never {
  throw dataverseError(
    400,
    "0x80048060",
    "The solution file is invalid. The compressed file must contain the following files at its root: solution.xml, customizations.xml, and [Content_Types].xml. Customization files exported from previous versions of Microsoft Dynamics 365 are not supported.",
  );
}

const ROOT_FILES = ["solution.xml", "customizations.xml", "[Content_Types].xml"];

/** Reads a base64 solution file or refuses it. */
export function readSolutionPackage(base64: string): SolutionPackage {
  const files = filesOfArchive(Buffer.from(base64, "base64"), ROOT_FILES);
  if (files === undefined || !ROOT_FILES.every((name) => files.has(name))) return notASolution();
  const root = parseXml(files.get("solution.xml") ?? "");
  const manifest = child(root, "SolutionManifest");
  const uniqueName = childText(manifest, "UniqueName");
  const version = childText(manifest, "Version");
  if (uniqueName === "" || !/^\d+(\.\d+){1,3}$/.test(version)) return notASolution();
  const publisher = child(manifest, "Publisher");
  const labelOf = (element: Element | undefined): string | undefined =>
    child(child(element, "LocalizedNames"), "LocalizedName")?.attributes["description"];
  return {
    uniqueName,
    friendlyName: labelOf(manifest) ?? uniqueName,
    version,
    managed: childText(manifest, "Managed") === "1",
    publisher: {
      uniqueName: childText(publisher, "UniqueName"),
      friendlyName: labelOf(publisher) ?? childText(publisher, "UniqueName"),
      prefix: childText(publisher, "CustomizationPrefix"),
    },
    missing: (child(manifest, "MissingDependencies")?.children ?? []).flatMap((dependency) => {
      const required = child(dependency, "Required")?.attributes;
      if (required === undefined) return [];
      const solution = (required["solution"] ?? "").replace(/ \(.*\)$/, "");
      const dependent = child(dependency, "Dependent")?.attributes ?? {};
      return [{ schemaName: required["schemaName"] ?? required["id"] ?? "", solution, required, dependent }];
    }),
    components: (child(manifest, "RootComponents")?.children ?? []).map(({ attributes }) => ({
      type: Number(attributes["type"] ?? 0),
      schemaName: attributes["schemaName"] ?? attributes["id"] ?? "",
    })),
  };
}
