import { type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";

/** A component that a solution uses, and the organisation does not have. */
export interface MissingDependency {
  /** As people know it, such as `table contoso_visit`. */
  readonly component: string;
  /** Unique name of the solution that has it; empty when nobody says. */
  readonly solution: string;
  /** The component that uses it; empty when nobody says. */
  readonly neededBy: string;
}

/** "SolutionComponent table reference" (Dataverse): the choices of `componenttype` that solutions trip over. */
const COMPONENT_TYPES: Readonly<Record<string, string>> = {
  "1": "table",
  "2": "column",
  "3": "relationship",
  "9": "choice",
  "10": "relationship",
  "20": "security role",
  "24": "form",
  "26": "view",
  "29": "process",
  "31": "report",
  "36": "email template",
  "59": "chart",
  "60": "form",
  "61": "web resource",
  "62": "site map",
  "66": "control",
  "70": "field security profile",
  "80": "app",
  "90": "plug-in type",
  "91": "plug-in assembly",
  "92": "plug-in step",
  "300": "canvas app",
  "371": "connector",
  "380": "environment variable",
  entity: "table",
  attribute: "column",
  savedquery: "view",
  systemform: "form",
  workflow: "process",
  webresource: "web resource",
  canvasapp: "canvas app",
  connectionreference: "connection reference",
  environmentvariabledefinition: "environment variable",
};

interface Component {
  readonly type: string;
  readonly schemaName: string;
  readonly displayName: string;
  readonly parent: string;
  readonly id: string;
}

function worded({ type, schemaName, displayName, parent, id }: Component): string {
  const name = schemaName || (displayName === "" ? "" : `"${displayName}"`) || id;
  if (name === "") return "";
  const kind = COMPONENT_TYPES[type.toLowerCase()];
  return `${kind === undefined ? "" : `${kind} `}${name}${parent === "" ? "" : ` of ${parent}`}`;
}

/** Solutions are written with the version they had where the file was exported: `Name (1.0.0.0)`. */
function solutionName(text: string): string {
  const name = text.replace(/\s*\(.*\)$/, "").trim();
  // What belonged to no solution there, or to the platform.
  return ["Active", "System", "Default"].includes(name) ? "" : name;
}

function inRow(row: Row, part: "Required" | "Dependent"): Component {
  const at = (name: string): string => textAt(row, `${part}Component${name}`);
  return {
    type: at("Type"),
    schemaName: at("SchemaName"),
    displayName: at("DisplayName"),
    parent: at("ParentSchemaName") || at("ParentDisplayName"),
    id: at("Id"),
  };
}

/**
 * `MissingDependencies` of `StageSolutionResults`; members as in the SDK's `MissingDependency` (Microsoft.Xrm.Sdk) and in
 * microsoft/terraform-provider-power-platform:internal/services/solution/dto.go.
 */
export function stagedMissing(result: unknown): readonly MissingDependency[] {
  return rowsAt(result, "MissingDependencies").map((row) => ({
    component: worded(inRow(row, "Required")),
    solution: solutionName(textAt(row, "RequiredSolutionName")),
    neededBy: worded(inRow(row, "Dependent")),
  }));
}

function attributesOf(tag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(tag.matchAll(/([\w.]+)="([^"]*)"/g), ([, name = "", value = ""]) => [name, value]),
  );
}

function inTag(tag: string): Component {
  const at = attributesOf(tag);
  // Components without a schema name are told by an attribute of their own, `id.connectionreferencelogicalname`.
  const own = Object.entries(at).find(([name]) => name.startsWith("id."))?.[1];
  return {
    type: at["type"] ?? "",
    schemaName: at["schemaName"] ?? own ?? "",
    displayName: at["displayName"] ?? "",
    parent: at["parentSchemaName"] ?? at["parentDisplayName"] ?? "",
    id: at["id"] ?? "",
  };
}

/**
 * The missing components that an import's message lists as XML after "Some dependencies are missing" ("Export and import
 * folders", Power Apps). Empty when it lists none.
 */
export function toldMissing(message: string): readonly MissingDependency[] {
  const xml = message.includes("&lt;MissingDependenc")
    ? message.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    : message;
  const found = xml.matchAll(/<MissingDependency\b[\s\S]*?<\/MissingDependency>/g);
  return Array.from(found, ([text]) => {
    const required = /<Required\b[^>]*>/.exec(text)?.[0] ?? "";
    const dependent = /<Dependent\b[^>]*>/.exec(text)?.[0] ?? "";
    return {
      component: worded(inTag(required)),
      solution: solutionName(attributesOf(required)["solution"] ?? ""),
      neededBy: worded(inTag(dependent)),
    };
  });
}

/** In words: what is missing, who has it, what needs it. */
export function missingInWords({ component, solution, neededBy }: MissingDependency): string {
  const owner = solution === "" ? "" : `which solution ${solution} has`;
  const user = neededBy === "" ? "" : `${owner === "" ? "which " : ""}${neededBy} needs`;
  const clauses = [owner, user].filter((clause) => clause !== "").join(" and ");
  return `${component || "a component"} is missing${clauses === "" ? "" : `, ${clauses}`}`;
}

/** What to do about it: where the solutions that have the missing components come from, as far as the spec tells. */
export function missingRemedy(
  missing: readonly MissingDependency[],
  forWhom: string,
  { spec, manifest }: { readonly spec: EnvironmentSpec; readonly manifest: Manifest },
): string | undefined {
  const owners = [...new Set(missing.map(({ solution }) => solution).filter((name) => name !== ""))];
  if (owners.length === 0) return undefined;
  return owners
    .map((owner) => {
      const isListed = [...manifest.solutions, ...spec.ownSolutions].some(
        ({ uniqueName }) => uniqueName === owner,
      );
      if (isListed) return `list ${owner} before ${forWhom}, in the version that has them`;
      const bringing = manifest.packages.find(
        ({ uniqueName, proof }) =>
          uniqueName === owner || [...proof.solutions, ...proof.expectedSolutions].includes(owner),
      );
      if (bringing !== undefined)
        return `let ${forWhom} require ${bringing.uniqueName}, the package that brings ${owner}`;
      return `import ${owner} first: list it before ${forWhom}, or install the package that brings it`;
    })
    .join("; ");
}
