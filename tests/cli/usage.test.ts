import { describe, expect, it } from "vitest";
import { COMMON_OPTIONS } from "../../src/cli/definition.ts";
import { COMMANDS } from "../../src/cli/entries.ts";
import { allOptions } from "../../src/cli/program.ts";
import { readFlags } from "../../src/cli/usage.ts";
import { runLine } from "./support.ts";

describe("a command line psc does not understand", () => {
  it.each([
    ["dploy x.yaml", /unknown command "dploy"/, /did you mean "psc deploy"\?/],
    ["frobnicate", /unknown command "frobnicate"/, /use one of: init, validate, plan/],
    ["gate", /"psc gate" needs a subcommand/, /list, show, confirm/],
    ["gate lst x.yaml", /unknown command "gate lst"/, /psc gate list/],
    ["plan", /needs <file>/, /for example: psc plan dev\.yaml/],
    ["gate confirm consent", /needs <file>/, /for example/],
    ["plan a.yaml b.yaml", /does not take the argument "b\.yaml"/, /--help/],
    ["plan a.yaml --sanbox", /no option --sanbox/, /did you mean --sandbox\?/],
    ["sandbox person consent --sandbox", /no option --sandbox/, /always works in the sandbox/],
    ["status --sandbox", /no option --sandbox/, /in the sandbox and elsewhere alike/],
    ["plan a.yaml --colour", /no option --colour/, /--no-color|--help/],
    ["--frob", /no option --frob/, /psc --help/],
    ["plan a.yaml --output xml", /--output cannot be "xml"/, /text, json/],
    ["plan a.yaml --output jsn", /--output cannot be "jsn"/, /did you mean "json"\?/],
    ["plan a.yaml --output", /--output needs a value/, /--output <format>/],
    ["plan a.yaml --sandbox --sandbox-speed fast", /--sandbox-speed cannot be "fast"/, /above 0/],
    ["plan a.yaml --sandbox --sandbox-speed 0", /--sandbox-speed cannot be "0"/, /above 0/],
    ["plan a.yaml --sandbox-speed 10", /--sandbox-speed needs --sandbox/, /leave it out/],
    ["plan a.yaml --sandbox-url 127.0.0.1:80", /--sandbox-url cannot be/, /http:\/\/127/],
    ["schema specs", /<what> cannot be "specs"/, /did you mean "spec"\?/],
    ["explain PSC-E9999", /cannot explain "PSC-E9999"/, /psc explain|did you mean/],
    ["explain omnichannel.quee", /cannot explain/, /did you mean "omnichannel\.queue"\?/],
    ["sandbox log --since soon", /--since cannot be "soon"/, /seq/],
    ["sandbox start --port 99999", /--port cannot be "99999"/, /65535/],
    ["init --template large", /--template cannot be "large"/, /stages, minimal/],
  ])("%s", async (line, message, remedy) => {
    const ran = await runLine(line.split(" "));
    expect(ran.code).toBe(64);
    expect(ran.stdout).toBe("");
    expect(ran.stderr).toMatch(/^✗ PSC-E101 {2}/);
    expect(ran.stderr.replace(/\s+/g, " ")).toMatch(message);
    expect(ran.stderr.replace(/\s+/g, " ")).toMatch(remedy);
  });

  it("is a JSON document when JSON was asked for", async () => {
    const ran = await runLine(["plan", "--output", "json"]);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toBe("");
    expect(ran.json).toMatchObject({
      format: "psc.error/1",
      errors: [{ code: "PSC-E101", side: "user", remedy: expect.stringContaining("psc plan") }],
    });
  });

  it("does not load the spec, so no request can be sent", async () => {
    const ran = await runLine(["deploy", "missing.yaml", "--sandbox", "--wait-for-person", "soon"]);
    expect(ran.code).toBe(64);
  });
});

describe("help", () => {
  const all = COMMANDS.flatMap((entry) =>
    "commands" in entry
      ? entry.commands.map((sub) => ({ words: [entry.name, sub.name], entry: sub }))
      : [{ words: [entry.name], entry }],
  );

  it("names every command that is for people, and no other", async () => {
    const { code, stdout } = await runLine([]);
    expect(code).toBe(0);
    for (const { name, summary, hidden } of COMMANDS) {
      expect(stdout.includes(` ${name} `)).toBe(hidden !== true);
      expect(stdout.includes(summary)).toBe(hidden !== true);
    }
    expect((await runLine(["sandbox", "--help"])).stdout).not.toContain("serve");
  });

  it.each(all)("of $words has an example that the command accepts", async ({ words, entry }) => {
    if (!("load" in entry)) throw new Error("groups have no definition");
    const definition = await entry.load();
    const help = await runLine([...words, "--help"]);
    expect(help.code).toBe(0);
    expect(definition.examples.length).toBeGreaterThan(0);
    const names = new Set(allOptions(definition).map(({ flags }) => `--${readFlags(flags).name}`));
    for (const { command } of definition.examples) {
      expect(help.stdout).toContain(`psc ${command}`);
      expect(command.split(" ").slice(0, words.length)).toEqual(words);
      for (const option of command.match(/ --[a-z-]+/g) ?? []) expect(names).toContain(option.trim());
    }
    for (const { flags } of COMMON_OPTIONS) expect(help.stdout).toContain(flags.split(" ")[0]);
  });

  it("can be asked for in three ways", async () => {
    const [a, b, c] = await Promise.all([
      runLine(["help", "plan"]),
      runLine(["plan", "--help"]),
      runLine(["plan", "-h"]),
    ]);
    expect(a?.stdout).toBe(b?.stdout);
    expect(b?.stdout).toBe(c?.stdout);
  });
});
