import { PscError, ServiceError } from "../../errors.ts";

export interface Needed {
  /** Microsoft Graph permission, in its own spelling. */
  readonly permission: string;
  /** Who can do it or grant it. */
  readonly persona: string;
}

/**
 * What Graph shows of an object to those who may not see the whole of it is null: without saying so, it refuses
 * (microsoftgraph/microsoft-graph-docs#2833).
 */
export function unseen({ permission, persona }: Needed, what: string): PscError {
  return new PscError({
    code: "PSC-E231",
    message: `Microsoft Graph does not show ${what}`,
    permission,
    persona,
    remedy: `grant ${permission} (a person also needs the role ${persona}), then run the same command again`,
  });
}

/**
 * Runs a Graph call and names what was missing when it is denied: Graph itself only says "Insufficient privileges to
 * complete the operation" (code `Authorization_RequestDenied`).
 */
export async function naming<T>(needed: Needed, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.refusal.status !== 403 || error.permission !== undefined)
      throw error;
    throw new ServiceError(
      {
        code: error.code,
        message: error.message,
        permission: needed.permission,
        persona: needed.persona,
        remedy: `grant ${needed.permission} (a person also needs the role ${needed.persona}), then run the same command again`,
        side: "user",
        cause: error,
      },
      error.refusal,
    );
  }
}
