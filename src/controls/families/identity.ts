import type { Control } from "../control.ts";
import { judgedByState } from "../derived.ts";

/** Who may do what, and how they prove who they are. */
export const IDENTITY_CONTROLS: readonly Control[] = [
  {
    id: "PSC-IAM-02",
    title: "Resource provider of the Health Bot",
    statement: "The resource provider Microsoft.HealthBot is registered in the subscription.",
    rationale: "Without it nobody can make or see a Health Bot; registering it takes a contributor, once.",
    level: "SHALL",
    mappings: { nist: ["CM-7"] },
    remedy: {
      spec: "azure.subscription",
      steps: ["Run psc deploy, or register Microsoft.HealthBot under Resource providers of the subscription"],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.resource-provider"] },
    judge: ({ facts }) =>
      judgedByState(
        facts
          .resources("azure.resource-provider")
          .filter(({ label }) => label.includes("Microsoft.HealthBot")),
        "registered",
      ),
  },
];
