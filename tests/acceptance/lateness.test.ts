import { X509Certificate } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NOT_VERIFIED } from "../../src/cli/personas.ts";
import { BOT_SECRETS } from "../../src/controls/bot-secrets.ts";
import { PROBES } from "../../src/controls/index.ts";
import { planSession } from "../../src/session.ts";
import { loadSpec } from "../../src/spec/index.ts";
import { collectFacts, judgeFacts } from "../../src/verification.ts";
import { deployOnce, destroyOnce, openTenant, sessionOf, type Tenant } from "../chaos/tenant.ts";
import { newClientCertificate } from "../harness/client-certificate.ts";

/**
 * On a clock that runs thousands of times too fast, the seconds for which a service does not know yet what it has just
 * made are over before anybody asks. Virtual time stands still while a request is under way: here psc meets every one.
 */

async function unsound(tenant: Tenant, file: string): Promise<string[]> {
  const read = loadSpec(file, { env: {}, cwd: folder });
  if (!read.ok) throw new AggregateError(read.problems);
  const session = sessionOf(tenant, {
    file,
    readOnly: true,
    probes: PROBES,
    withoutKinds: NOT_VERIFIED,
    unusedPermission: BOT_SECRETS,
  });
  const { facts } = await collectFacts(session, "0.0.0");
  const locate = (): undefined => undefined;
  const { controls } = judgeFacts(facts, { ...read, file, locate });
  return controls
    .filter(({ verdict }) => verdict === "fail" || verdict === "error")
    .map(({ id, reason }) => `${id}: ${reason}`);
}

/** What the full example leaves out. */
const MORE = `extends: full.yaml
identity:
  application: { certificates: [{ name: runner, file: runner.pem }], permissions: { consent: psc } }
environment: { type: Production, managed: true, backupRetentionDays: 28, tenantSettings: { manage: true } }
healthBot: { variables: { clinic: Contoso } }
workstreams:
  - { name: Patient texts, channel: sms, fallback: Escalate to Human }
  - { name: Patient calls, channel: teams, fallback: Escalate to Human }
`;

const STANDING = `extends: more.yaml
healthBot: { access: { admins: group/botAdmins, activation: none } }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "psc-late-"));
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), folder, { recursive: true });
  writeFileSync(
    join(folder, "runner.pem"),
    new X509Certificate(newClientCertificate("runner").pem).toString(),
  );
  writeFileSync(join(folder, "more.yaml"), MORE);
  writeFileSync(join(folder, "standing.yaml"), STANDING);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function deploys(tenant: Tenant, name: string): Promise<void> {
  const file = join(folder, name);
  const deployed = await deployOnce(tenant, { file });
  if (deployed instanceof Error) throw deployed;
  expect(deployed.failures.map(({ resource, error }) => `${resource.address}: ${error.message}`)).toEqual([]);
  expect(deployed.outcome).toBe("done");
  const { plan } = await planSession(sessionOf(tenant, { file, readOnly: true }));
  expect(plan.actions.filter(({ action }) => action !== "none")).toEqual([]);
  if (name === "full.yaml") expect(await unsound(tenant, file)).toEqual([]);
}

it.each([[["full.yaml"]], [["more.yaml", "standing.yaml"]], [["full.yaml", "standing.yaml", "more.yaml"]]])(
  "%s: deployed one after the other and destroyed, whatever the services show late",
  async (files) => {
    const tenant = await openTenant();
    for (const name of files) await deploys(tenant, name);
    const file = join(folder, files.at(-1) ?? "");
    const destroyed = await destroyOnce(tenant, { file });
    if (destroyed instanceof Error) throw destroyed;
    expect(destroyed.outcome).toBe("done");
    await tenant.close();
  },
  60_000,
);
