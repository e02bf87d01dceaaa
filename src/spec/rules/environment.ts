import { type RuleContext, reportAt } from "./rules.ts";

/** The Power Platform environment: what its kind allows. */
export function checkEnvironment(context: RuleContext): void {
  const { backupRetentionDays: days, type, managed } = context.spec.environment;
  if (days === undefined || days <= 7 || (type === "Production" && managed)) return;
  reportAt(context, ["environment", "backupRetentionDays"], {
    code: "PSC-E088",
    message:
      type === "Production"
        ? `back-ups are kept for ${days} days in managed environments only`
        : `back-ups of a ${type.toLowerCase()} environment are kept for 7 days`,
    remedy:
      type === "Production"
        ? "set `managed: true`, or leave it out: with Dynamics 365 apps production environments keep 28 days by themselves"
        : "leave it out, or make the environment a managed production environment",
  });
}
