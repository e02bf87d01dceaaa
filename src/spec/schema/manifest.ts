import * as z from "zod";
import { CHANNELS } from "../model.ts";
import { described, filePath, oneOf, optional, patternText, shortText, text, wholeNumber } from "./fields.ts";
import { importFields } from "./own-solutions.ts";
import { guid } from "./terms.ts";

const date = patternText(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
  code: "PSC-E077",
  what: "a date",
  remedy: "write YYYY-MM-DD in quotes",
});

const uniqueName = patternText(/^[A-Za-z][A-Za-z0-9_]{1,99}$/, {
  code: "PSC-E077",
  what: "a unique name",
  remedy: "write the package's or solution's unique name, such as OmnichannelPrimeAnchor",
});

const column = patternText(/^[A-Za-z0-9_]+\.[A-Za-z0-9_]+$/, {
  code: "PSC-E077",
  what: "a column",
  remedy: "write table.column in logical names, such as contact.msemr_contacttype",
});

const proof = z.strictObject({
  solutions: optional(
    z.array(described(uniqueName, "Solution.")),
    "Dataverse solutions that must be installed.",
    { derivedDefault: "none" },
  ),
  expectedSolutions: optional(
    z.array(described(uniqueName, "Solution.")),
    "Solutions the package probably brings, by inference; recorded when found, never demanded.",
    { derivedDefault: "none" },
  ),
  roles: optional(z.array(described(shortText(100), "Role.")), "Security roles that must exist.", {
    derivedDefault: "none",
  }),
  columns: optional(z.array(described(column, "Column.")), "`table.column` pairs that must exist.", {
    derivedDefault: "none",
  }),
});

const packageSchema = z.strictObject({
  uniqueName: described(uniqueName, "Unique name in the environment's catalogue of application packages."),
  applicationId: optional(
    guid("an application id (GUID)", "copy it from the tenant's catalogue"),
    "Application id.",
    {
      required: true,
    },
  ),
  displayName: optional(shortText(200), "Name people know it by.", { required: true }),
  step: optional(
    z.literal([2, 4, 6]),
    "Step of Microsoft's guide: 2 CRM Hub, 4 Omnichannel, 6 the solution.",
    { required: true },
  ),
  requires: optional(
    z.array(described(uniqueName, "Package.")),
    "Packages of this manifest that must be in first.",
    { derivedDefault: "none" },
  ),
  usualMinutes: optional(wholeNumber(1, 10_000), "Usual duration of the installation in minutes.", {
    required: true,
  }),
  onlyIfCreatedBefore: optional(date, "Needed only in environments created before this date.", {
    derivedDefault: "always needed",
  }),
  proof: optional(
    proof,
    "What must be there for the installation to count as done, besides the catalogue's own state.",
  ),
});

const solutionSchema = z.strictObject({
  uniqueName: described(uniqueName, "Unique name, as the file has it."),
  file: optional(filePath, "Path of the solution's managed ZIP file, relative to the manifest.", {
    required: true,
  }),
  version: optional(
    patternText(/^\d+(\.\d+){1,3}$/, {
      code: "PSC-E077",
      what: "the version of a solution",
      remedy: 'write two to four numbers with dots, in quotes, such as "1.2.0.0"',
    }),
    "Version, as the file has it: a file that was swapped by mistake is noticed.",
    { required: true },
  ),
  ...importFields,
  requires: optional(
    z.array(described(uniqueName, "Package or solution.")),
    "Packages of this manifest, and solutions listed before it, that must be in first.",
    { derivedDefault: "every package" },
  ),
});

const lifecycle = z.strictObject({
  state: optional(oneOf(["supported", "retired"]), "Whether Microsoft supports it.", { required: true }),
  date: optional(date, "Day of retirement."),
  announcement: optional(shortText(500), "Where Microsoft said so."),
  successors: optional(z.array(described(shortText(100), "Manifest.")), "Manifests to use instead."),
});

/** A manifest: which application packages and Dataverse solutions make up a solution. */
export const manifestSchema = z.strictObject({
  apiVersion: optional(
    text((value) => value === "psc/v1", {
      code: "PSC-E080",
      what: "an apiVersion this psc reads",
      remedy: "write `apiVersion: psc/v1`",
    }),
    "`psc/v1`.",
    { required: true },
  ),
  kind: optional(
    text((value) => value === "Manifest", {
      code: "PSC-E081",
      what: "the kind of a manifest",
      remedy: "write `kind: Manifest`",
    }),
    "`Manifest`.",
    { required: true },
  ),
  name: optional(
    patternText(/^[a-z][a-z0-9-]{1,63}$/, {
      code: "PSC-E077",
      what: "a manifest name",
      remedy: "use lower-case letters, digits and hyphens",
    }),
    "Name a spec's `solution` uses.",
    { required: true },
  ),
  displayName: optional(shortText(200), "Name people know it by.", { required: true }),
  summary: optional(shortText(500), "What it is for, in a sentence.", { required: true }),
  lifecycle: optional(lifecycle, "Whether Microsoft supports it.", { derivedDefault: "supported" }),
  packages: optional(
    z.array(described(packageSchema, "A package.")),
    "Application packages, in the order they are installed.",
    { required: true },
  ),
  solutions: optional(
    z.array(described(solutionSchema, "A solution.")),
    "Dataverse solutions that belong to it, imported in this order.",
    { derivedDefault: "none" },
  ),
  channels: optional(
    z.array(described(oneOf(CHANNELS), "Channel.")),
    "Channels the solution cannot do without.",
    { derivedDefault: "none" },
  ),
  roles: optional(
    z.array(described(shortText(100), "Role.")),
    "Dataverse roles the packages and solutions bring, for checking a spec before anything is installed.",
    { derivedDefault: "none" },
  ),
});

export type ManifestDocument = z.infer<typeof manifestSchema>;
