import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import { chainOf, sha256 } from "../../src/evidence/chain.ts";
import { writeZip } from "../../src/evidence/zip.ts";
import { secretValue } from "../../src/secret-value.ts";
import {
  check,
  FACTS,
  filesIn,
  INPUT,
  minimal,
  PUBLIC_KEY,
  RESULT,
  repacked,
  signedBundle,
  unsignedBundle,
} from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "psc-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let signed: Buffer;
let unsigned: Buffer;
beforeAll(async () => {
  [signed, unsigned] = await Promise.all([signedBundle(), unsignedBundle()]);
});

const text = (bundle: Uint8Array, path: string): string =>
  Buffer.from(filesIn(bundle).find((file) => file.path === path)?.bytes ?? []).toString("utf8");

/** What a forger does who knows how bundles are made: every hash made to fit. */
const forged = async (result: VerifyResult, facts = FACTS): Promise<Buffer> =>
  unsignedBundle({ result, facts });

describe("a bundle", () => {
  it("holds result, facts, spec files, reports, and what proves them", () => {
    expect(filesIn(signed).map(({ path }) => path)).toEqual([
      "SHA256SUMS",
      "evidence.jsonl",
      "facts.json",
      "manifest.dsse.json",
      "manifest.json",
      "reports/report.csv",
      "spec.json",
      "spec/elsewhere/patient-contact-center.yaml",
      "spec/minimal.yaml",
      "verify.json",
    ]);
    expect(JSON.parse(text(signed, "verify.json"))).toEqual(JSON.parse(JSON.stringify(RESULT)));
    expect(text(signed, "spec/minimal.yaml")).toBe(minimal.files[0]?.text);
  });

  it("is the same bytes for the same input", async () => {
    expect((await signedBundle()).equals(signed)).toBe(true);
  });

  it("is opened by other programs, and its sums by sha256sum", () => {
    expect(Object.keys(unzipSync(signed)).sort()).toEqual(filesIn(signed).map(({ path }) => path));
    for (const [path, bytes] of Object.entries(unzipSync(signed)))
      if (path === "SHA256SUMS" || text(signed, "SHA256SUMS").includes(`  ${path}\n`)) {
        const file = join(folder, path.replaceAll("/", "_"));
        writeFileSync(file, bytes);
      }
    const sums = join(folder, "sums");
    writeFileSync(sums, text(signed, "SHA256SUMS").replaceAll("/", "_"));
    const said = execFileSync("sha256sum", ["-c", sums], { cwd: folder, encoding: "utf8" });
    expect(said.trim().split("\n")).toHaveLength(7);
    expect(said).not.toContain("FAILED");
    expect(JSON.parse(text(signed, "manifest.json")).root).toBe(sha256(text(signed, "SHA256SUMS")));
  });

  it("chains the requests, each line with the hash of the one before", () => {
    const lines = text(signed, "evidence.jsonl").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(["E1", "E2", "E3"]);
    expect(JSON.parse(lines[0] ?? "").prev).toBe("0".repeat(64));
    expect(JSON.parse(lines[2] ?? "").prev).toBe(sha256(lines[1] ?? ""));
    expect(JSON.parse(text(signed, "manifest.json")).chain.head).toBe(sha256(lines[2] ?? ""));
  });

  it("does not say where files lay on the disk of who made it", () => {
    for (const { path, bytes } of filesIn(signed))
      expect(Buffer.from(bytes).toString("utf8"), path).not.toContain(process.cwd());
  });

  it("gives files of the same name, and strange names, paths of their own", async () => {
    const names = ["report.csv", "REPORT.csv", "..", "bericht für März.html"];
    const bundle = await unsignedBundle({ reports: names.map((name) => ({ name, text: name })) });
    const reports = filesIn(bundle).filter(({ path }) => path.startsWith("reports/"));
    expect(reports.map(({ path }) => path)).toEqual([
      "reports/%2E%2E",
      "reports/REPORT-2.csv",
      "reports/bericht f%C3%BCr M%C3%A4rz.html",
      "reports/report.csv",
    ]);
    expect(check(bundle).verdict).toBe("sound");
  });

  it("is not made of spec files that hold a secret", async () => {
    const secret = "p7-Kx9!vault-value";
    secretValue(secret);
    const withText = (more: string) =>
      unsignedBundle({
        spec: { ...minimal, files: minimal.files.map((file) => ({ ...file, text: `a: b\n${more}\n` })) },
      });
    await expect(withText(`# ${secret}`)).rejects.toMatchObject({
      code: "PSC-E163",
      message: expect.stringMatching(/minimal\.yaml:2 holds the value of a secret/),
    });
    await expect(withText(`# ${secret}`)).rejects.not.toThrow(secret);
    await expect(withText("-----BEGIN PRIVATE KEY-----")).rejects.toMatchObject({ code: "PSC-E163" });
    await expect(withText(`url: https://x.example/?sv=1&sig=${"a".repeat(40)}`)).rejects.toMatchObject({
      code: "PSC-E163",
    });
  });
});

describe("a file that somebody changed with a ZIP program", () => {
  const codes = (bundle: Uint8Array, options = {}) =>
    check(bundle, options).findings.map(({ code, path }) => `${code} ${path}`);

  it("is named, also when the archive fits again", () => {
    const changed = repacked(unsigned, (path, was) =>
      path === "reports/report.csv" ? `${was}PSC,pass\n` : was,
    );
    expect(codes(changed)).toEqual(["file-changed reports/report.csv"]);
  });

  it("is named when it is missing or extra", () => {
    expect(
      codes(repacked(unsigned, (path, was) => (path === "reports/report.csv" ? undefined : was))),
    ).toEqual(["file-missing reports/report.csv"]);
    const more = [...filesIn(unsigned), { path: "reports/second.html", bytes: Buffer.from("x") }];
    expect(codes(writeZip(more))).toEqual(["file-extra reports/second.html"]);
  });

  it("is named when it is the manifest or the sums, with what it should say", () => {
    const root = repacked(unsigned, (path, was) =>
      path === "manifest.json" ? was.replace(/"stage": "\w+"/, '"stage": "prod"') : was,
    );
    expect(check(root).findings).toMatchObject([
      {
        code: "manifest-changed",
        path: "manifest.json",
        message: expect.stringMatching(/line \d+ is `"stage": "prod",`, and should be `"stage": "dev",`/),
      },
    ]);
    const sums = repacked(unsigned, (path, was) => (path === "SHA256SUMS" ? was.toUpperCase() : was));
    expect(codes(sums)).toContain("manifest-changed SHA256SUMS");
    const spaces = repacked(unsigned, (path, was) => (path === "manifest.json" ? `${was}\n` : was));
    expect(codes(spaces)).toEqual(["manifest-changed manifest.json"]);
  });

  it("is named by the entry when it is the chain", () => {
    const chain = repacked(unsigned, (path, was) =>
      path === "evidence.jsonl" ? was.replace("groups/2", "groups/9") : was,
    );
    expect(check(chain).findings.map(({ message }) => message)).toContain(
      "the chain breaks at entry 3 (E3): entry 2 is not the one whose hash it holds",
    );
    expect(check(chain).findings.map(({ message }) => message)).toContain(
      "entry 2 (E2) is not what facts.json says of it",
    );
  });

  it("is found in a signed bundle though every hash was made to fit", async () => {
    const [first, ...rest] = RESULT.controls;
    if (first === undefined) throw new Error("no controls");
    const verdict = first.verdict === "pass" ? "fail" : "pass";
    const other = new Map(
      filesIn(await forged({ ...RESULT, controls: [{ ...first, verdict }, ...rest] })).map((file) => [
        file.path,
        file,
      ]),
    );
    const bundle = repacked(signed, (path, was) =>
      Buffer.from(other.get(path)?.bytes ?? Buffer.from(was)).toString("utf8"),
    );
    expect(codes(bundle, { key: PUBLIC_KEY })).toEqual([
      "file-changed verify.json",
      "manifest-changed SHA256SUMS",
      "manifest-changed manifest.json",
      "verdict-differs verify.json",
    ]);
  });
});

describe("verdicts", () => {
  it("are drawn again: one that the facts do not give is named, though every hash fits", async () => {
    const controls = RESULT.controls.map((control) =>
      control.id === "PSC-IAM-01" || control.verdict === "pass"
        ? control
        : { ...control, verdict: "pass" as const },
    );
    const raised = RESULT.controls.find(({ verdict }, i) => verdict !== controls[i]?.verdict);
    expect(raised).toBeDefined();
    const { findings, judgedAgain } = check(await forged({ ...RESULT, controls }));
    expect(judgedAgain.outcome).toBe("differs");
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toContain("verdict-differs verify.json");
    expect(findings[0]?.message).toBe(`${raised?.id} is "pass", and the facts give "${raised?.verdict}"`);
  });

  it("that were left out, or a summary that does not add up, are named", async () => {
    const short = check(await forged({ ...RESULT, controls: RESULT.controls.slice(1) }));
    expect(short.findings.map(({ message }) => message)).toContain(`${RESULT.controls[0]?.id} is left out`);
    const sum = check(await forged({ ...RESULT, summary: { ...RESULT.summary, pass: 99 } }));
    expect(sum.findings.map(({ message }) => message)).toEqual([
      "what it says of the run is not what the facts say",
    ]);
  });

  it("are not drawn again by another version, which says so", () => {
    const { verdict, judgedAgain } = check(unsigned, { version: "9.9.9" });
    expect(verdict).toBe("sound");
    expect(judgedAgain).toEqual({
      outcome: "skipped",
      reason: "psc 1.2.3 drew the verdicts, and this is psc 9.9.9: use that version to draw them again",
    });
  });

  it("of the user's own controls are left to the user, and cannot hide one of psc's", async () => {
    const [first, ...rest] = RESULT.controls;
    if (first === undefined) throw new Error("no controls");
    const own = { ...first, id: "OWN-1", origin: "own" as const, related: [] };
    const summary = { ...RESULT.summary, [own.verdict]: 1 + RESULT.summary[own.verdict] };
    const related = rest.map((control) => ({ ...control, related: [...control.related, "OWN-1"] }));
    const sound = check(await forged({ ...RESULT, summary, controls: [first, ...related, own] }));
    expect(sound.findings).toEqual([]);
    expect(sound.judgedAgain.reason).toContain("which are not drawn again: 1");
    const hidden = check(await forged({ ...RESULT, controls: [own, ...rest] }));
    expect(hidden.findings.map(({ message }) => message)).toContain(`${first.id} is left out`);
  });

  it("rest on the spec the facts were collected for", async () => {
    const spec = { ...minimal.spec, environment: { ...minimal.spec.environment, domain: "another" } };
    const { findings } = check(await unsignedBundle({ spec: { ...INPUT.spec, spec } }));
    expect(findings).toMatchObject([{ code: "verdict-differs", path: "spec.json" }]);
  });

  it("of facts that are none are a finding and no failure", async () => {
    const facts = { ...FACTS, resources: "none", evidence: 7 } as unknown as typeof FACTS;
    const bundle = repacked(unsigned, (path, was) => (path === "facts.json" ? JSON.stringify(facts) : was));
    expect(check(bundle).verdict).toBe("altered");
    const broken = { ...FACTS, resources: [null], evidence: FACTS.evidence } as unknown as typeof FACTS;
    const { findings, judgedAgain } = check(await unsignedBundle({ facts: broken }));
    expect(judgedAgain.outcome).toBe("skipped");
    expect(findings).toMatchObject([{ code: "verdict-differs", path: "facts.json" }]);
  });
});

describe("a hostile bundle", () => {
  /** The document with one member, at most two levels down, replaced by something else. */
  function mutants(document: Record<string, unknown>): Record<string, unknown>[] {
    const others = [null, 7, "x", [], {}, [null]];
    return Object.entries(document).flatMap(([key, value]) => {
      const outer = others.map((other) => ({ ...document, [key]: other }));
      if (typeof value !== "object" || value === null) return outer;
      const inner = Object.keys(value)
        .slice(0, 4)
        .flatMap((name) => others.map((other) => ({ ...document, [key]: { ...value, [name]: other } })));
      return [...outer, ...inner];
    });
  }

  it.each(["facts.json", "verify.json", "spec.json", "manifest.json", "manifest.dsse.json"])(
    "with anything in the place of %s is altered, and no failure",
    (file) => {
      for (const mutant of mutants(JSON.parse(text(signed, file)))) {
        const made = JSON.stringify(mutant);
        const { verdict, findings } = check(repacked(signed, (path, was) => (path === file ? made : was)));
        expect(verdict, made).toBe("altered");
        expect(
          findings.map(({ path }) => path),
          made,
        ).toContain(file);
      }
    },
  );

  it("that was made with such files, every hash fitting, is no failure either", async () => {
    for (const facts of mutants(JSON.parse(text(unsigned, "facts.json"))) as never[]) {
      const bundle = await unsignedBundle({ facts }).catch(() => undefined);
      if (bundle !== undefined) expect(["sound", "altered"]).toContain(check(bundle).verdict);
    }
    for (const result of mutants(JSON.parse(text(unsigned, "verify.json"))) as never[]) {
      const bundle = await unsignedBundle({ result }).catch(() => undefined);
      if (bundle !== undefined) expect(check(bundle).findings, JSON.stringify(result)).toBeDefined();
    }
  });
});

describe("a chain without requests", () => {
  it("is 64 zeros", () => {
    expect(chainOf([])).toEqual({ text: "", head: "0".repeat(64) });
  });
});
