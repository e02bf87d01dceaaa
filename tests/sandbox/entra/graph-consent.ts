import { PUBLIC_CLIENT_APP_ID } from "../../../src/sandbox/seed.ts";
import { filter, GRAPH_APP_ID, type GraphTenant } from "./graph.ts";

/** Lets the administrator consent to more scopes for the public client; the next token carries them. */
export async function consentTo(tenant: GraphTenant, scopes: readonly string[]): Promise<void> {
  const find = async (appId: string): Promise<string> =>
    (await tenant.ask("GET", `/servicePrincipals(appId='${appId}')`)).body.id as string;
  const [clientId, resourceId] = [await find(PUBLIC_CLIENT_APP_ID), await find(GRAPH_APP_ID)];
  const grants = await tenant.ask(
    "GET",
    `/oauth2PermissionGrants?${filter(`clientId eq '${clientId}' and resourceId eq '${resourceId}'`)}`,
  );
  const [grant] = grants.body.value as { id: string; scope: string }[];
  if (grant === undefined) throw new Error("the public client has no grant");
  const answer = await tenant.ask("PATCH", `/oauth2PermissionGrants/${grant.id}`, {
    body: { scope: `${grant.scope} ${scopes.join(" ")}` },
  });
  if (answer.status !== 204) throw new Error(answer.text);
  await tenant.signInAgain();
}
