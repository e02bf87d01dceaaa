import type { FakeService } from "../world.ts";

export const entraService: FakeService = {
  name: "entra",
  ownsHost: (host) => host === "login.microsoftonline.com",
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({ tokens: { signingKey: "unset", notBefore: 0 } }),
  handle: () => ({ status: 501 }),
};
