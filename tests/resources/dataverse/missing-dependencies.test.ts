import { describe, expect, it } from "vitest";
import {
  missingInWords,
  missingRemedy,
  stagedMissing,
  toldMissing,
} from "../../../src/resources/dataverse/missing-dependencies.ts";
import type { Manifest, OwnSolutionSpec } from "../../../src/spec/model.ts";
import { CONTOSO_MANIFEST, contosoSpec } from "../support/contoso.ts";

const words = (message: string): string[] => toldMissing(message).map(missingInWords);

/** Shapes as in "Export and import folders" (Power Apps) and in import logs people published. */
describe("the missing components of an import's message", () => {
  it.each<[string, string, string[]]>([
    [
      "with schema name, parent and solution",
      'Some dependencies are missing. The missing dependencies are : <MissingDependencies><MissingDependency><Required key="521" type="59" schemaName="Visits by ward" displayName="Visits by ward" parentSchemaName="contoso_visit" solution="ContosoCore (1.0.0.2)" id="{0}" /><Dependent key="500" type="60" displayName="Information" parentDisplayName="Ward" id="{1}" /></MissingDependency></MissingDependencies> , ProductUpdatesOnly : False',
      [
        'chart Visits by ward of contoso_visit is missing, which solution ContosoCore has and form "Information" of Ward needs',
      ],
    ],
    [
      "told by words and an attribute of their own",
      '<MissingDependencies><MissingDependency canResolveMissingDependency="False"><Required type="connectionreference" displayName="Mail" solution="Workbench (1.0.0.2)" id.connectionreferencelogicalname="contoso_mail" /><Dependent type="29" displayName="Print" id="{1}" /></MissingDependency></MissingDependencies>',
      [
        'connection reference contoso_mail is missing, which solution Workbench has and process "Print" needs',
      ],
    ],
    [
      "in markup that was escaped",
      "&lt;MissingDependencies&gt;&lt;MissingDependency&gt;&lt;Required type=&quot;1&quot; schemaName=&quot;contoso_visit&quot; solution=&quot;ContosoCore (1.0)&quot; /&gt;&lt;Dependent type=&quot;26&quot; /&gt;&lt;/MissingDependency&gt;&lt;/MissingDependencies&gt;",
      ["table contoso_visit is missing, which solution ContosoCore has"],
    ],
    [
      "of no solution and of a type nobody knows",
      '<MissingDependency><Required key="0" type="msdyn_MRFolder" solution="Active" id="{3a309204}" /><Dependent key="1" type="msdyn_MRFolder" id="{e8d4da0b}" /></MissingDependency>',
      ["{3a309204} is missing, which {e8d4da0b} needs"],
    ],
    ["which lists none", "Import failed: the publisher prefix is taken", []],
  ])("%s", (_, message, expected) => {
    expect(words(message)).toEqual(expected);
  });
});

it("a staged solution's missing components are told by the SDK's members", () => {
  const result = {
    MissingDependencies: [
      {
        RequiredComponentSchemaName: "contoso_name",
        RequiredComponentParentSchemaName: "contoso_visit",
        RequiredComponentType: "2",
        RequiredSolutionName: "ContosoCore",
        DependentComponentDisplayName: "Visits",
        DependentComponentType: "SavedQuery",
      },
      { RequiredComponentSchemaName: "contoso_other" },
    ],
  };
  expect(stagedMissing(result).map(missingInWords)).toEqual([
    'column contoso_name of contoso_visit is missing, which solution ContosoCore has and view "Visits" needs',
    "contoso_other is missing",
  ]);
});

it("the remedy says where the owner comes from, as far as spec and manifest tell", () => {
  const listed = { uniqueName: "ContosoCore" } as OwnSolutionSpec;
  const manifest: Manifest = {
    ...CONTOSO_MANIFEST,
    packages: [
      {
        uniqueName: "HealthcareFoundationAnchor",
        applicationId: "",
        displayName: "",
        step: 6,
        requires: [],
        usualMinutes: 1,
        onlyIfCreatedBefore: undefined,
        proof: { solutions: [], expectedSolutions: ["HealthcareFoundation"], roles: [], columns: [] },
      },
    ],
  };
  const about = { spec: { ...contosoSpec(), ownSolutions: [listed] }, manifest };
  const remedy = (...owners: string[]): string | undefined =>
    missingRemedy(
      owners.map((solution) => ({ component: "table a", solution, neededBy: "" })),
      "ContosoVisits",
      about,
    );
  expect(remedy("ContosoCore")).toBe("list ContosoCore before ContosoVisits, in the version that has them");
  expect(remedy("HealthcareFoundation")).toBe(
    "let ContosoVisits require HealthcareFoundationAnchor, the package that brings HealthcareFoundation",
  );
  expect(remedy("Fabrikam", "Fabrikam", "ContosoCore")).toBe(
    "import Fabrikam first: list it before ContosoVisits, or install the package that brings it; list ContosoCore before ContosoVisits, in the version that has them",
  );
  expect(remedy("")).toBeUndefined();
});
