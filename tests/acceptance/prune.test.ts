import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

/** The example with more in it, which later specs leave out again. */
const MORE = `extends: dev.yaml
queues:
  - { name: Billing, members: [group/billing] }
  - { name: Night desk }
workstreams:
  - { name: Kiosk, channel: chat, fallback: Night desk, variables: { Floor: number }, route: [{ name: All, to: Billing }], widget: { title: Kiosk } }
identity:
  groups:
    billing: { name: Contoso Health Billing, members: [] }
`;

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("more.yaml", MORE);
});
afterAll(() => place.close());

interface Entry {
  readonly address: string;
  readonly action: string;
  readonly reason: string;
}

async function planned(options = "", file = "dev.yaml"): Promise<{ deletions: Entry[]; kept: Entry[] }> {
  const { json } = await place.psc(`plan ${file} --prune --output json ${options}`);
  return {
    deletions: (json.actions as Entry[]).filter(({ action }) => action === "delete"),
    kept: json.kept as Entry[],
  };
}

const addressesOf = (entries: readonly Entry[]): string[] => entries.map(({ address }) => address).sort();

describe("psc deploy --prune", () => {
  it("finds nothing to prune where everything is declared", async () => {
    expect((await place.psc("deploy more.yaml")).code).toBe(0);
    expect(await planned("", "more.yaml")).toEqual({ deletions: [], kept: [] });
    const mark = await place.mark();
    const ran = await place.psc("deploy more.yaml --prune");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("no changes");
    expect(await place.writes(mark)).toEqual([]);
  });

  it("is offered where a spec declares less than psc made, and nothing is deleted without it", async () => {
    const mark = await place.mark();
    const plan = await place.psc("plan dev.yaml");
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(
      /\d things that psc made are no longer declared: psc plan dev\.yaml .*--prune/,
    );
    expect((await place.psc("deploy dev.yaml")).stdout).toContain("--prune");
    expect(await place.writes(mark)).toEqual([]);
  });

  it("shows what would go and what stays, each with its reason", async () => {
    const { deletions, kept } = await planned();
    expect(addressesOf(deletions)).toEqual([
      'omnichannel.context-variable["Kiosk/Floor"]',
      'omnichannel.queue["Billing"]',
      'omnichannel.queue["Night desk"]',
      'omnichannel.routing["Kiosk"]',
      'omnichannel.widget["Kiosk"]',
      'omnichannel.workstream["Kiosk"]',
    ]);
    expect(deletions.every(({ reason }) => reason.startsWith("no longer declared"))).toBe(true);
    expect(kept.find(({ address }) => address === 'entra.group["billing"]')?.reason).toContain(
      "other environments may use the group",
    );
    const text = await place.psc("plan dev.yaml --prune");
    expect(text.code).toBe(2);
    expect(text.stdout).toContain('- queue "Billing"');
    expect(text.stdout).toContain("No longer declared, but stays");
    expect(text.stdout).toContain("6 to delete");
  });

  it("asks, and where nobody can answer deletes nothing without --yes", async () => {
    const mark = await place.mark();
    const ran = await place.psc("deploy dev.yaml --prune");
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("--yes");
    expect(await place.writes(mark)).toEqual([]);
  });

  it("refuses --yes for a protected environment", async () => {
    place.write("kept.yaml", "extends: dev.yaml\nprotect: true\n");
    const mark = await place.mark();
    const ran = await place.psc("deploy kept.yaml --prune --yes");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("PSC-E142");
    expect(await place.writes(mark)).toEqual([]);
  });

  it("keeps what stood there before psc came", async () => {
    place.write("adopted.yaml", "extends: dev.yaml\nqueues: [{ name: Reception }]\n");
    const organization =
      /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
    const token = await place.sandbox.token("admin", organization);
    const made = await place.sandbox.ask("POST", `${organization}/api/data/v9.2/queues`, {
      token,
      body: {
        name: "Reception",
        msdyn_isomnichannelqueue: true,
        msdyn_queuetype: 192350000,
        queueviewtype: 1,
      },
    });
    expect(made.status).toBeLessThan(300);
    expect((await place.psc("deploy adopted.yaml")).code).toBe(0);
    const { deletions } = await planned();
    expect(addressesOf(deletions)).not.toContain('omnichannel.queue["Reception"]');
    const named = await planned(`--include omnichannel.queue["Reception"]`);
    expect(addressesOf(named.deletions)).toContain('omnichannel.queue["Reception"]');
    const unknown = await place.psc("plan dev.yaml --prune --include omnichannel.queue[nobody]");
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain("omnichannel.queue[nobody]");
  });

  it("changes what is declared first, then deletes, and leaves the tenant as declared", async () => {
    const mark = await place.mark();
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const deleted = (await place.writes(mark)).filter(({ method }) => method === "DELETE");
    // The routing is made of three rows.
    expect(deleted.length).toBe(8);
    expect((await planned()).deletions).toEqual([]);
    expect((await place.psc("plan dev.yaml")).stdout).not.toContain("no longer declared");
    expect((await place.psc("verify dev.yaml")).code).toBe(0);
  });

  it("deletes nothing when the journal is lost", async () => {
    expect((await place.psc("deploy more.yaml")).code).toBe(0);
    rmSync(`${place.folder}/.psc`, { recursive: true, force: true });
    expect(await planned()).toEqual({ deletions: [], kept: [] });
  });
});
