import { inflateSync } from "node:zlib";

export interface PdfText {
  readonly pages: number;
  /** What is printed, without white space: PDF places glyphs and knows no spaces. */
  readonly letters: string;
}

const HEX = /<([0-9A-Fa-f]+)>/g;

function codes(hex: string): number[] {
  return (hex.match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 16));
}

const unicode = (hex: string): string => String.fromCharCode(...codes(hex));

/** Glyph → characters, from a ToUnicode CMap (ISO 32000-1, 9.10.3). */
function characterMap(cmap: string): Map<number, string> {
  const map = new Map<number, string>();
  for (const [, block = ""] of cmap.matchAll(/beginbfchar(.*?)endbfchar/gs)) {
    const values = [...block.matchAll(HEX)].map(([, hex = ""]) => hex);
    for (let at = 0; at + 1 < values.length; at += 2)
      map.set(Number.parseInt(values[at] ?? "", 16), unicode(values[at + 1] ?? ""));
  }
  for (const [, block = ""] of cmap.matchAll(/beginbfrange(.*?)endbfrange/gs)) {
    const values = [...block.matchAll(HEX)].map(([, hex = ""]) => Number.parseInt(hex, 16));
    for (let at = 0; at + 2 < values.length; at += 3) {
      const [first = 0, last = 0, target = 0] = values.slice(at, at + 3);
      for (let glyph = first; glyph <= last; glyph += 1)
        map.set(glyph, String.fromCharCode(target + glyph - first));
    }
  }
  return map;
}

/** The text of a PDF as Chromium writes it: version 1.4, compressed streams, every font with a ToUnicode map. */
export function pdfText(pdf: Uint8Array): PdfText {
  const file = Buffer.from(pdf).toString("latin1");
  const objects = new Map<string, { readonly head: string; readonly stream: string }>();
  for (const [, number = "", body = ""] of file.matchAll(/(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj/gs)) {
    const at = body.indexOf("stream\n");
    const head = at === -1 ? body : body.slice(0, at);
    const raw = at === -1 ? "" : body.slice(at + "stream\n".length, body.lastIndexOf("\nendstream"));
    // Font programs and pictures are of no use here.
    const isText = /\/FlateDecode/.test(head) && !/\/(Length1|Subtype)/.test(head);
    objects.set(number, {
      head,
      stream: isText ? inflateSync(Buffer.from(raw, "latin1")).toString("latin1") : "",
    });
  }
  const fonts = new Map<string, Map<number, string>>();
  for (const { head } of objects.values())
    for (const [, name = "", object = ""] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const cmap = /\/ToUnicode (\d+) 0 R/.exec(objects.get(object)?.head ?? "")?.[1] ?? "";
      fonts.set(name, characterMap(objects.get(cmap)?.stream ?? ""));
    }
  let letters = "";
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head));
  for (const { head } of pages) {
    const content = objects.get(/\/Contents (\d+) 0 R/.exec(head)?.[1] ?? "")?.stream ?? "";
    let font = new Map<number, string>();
    for (const [, name, glyphs] of content.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj/g))
      if (name !== undefined) font = fonts.get(name) ?? new Map();
      else
        letters += codes(glyphs ?? "")
          .map((glyph) => font.get(glyph) ?? "\ufffd")
          .join("");
  }
  return { pages: pages.length, letters: withoutSpace(letters) };
}

export function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}
