import * as fc from "fast-check";
import { marked } from "marked";
import { describe, expect, it } from "vitest";
import { csvReport } from "../../src/reports/csv.ts";
import { jsonReport } from "../../src/reports/json.ts";
import { junitReport } from "../../src/reports/junit.ts";
import { oscalReport } from "../../src/reports/oscal.ts";
import { sarifReport } from "../../src/reports/sarif.ts";
import { verifyMarkdown } from "../../src/reports/verify-markdown.ts";
import { everyVerdict, withText } from "./support/every-verdict.ts";
import {
  isJunitSchemaHere,
  isSarifSchemaHere,
  junitErrors,
  oscalCheck,
  ownCheck,
  sarifCheck,
  WITHOUT_JUNIT,
  WITHOUT_SARIF,
} from "./support/official-schemas.ts";
import { rowsOf } from "./support/rfc4180.ts";

const KNOWN: readonly string[] = [
  "",
  " ",
  "\n",
  "<script>alert(1)</script>",
  "]]> --> <!-- <![CDATA[",
  `"'\`\``,
  "a,b;c\r\n=cmd|' /C calc'!A0",
  "| a | b |\n| --- | --- |",
  "# heading\n- item\n```\ncode",
  "[link](javascript:alert(1)) ![image](x) <https://x>",
  "\\",
  "\\|",
  "`|`",
  "{0} {{1}} %s $x",
  "\u0000\u0007\u001b[31mred\u001b[0m\u007f\u0085",
  "\u2028\u2029\ufeff\uffff\ufffe",
  "\u202egnirts desrever",
  "\ud800 lone \udfff",
  "👩‍⚕️ 病院 ﷽ 𝕏",
  "x".repeat(40_000),
  "%zz%",
  "1. one",
  "- item",
  "===",
  "***",
  "http://[::1",
  "../../etc/passwd",
  "C:\\specs",
];

/** Anything a JavaScript string can hold, lone surrogates and control characters too. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(fc.constantFrom(...`|\`*_[](){}<>&"'#=+-@\\~$!:;,\n\r\t\0 a1`), { maxLength: 30 })
    .map((characters) => characters.join("")),
);

const RUNS = { numRuns: 60, examples: KNOWN.map((text): [string] => [text]) };

function forAnyText(check: (text: string) => void): void {
  fc.assert(
    fc.property(anyText, (text) => {
      check(text);
    }),
    RUNS,
  );
}

describe("whatever a service or a person has written", () => {
  const result = everyVerdict();

  it("JSON stays valid by psc's own schema, and gives the text back", () => {
    const check = ownCheck("psc.verify.v2.schema.json");
    forAnyText((text) => {
      const document = jsonReport(withText(result, text));
      expect(check(document)).toEqual([]);
      expect(JSON.parse(document).controls[0].reason).toBe(text);
    });
  });

  it.skipIf(!isSarifSchemaHere)(`SARIF stays valid${WITHOUT_SARIF}`, () => {
    const check = sarifCheck();
    forAnyText((text) =>
      expect(check(sarifReport(withText(result, text), { baseline: result }))).toEqual([]),
    );
  });

  it("OSCAL stays valid", () => {
    const check = oscalCheck();
    forAnyText((text) => expect(check(oscalReport(withText(result, text)))).toEqual([]));
  });

  it.skipIf(!isJunitSchemaHere)(`JUnit XML stays valid${WITHOUT_JUNIT}`, async () => {
    const texts = [...KNOWN, ...fc.sample(anyText, { numRuns: 60, seed: 6 })];
    expect(await junitErrors(texts.map((text) => junitReport(withText(result, text))))).toEqual([]);
  });

  it("CSV keeps its columns, and no cell begins a formula", () => {
    forAnyText((text) => {
      const rows = rowsOf(csvReport(withText(result, text)));
      expect(rows).toHaveLength(6);
      for (const row of rows) {
        expect(row).toHaveLength(13);
        for (const cell of row) expect(cell).not.toMatch(/^[\s=+\-@＝＋－＠]/);
      }
    });
  });

  it("Markdown keeps its headings and tables, and brings neither HTML nor links nor images", () => {
    const shape = (text: string): readonly string[] => {
      const found: string[] = [];
      marked.walkTokens(
        marked.lexer(verifyMarkdown(withText(result, text), { baseline: result })),
        (token) => {
          if (token.type === "heading") found.push(`h${token.depth}`);
          if (token.type === "table") found.push(`${token.header.length} x ${token.rows.length}`);
          // An address in plain text becomes a link by itself: it then says where it leads.
          if (token.type === "link" && !token.raw.startsWith("[")) return;
          if (["html", "link", "image", "code", "blockquote", "hr", "def"].includes(token.type))
            found.push(token.type);
        },
      );
      return found;
    };
    const expected = shape("plain");
    expect(expected).toContain("5 x 8");
    forAnyText((text) => expect(shape(text)).toEqual(expected));
  });

  it("no report for people holds what steers a terminal or turns the reading direction", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    const steering = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    for (const text of KNOWN) {
      const made = withText(result, text);
      expect(verifyMarkdown(made, {})).not.toMatch(steering);
      expect(csvReport(made)).not.toMatch(steering);
    }
  });
});
