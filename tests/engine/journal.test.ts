import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  JOURNAL_FORMAT,
  openConfirmations,
  openJournal,
  readCreations,
  readLastRun,
} from "../../src/engine/journal.ts";
import { journalLine, readJournalText } from "../../src/engine/journal-lines.ts";
import type { Confirmation } from "../../src/engine/resource.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "psc-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CREATED = { type: "outcome", address: "omnichannel.queue", action: "create", id: "queue-1" };

function write(...entries: readonly { readonly type: string }[]): string {
  const journal = openJournal(folder, () => 0);
  for (const entry of entries) journal.append(entry);
  journal.close();
  return journal.file;
}

describe("lines of the journal", () => {
  it("come back as they were written, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }), (written) => {
        const entries = written.map((members) => ({ type: "x", ...members }));
        const read = readJournalText(entries.map(journalLine).join(""));
        expect(read).toEqual({ entries: JSON.parse(JSON.stringify(entries)), damaged: [], torn: false });
      }),
    );
  });

  it("are left out when any one byte of them was changed, and the others are kept", () => {
    const lines = [
      { type: "a", n: 1 },
      { type: "b", n: 2 },
      { type: "c", n: 3 },
    ].map(journalLine);
    const middle = lines[1] ?? "";
    for (let at = 0; at < middle.length - 1; at += 1) {
      const changed = `${middle.slice(0, at)}${middle[at] === "7" ? "8" : "7"}${middle.slice(at + 1)}`;
      const read = readJournalText<{ type: string }>(`${lines[0]}${changed}${lines[2]}`);
      expect(read.entries.map(({ type }) => type)).toEqual(["a", "c"]);
      expect(read.damaged).toEqual([2]);
    }
  });

  it("may be torn anywhere by a crash: what was whole before counts", () => {
    const text = [{ type: "a" }, { type: "b" }].map(journalLine).join("");
    const first = text.indexOf("\n") + 1;
    for (let length = first + 1; length < text.length - 1; length += 1) {
      const read = readJournalText<{ type: string }>(text.slice(0, length));
      expect(read).toEqual({ entries: [{ type: "a" }], damaged: [], torn: true });
    }
    expect(readJournalText(text.slice(0, -1)).entries).toHaveLength(2);
  });
});

describe("the journal of a run", () => {
  it("can be read by nobody else", () => {
    expect(statSync(write(CREATED)).mode & 0o777).toBe(0o600);
  });

  it("tells what psc made, over all runs", () => {
    write({ type: "run", format: JOURNAL_FORMAT } as { type: string }, CREATED);
    const { has } = readCreations(folder);
    expect(has("omnichannel.queue", "queue-1")).toBe(true);
    expect(has("omnichannel.queue", "queue-2")).toBe(false);
    expect(has("entra.group", "queue-1")).toBe(false);
  });

  it("knows what a creation that failed left half made, and of another failure nothing", () => {
    const failed = { type: "failure", address: "omnichannel.skill", action: "create", code: "PSC-E231" };
    const halfMade = { ...failed, id: "skill-1" };
    const refused = { ...failed, address: "omnichannel.presence" };
    write({ type: "run", format: JOURNAL_FORMAT } as { type: string }, halfMade, refused);
    const { has } = readCreations(folder);
    expect(has("omnichannel.skill", "skill-1")).toBe(true);
    expect(has("omnichannel.presence", "presence-1")).toBe(false);
  });

  it("is believed in nothing when a newer psc wrote it", () => {
    write({ type: "run", format: "psc.journal/2" } as { type: string }, CREATED);
    expect(readLastRun(folder)).toMatchObject({ entries: [], known: false });
    expect(readCreations(folder).has("omnichannel.queue", "queue-1")).toBe(false);
  });
});

describe("confirmations", () => {
  const word = (gate: string): Confirmation => ({
    gate,
    by: "kim",
    at: "2026-11-25T00:00:00Z",
    how: "confirmed",
  });

  it("outlive a line that a crash tore before them", () => {
    const book = openConfirmations(folder);
    book.record(word("one"));
    const file = join(folder, "gates.jsonl");
    appendFileSync(file, '{"gate":"two","by":"ki');
    book.record(word("three"));
    expect(book.all().map(({ gate }) => gate)).toEqual(["one", "three"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("are not believed when a line was changed", () => {
    const book = openConfirmations(folder);
    book.record(word("one"));
    const file = join(folder, "gates.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("kim", "tom"));
    expect(book.lookup("one")).toBeUndefined();
  });
});
