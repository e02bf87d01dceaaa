import { apply } from "./engine/apply.ts";
import type { EngineEvent } from "./engine/events.ts";
import { buildGraph } from "./engine/graph.ts";
import { createPlan } from "./engine/planning.ts";
import { PscError } from "./errors.ts";
import { intentOf, recorded } from "./journaled-run.ts";
import { application, applicationResources } from "./resources/entra/application.ts";
import { type ClientSecretData, clientSecret } from "./resources/entra/client-secret.ts";
import { tenantResources } from "./resources/entra/tenant.ts";
import type { Session } from "./session.ts";

export interface RotationOptions {
  /** Earlier secrets of psc's end now, not when they expire. */
  readonly revokeEarlier: boolean;
  readonly onEvent: (event: EngineEvent) => void;
}

export interface Rotation {
  /** Where the value is kept. */
  readonly vault: string;
  readonly name: string;
  readonly application: string;
  /** The secret before, when there was one. */
  readonly before: ClientSecretData | undefined;
  readonly after: ClientSecretData;
}

function notRotatable(message: string, remedy: string): PscError {
  return new PscError({ code: "PSC-E456", message, remedy });
}

/**
 * Makes a new client secret, whatever the age of the present one, and keeps it in the vault the spec names: under the
 * environment's lock, with a journal, as a deploy does. Nothing else is changed.
 * @throws PscError PSC-E456 when there is nothing to rotate; the failure of the change itself.
 */
export async function rotateClientSecret(session: Session, options: RotationOptions): Promise<Rotation> {
  const { spec, memory, http, clock } = session;
  const { secret, name } = spec.identity.application;
  if (secret === undefined)
    throw notRotatable(
      "the spec declares no client secret",
      "set `identity.application.secret`; federated credentials have nothing to rotate, and certificates are replaced by naming another file",
    );
  const wanted = clientSecret.resource({
    props: {
      ...secret,
      environment: spec.name,
      renewIfMadeBefore: clock.now(),
      revokeEarlier: options.revokeEarlier,
    },
    dependsOn: [application.address()],
  });
  const graph = buildGraph([...tenantResources(spec), ...applicationResources(spec), wanted]);
  await session.signIn();
  const { plan } = await createPlan(graph, memory, http);
  const problem = plan.problems[0];
  if (problem !== undefined) throw problem.error;
  if (application.data(memory.contextOf(wanted)) === undefined)
    throw notRotatable(`the application "${name}" does not exist yet`, "run psc deploy first");
  const before = clientSecret.data(memory.contextOf(wanted));
  const actions = plan.actions.filter(({ resource }) => resource.address === wanted.address);
  const intents = actions.map(({ resource, action }) => intentOf(resource, action));
  const result = await recorded(
    session,
    { command: "rotate", summary: plan.summary, intents },
    async (journal) =>
      apply(
        { ...plan, actions },
        {
          graph,
          memory,
          http,
          patienceMs: 0,
          recordDetection: (gate) => {
            throw new Error(`${gate} is no part of a rotation`);
          },
          recorded: () => journal.flushed(),
          emit: (event) => {
            journal.record(event);
            options.onEvent(event);
          },
        },
      ),
  );
  const failure = result.failures[0];
  if (failure !== undefined) throw failure.error;
  const after = clientSecret.data(memory.contextOf(wanted));
  if (after === undefined || result.outcome !== "done")
    throw notRotatable("the rotation was stopped before it was done", "run the same command again");
  return { vault: secret.vault, name: secret.name, application: name, before, after };
}
