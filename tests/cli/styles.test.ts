import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clipped,
  neutralise,
  padded,
  styled,
  toAnsi,
  widthOf,
  withoutStyles,
  wrapped,
} from "../../src/cli/styles.ts";
import { createTerminal, type TerminalOptions } from "../../src/cli/terminal.ts";

describe("text from servers and specs", () => {
  it("cannot steer the terminal", () => {
    expect(neutralise("a\u001b[31mb\u0007\r\u0085")).toBe("a\\x1b[31mb\\x07\\x0d\\x85");
    expect(neutralise("safe\u202egpj.exe")).toBe("safe\\u202egpj.exe");
    expect(neutralise("two\nlines")).toBe("two\nlines");
  });

  it("never leaves a control character, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const character of neutralise(text))
          expect(character === "\n" || !/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(character)).toBe(true);
      }),
    );
  });
});

describe("measuring", () => {
  it("counts columns, not code units, and no colour", () => {
    expect(widthOf(styled("red", "✗ failed"))).toBe(8);
    expect(widthOf("患者")).toBe(4);
    expect(widthOf("e\u0301")).toBe(1);
  });

  it("pads and cuts to a width, and ends every colour it began", () => {
    expect(widthOf(padded("ab", 5))).toBe(5);
    const cut = clipped(styled("red", "a long label"), 6);
    expect(widthOf(cut)).toBe(6);
    expect(toAnsi(cut).endsWith("\u001b[0m")).toBe(true);
    expect(withoutStyles(cut)).toBe("a lon…");
  });

  it("breaks lines at spaces and loses no word", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
        const lines = wrapped(words.join(" "), 20);
        expect(lines.join(" ")).toBe(words.join(" "));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

interface Streams {
  readonly out: string[];
  readonly err: string[];
}

function terminalWith(options: Partial<TerminalOptions> & { tty?: boolean }): Streams & {
  readonly terminal: ReturnType<typeof createTerminal>;
} {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (target: string[]): TerminalOptions["stdout"] => ({
    write: (text) => target.push(text),
    isTTY: options.tty === true,
    columns: 90,
  });
  const terminal = createTerminal({
    stdout: stream(out),
    stderr: stream(err),
    env: {},
    output: "text",
    noColor: false,
    quiet: false,
    verbose: false,
    debug: false,
    ...options,
  });
  return { out, err, terminal };
}

describe("the terminal", () => {
  it("colours only a terminal, and never when told not to", () => {
    const red = styled("red", "x");
    const shown = (options: Parameters<typeof terminalWith>[0]): string => {
      const { terminal, out } = terminalWith(options);
      terminal.print(red);
      return out.join("");
    };
    expect(shown({ tty: true })).toBe("\u001b[31mx\u001b[0m\n");
    expect(shown({ tty: false })).toBe("x\n");
    expect(shown({ tty: true, noColor: true })).toBe("x\n");
    expect(shown({ tty: true, env: { NO_COLOR: "1" } })).toBe("x\n");
    expect(shown({ tty: true, env: { NO_COLOR: "" } })).toBe("\u001b[31mx\u001b[0m\n");
    expect(shown({ tty: true, env: { TERM: "dumb" } })).toBe("x\n");
    expect(shown({ tty: false, env: { FORCE_COLOR: "1" } })).toBe("\u001b[31mx\u001b[0m\n");
  });

  it("keeps stdout for the one document when the output is JSON", () => {
    const { terminal, out, err } = terminalWith({ output: "json" });
    terminal.print("result");
    terminal.say("talk");
    terminal.json({ a: 1 });
    expect(JSON.parse(out.join(""))).toEqual({ a: 1 });
    expect(err.join("")).toBe("talk\n");
  });

  it("does not talk when quiet, but still prints the result", () => {
    const { terminal, out } = terminalWith({ quiet: true });
    terminal.say("talk");
    terminal.print("result");
    expect(out.join("")).toBe("result\n");
  });

  it("redraws only on a terminal, in text, and not when quiet", () => {
    expect(terminalWith({ tty: true }).terminal.live).toBe(true);
    expect(terminalWith({ tty: false }).terminal.live).toBe(false);
    expect(terminalWith({ tty: true, output: "json" }).terminal.live).toBe(false);
    expect(terminalWith({ tty: true, quiet: true }).terminal.live).toBe(false);
  });
});
