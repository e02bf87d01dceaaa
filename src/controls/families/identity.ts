import type { Control } from "../control.ts";
import { differs, judgedBy, manual } from "../control.ts";
import { healthBotProvider } from "../probes/subscription.ts";
import { APPLICATION_CONTROLS } from "./identity-application.ts";
import { BOT_ACCESS_CONTROLS } from "./identity-bot-access.ts";
import { ROLE_CONTROLS } from "./identity-roles.ts";
import { TENANT_ACCESS_CONTROLS } from "./identity-tenant.ts";

const BEFORE_DEPLOYING: readonly Control[] = [
  {
    id: "PSC-IAM-01",
    title: "Rights of whoever deploys",
    statement: "Whoever deploys holds the rights for every plane before anything is changed.",
    rationale:
      "A deployment that stops half-way for want of a right leaves an environment that nobody has reviewed.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(4)(ii)(B)"], nist: ["AC-3", "AC-6"], hitrust: ["01.c"] },
    remedy: {
      steps: [
        "Run psc plan as whoever is going to deploy: it stops at the first missing right and says who can grant it",
        "Keep its output with the evidence of the deployment",
      ],
    },
    persona: "Global Administrator",
    restsOn: {},
    judge: () =>
      manual(
        "psc deploy checks the rights of whoever deploys before its first write; whoever verifies is somebody else and cannot see them",
      ),
  },
  {
    id: "PSC-IAM-02",
    title: "Resource provider of the Health Bot",
    statement: "The resource provider Microsoft.HealthBot is registered in the subscription.",
    rationale: "Without it nobody can make or see a Health Bot; registering it takes a contributor, once.",
    level: "SHALL",
    mappings: { nist: ["CM-7"] },
    remedy: {
      spec: "azure.subscription",
      steps: [
        "Open Resource providers of the subscription in the Azure portal",
        "Choose Microsoft.HealthBot and then Register; psc deploy registers it too, before it makes the bot",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.resource-provider"], probes: [healthBotProvider] },
    judge({ facts }) {
      const state = facts.probe(healthBotProvider)?.state ?? "not seen";
      return judgedBy(
        state.toLowerCase() === "registered"
          ? []
          : [
              differs(
                healthBotProvider.id,
                "registrationState",
                "Registered",
                state,
                `Microsoft.HealthBot is ${state}`,
              ),
            ],
        "registered",
      );
    },
  },
];

/** Who may do what, and how they prove who they are. */
export const IDENTITY_CONTROLS: readonly Control[] = [
  ...BEFORE_DEPLOYING,
  ...ROLE_CONTROLS,
  ...APPLICATION_CONTROLS,
  ...BOT_ACCESS_CONTROLS,
  ...TENANT_ACCESS_CONTROLS,
].toSorted((a, b) => a.id.localeCompare(b.id));
