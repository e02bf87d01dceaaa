import { conformance, type Verdict } from "../../controls/conformance.ts";
import { verifyText } from "../../reports/text.ts";
import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { EXIT, exitOfVerify } from "../exit-codes.ts";
import { CHECKS_OF_WRITING } from "../personas.ts";
import { headerLine, readFacts } from "../render/plan-text.ts";
import { withSession } from "../run-session.ts";
import { type Style, styled, wrapped } from "../styles.ts";
import { sandboxWords } from "../target.ts";

const ROLE_STYLES: Readonly<Record<Verdict | "step" | "detail" | "evidence" | "summary", Style | undefined>> =
  {
    step: "bold",
    pass: "green",
    fail: "red",
    "cannot-tell": "yellow",
    "not-applicable": "dim",
    detail: undefined,
    evidence: "dim",
    summary: undefined,
  };

export const verify: CommandDefinition = {
  description:
    "Reads the tenant and judges every statement of the spec: pass, fail or cannot tell, each with the requests it rests on. Writes nothing: it runs on a pipeline that refuses to. Exit code: 0 everything holds, 2 something does not or cannot be told, 1 it could not run.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: TENANT_OPTIONS,
  examples: [
    { command: "verify dev.yaml", effect: "what holds, and the evidence of what does not" },
    { command: "verify dev.yaml --verbose", effect: "every statement with its evidence" },
    { command: "verify dev.yaml --output json > report.json", effect: "the document psc.verify/1" },
  ],
  run: (invocation) =>
    withSession(
      invocation,
      { readOnly: true, withoutKinds: CHECKS_OF_WRITING },
      async ({ loaded, chosen, session }) => {
        const { terminal } = invocation;
        const { name, stage, tenant } = loaded.spec;
        const { planSession } = await import("../../session.ts");
        const planned = await planSession(session, { allChecks: true });
        const { name: identity } = await session.signIn();
        const report = conformance({
          environment: { name, stage, tenant },
          identity,
          now: session.clock.now(),
          graph: session.graph,
          planned,
          confirmation: (address) => session.confirmations.all().findLast(({ gate }) => gate === address),
        });
        const code = exitOfVerify(report);
        terminal.json(report);
        if (terminal.output === "json") return code;
        const { columns } = terminal;
        if (!terminal.quiet) {
          terminal.print(
            headerLine({ name, stage, tenant, target: chosen.name }, readFacts(planned.plan), columns),
          );
          terminal.print();
        }
        for (const { role, text } of verifyText(report, terminal.verbose)) {
          if (terminal.quiet && (role === "step" || role === "evidence")) continue;
          if (role === "summary") {
            if (!terminal.quiet) terminal.print();
            terminal.print(`${styled("bold", "Verdict:")} ${text}.`);
            continue;
          }
          const style = ROLE_STYLES[role];
          const indent = /^ */.exec(text)?.[0] ?? "";
          // Evidence stays on one line: a URL that is cut or broken proves nothing.
          const lines =
            role === "evidence" ? [text.trimStart()] : wrapped(text.trimStart(), columns - indent.length - 2);
          for (const [index, line] of lines.entries()) {
            const shown = `${indent}${index === 0 ? "" : "  "}${line}`;
            terminal.print(style === undefined ? shown : styled(style, shown));
          }
        }
        const what = `${loaded.file}${sandboxWords(invocation)}`;
        terminal.say(
          `${styled("bold", "Next:")} ${code === EXIT.done ? `nothing; \`psc verify ${what} --output json\` keeps the evidence` : `psc plan ${what}`}`,
        );
        return code;
      },
    ),
};
