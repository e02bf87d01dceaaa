import type { TokenSource } from "../services/http/types.ts";
import type { SessionOptions } from "../session.ts";
import type { Invocation } from "./definition.ts";
import { sandboxWish } from "./target.ts";
import { usageError } from "./usage.ts";

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Azurite looks at the claims of a token and at no signature ("OAuth basic", Azure/Azurite README). */
function emulatorTokens(): TokenSource {
  return {
    async getToken(audience) {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        aud: audience,
        iss: "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
        iat: now,
        nbf: now - 300,
        exp: now + 3_600,
      };
      return `${encoded({ alg: "none", typ: "JWT" })}.${encoded(claims)}.`;
    },
  };
}

/** Where the person wants journal and lock to be shared; undefined when only this machine deploys. */
export async function sharedState(invocation: Invocation): Promise<SessionOptions["state"]> {
  const { env, options } = invocation;
  const url = options.text("state") ?? (env["PSC_STATE"] === "" ? undefined : env["PSC_STATE"]);
  if (url === undefined) return undefined;
  if (!sandboxWish(invocation).wanted) {
    const { realTransport } = await import("../services/http/real-transport.ts");
    return { url, client: realTransport() };
  }
  const emulator = env["PSC_STATE_EMULATOR"];
  if (emulator === undefined || !/^https:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/?$/.test(emulator))
    throw usageError(
      "--state needs a storage account, and the sandbox has none",
      "leave it out, or name an Azurite in PSC_STATE_EMULATOR, such as https://127.0.0.1:10000 (azurite-blob --oauth basic --cert … --key …)",
    );
  const { sandboxTransport } = await import("../services/http/sandbox-transport.ts");
  return { url, client: sandboxTransport(emulator), tokens: emulatorTokens() };
}
