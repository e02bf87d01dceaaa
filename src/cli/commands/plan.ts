import { planDocument } from "../../engine/plan.ts";
import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { exitOfPlan } from "../exit-codes.ts";
import { ownVersion } from "../package-files.ts";
import { kindsLeftOut, PERSONA_OPTION, partOfPlan, personasAsked } from "../personas.ts";
import { PRUNE_OPTIONS, pruningAsked, pruningHint } from "../pruning.ts";
import {
  actionLines,
  concernLines,
  count,
  headerLine,
  personaLines,
  problemLines,
  readFacts,
  summaryLine,
  warningLines,
} from "../render/plan-text.ts";
import { stayingLines } from "../render/removal-text.ts";
import { symbolOf } from "../render/rows.ts";
import { writeAsked } from "../report-files.ts";
import { withSession } from "../run-session.ts";
import { styled } from "../styles.ts";
import { sandboxWords } from "../target.ts";

export const plan: CommandDefinition = {
  description:
    "Reads the tenant and shows what deploy would do, step by step of Microsoft's guide. Writes nothing. Exit code: 0 no changes, 2 changes are pending, 1 something does not hold or could not be read.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    ...TENANT_OPTIONS,
    ...PRUNE_OPTIONS,
    { flags: "--by-persona", summary: "grouped by who has to do it instead of by step" },
    PERSONA_OPTION,
    { flags: "--html <file>", summary: "also write the plan as one page for people" },
  ],
  examples: [
    { command: "plan dev.yaml", effect: "what deploy would do in the tenant of dev.yaml" },
    { command: "plan dev.yaml --sandbox", effect: "the same in the sandbox of this folder" },
    { command: "plan dev.yaml --prune", effect: "also what is no longer declared, and would be deleted" },
    { command: "plan dev.yaml --by-persona", effect: "what each team has to do, in the order of the guide" },
    { command: "plan prod.yaml --html plan.html", effect: "a page to show, to print, to agree on" },
    { command: "plan dev.yaml --output json", effect: "for a pipeline: the document psc.plan/1" },
  ],
  run: (invocation) =>
    withSession(
      invocation,
      { readOnly: true, ...kindsLeftOut(personasAsked(invocation)) },
      async ({ loaded, chosen, session }) => {
        const { terminal } = invocation;
        const { spec } = loaded;
        const { planSession } = await import("../../session.ts");
        const prune = await pruningAsked(invocation, session);
        const personas = personasAsked(invocation);
        const whole = await planSession(session, prune === undefined ? {} : { prune });
        const planned = { plan: partOfPlan(whole.plan, personas) };
        const { columns } = terminal;
        const header = { name: spec.name, stage: spec.stage, tenant: spec.tenant, target: chosen.name };
        const page = invocation.options.text("html");
        if (page !== undefined) {
          const { planHtml } = await import("../../reports/plan-html.ts");
          const report = planHtml({
            plan: planned.plan,
            environment: header,
            file: loaded.file,
            warnings: loaded.warnings,
            at: new Date(session.clock.now()).toISOString(),
            version: ownVersion(),
          });
          writeAsked(invocation.cwd, page, report);
        }
        terminal.json({
          ...planDocument(planned.plan, { name: spec.name, stage: spec.stage, tenant: spec.tenant }),
          target: chosen.name,
          reads: planned.plan.reads,
          tookMs: Math.round(planned.plan.tookMs),
          usualMs: planned.plan.usualMs,
          warnings: loaded.warnings.map(({ code, message, location }) => ({ code, message, location })),
        });
        if (!terminal.quiet) {
          terminal.print(headerLine(header, readFacts(planned.plan), columns));
          terminal.print();
        }
        const lines = (invocation.options.flag("byPersona") ? personaLines : actionLines)(
          planned.plan,
          columns,
          terminal.verbose,
        );
        for (const line of lines) terminal.print(line);
        if (lines.length > 0) terminal.print();
        const { pruning } = planned.plan;
        const staying =
          pruning === undefined ? [] : stayingLines(pruning, "No longer declared, but stays", columns);
        for (const line of staying) terminal.print(line);
        if (staying.length > 0) terminal.print();
        const problems = problemLines(planned.plan, columns);
        for (const line of problems) terminal.print(line);
        terminal.print(summaryLine(planned.plan));
        for (const line of concernLines(planned.plan, columns)) terminal.print(line);
        for (const line of warningLines(loaded.warnings, columns)) terminal.print(line);
        if (page !== undefined) terminal.print(`${symbolOf("done")} ${page}: this plan as a page`);
        const code = exitOfPlan(planned.plan);
        if (terminal.output === "text") {
          const what = `${loaded.file}${sandboxWords(invocation)}`;
          const hint = prune === undefined ? await pruningHint(session, what) : undefined;
          if (hint !== undefined) terminal.say(hint);
          if (planned.plan.problems.length > 0)
            terminal.say(
              `${styled("bold", "Next:")} mend the ${count(planned.plan.problems.length, "problem")} above, then psc plan ${what}`,
            );
          else
            terminal.say(
              `${styled("bold", "Next:")} psc ${code === 0 ? "verify" : "deploy"} ${what}${code !== 0 && prune !== undefined ? " --prune" : ""}${personas === undefined || code === 0 ? "" : ` --persona '${personas.join(",")}'`}`,
            );
        }
        return code;
      },
    ),
};
