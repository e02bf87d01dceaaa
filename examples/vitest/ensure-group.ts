/** The code under test: it knows nothing of the sandbox and talks to the real addresses. */

const GRAPH = "https://graph.microsoft.com/v1.0";

export interface Credentials {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export async function signIn({ tenantId, clientId, clientSecret }: Credentials): Promise<string> {
  const answer = await fetch(`https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const body = (await answer.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined) throw new Error(body.error_description ?? `HTTP ${answer.status}`);
  return body.access_token;
}

/** Makes sure that a security group exists; a call that is throttled is repeated when Graph says so. */
export async function ensureGroup(token: string, uniqueName: string): Promise<"created" | "present"> {
  for (;;) {
    const answer = await fetch(`${GRAPH}/groups(uniqueName='${uniqueName}')`, {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        prefer: "create-if-missing",
      },
      body: JSON.stringify({
        displayName: uniqueName,
        mailEnabled: false,
        mailNickname: uniqueName,
        securityEnabled: true,
      }),
    });
    if (answer.status === 201) return "created";
    if (answer.status === 204) return "present";
    if (answer.status !== 429) throw new Error(`Graph answered ${answer.status}: ${await answer.text()}`);
    const seconds = Number(answer.headers.get("retry-after") ?? "1");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}
