import { ServiceError } from "../../errors.ts";

export interface Needed {
  /** Microsoft Graph permission, in its own spelling. */
  readonly permission: string;
  /** Who can do it or grant it. */
  readonly persona: string;
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
