import type { Row } from "../../kinds/portal.ts";
import type { Break } from "./break.ts";

export const IDENTITY_BREAKS: readonly Break[] = [
  {
    control: "PSC-IAM-02",
    what: "the resource provider is unregistered",
    // Azure refuses it while a bot is there; a subscription that moved from another tenant can be in this state.
    does: (portal) =>
      portal.edit("arm/subscriptions", ({ subscriptionId, registrations }) =>
        subscriptionId === "11111111-1111-4111-8111-111111111111"
          ? {
              registrations: {
                ...(registrations as Row),
                "microsoft.healthbot": { state: "NotRegistered", since: 0 },
              },
            }
          : undefined,
      ),
  },
];
