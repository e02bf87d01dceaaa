import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CHAPTERS, GUIDE } from "../../scripts/texts/guide.ts";
import { KINDS } from "../../src/resources/kinds.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const GUIDES = process.env["PSC_GUIDE_DIR"] ?? resolve(ROOT, "../shared/seeds");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(readFileSync(join(ROOT, "schema/psc.v1.schema.json"), "utf8")) as Schema;

function step(from: Schema, name: string): Schema[] {
  const here = from.$ref === undefined ? from : (schema.$defs?.[from.$ref.split("/").at(-1) ?? ""] ?? {});
  const direct = name === "[]" ? here.items : here.properties?.[name];
  return [
    ...(direct === undefined ? [] : [direct]),
    ...[...(here.anyOf ?? []), ...(here.oneOf ?? [])].flatMap((one) => step(one, name)),
  ];
}

function isInSpec(path: string): boolean {
  const names = path.replaceAll("[]", ".[]").split(".");
  return names.reduce((at: Schema[], name) => at.flatMap((one) => step(one, name)), [schema]).length > 0;
}

describe("the guide", () => {
  it("is answered line by line, with kinds that exist and paths that the spec has", () => {
    const kinds = new Set(KINDS.map(({ kind }) => kind));
    expect(GUIDE.filter((line) => line.kinds.length === 0).map(({ says }) => says)).toEqual([]);
    expect(GUIDE.filter((line) => line.spec.length === 0 && line.note === undefined)).toEqual([]);
    expect(GUIDE.flatMap((line) => line.kinds).filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(GUIDE.flatMap((line) => line.spec).filter((path) => !isInSpec(path))).toEqual([]);
  });

  it("is the reason for every kind but those that only keep a deployment safe", () => {
    const named = new Set(GUIDE.flatMap((line) => line.kinds));
    const others = KINDS.map(({ kind }) => kind).filter((kind) => !named.has(kind));
    expect(others.sort()).toEqual([...BESIDE_THE_GUIDE].sort());
  });

  const present = existsSync(GUIDES);
  it.skipIf(!present)("has no step or recommendation that is left out", () => {
    const text = readdirSync(GUIDES)
      .map((file) => readFileSync(join(GUIDES, file), "utf8"))
      .find((content) => content.includes("## Planning guidelines for Patient service center"));
    const counted = countLines(text ?? "");
    const answered = Object.fromEntries(
      CHAPTERS.slice(1, 9).map((chapter) => {
        const says = GUIDE.filter((line) => line.chapter === chapter).map((line) => line.says);
        // A step of several moves is answered by several lines of one number.
        return [chapter, new Set(says.map((text) => /^\d+\./.exec(text)?.[0] ?? text)).size];
      }),
    );
    expect(answered).toEqual(counted);
  });
});

/** What psc asks for its own sake: that it is the right tenant, that a region exists, that a pipeline may work, that a tool is there;
 * and solutions of one's own. */
const BESIDE_THE_GUIDE = [
  "entra.tenant",
  "azure.location",
  "dataverse.solution",
  "power-platform.admin-application",
  "power-platform.pac",
];

/** Bullets of the considerations and recommendations, and numbered steps, by our names of the chapters. */
function countLines(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  let chapter = "";
  let part = "";
  for (const line of text.split("\n")) {
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading?.[1] === "##") [chapter, part] = [heading[2] ?? "", ""];
    else if (heading?.[1] === "###") part = (heading[2] ?? "").replace("Design ", "");
    const steps = ["Implementation guide", "Integrate"].find((start) => chapter.startsWith(start));
    const name =
      steps === "Integrate" ? "Chat with Azure Health Bot" : (steps ?? (part && `${chapter}: ${part}`));
    const isLine = steps === undefined ? /^\* / : /^\d+\. /;
    if (name !== "" && isLine.test(line)) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
