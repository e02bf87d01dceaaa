import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConfirmations, openJournal, readCreations, readLastRun } from "../../src/engine/journal.ts";
import { createSharedRecord, type SharedRecord } from "../../src/state/shared-record.ts";
import { type Azurite, hasAzurite, startAzurite } from "./azurite.ts";

interface Machine {
  readonly folder: string;
  readonly record: SharedRecord;
}

describe.skipIf(!hasAzurite)("a record that machines share", () => {
  let azurite: Azurite;
  const folders: string[] = [];
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => {
    azurite?.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function machine(environment: string): Machine {
    const folder = mkdtempSync(join(tmpdir(), "psc-machine-"));
    folders.push(folder);
    return { folder, record: createSharedRecord(azurite.store(), environment, folder) };
  }

  const word = (gate: string, by: string) =>
    ({ gate, by, at: "2026-11-25T00:00:00Z", how: "confirmed" }) as const;

  it("tells the second what the first did and who confirmed what", async () => {
    const [first, second] = [machine("told"), machine("told")];
    const journal = openJournal(first.folder, () => 0, first.record);
    journal.append({ type: "run", command: "deploy" });
    for (let index = 0; index < 200; index += 1)
      journal.append({ type: "outcome", address: `queue-${index}`, action: "create", id: `id-${index}` });
    openConfirmations(first.folder, first.record).record(word("consent", "kim"));
    await journal.flushed();
    journal.close();

    await second.record.pull();
    expect(readCreations(second.folder).has("queue-199", "id-199")).toBe(true);
    expect(readLastRun(second.folder)).toMatchObject({ damaged: [], torn: false });
    const book = openConfirmations(second.folder, second.record);
    expect(book.lookup("consent")).toMatchObject({ by: "kim" });
    const [run] = readdirSync(join(second.folder, "runs"));
    expect(statSync(join(second.folder, "runs", run ?? "")).mode & 0o777).toBe(0o600);

    book.record(word("channels", "tom"));
    await second.record.flushed();
    await first.record.pullConfirmations();
    expect(
      openConfirmations(first.folder)
        .all()
        .map(({ gate }) => gate),
    ).toEqual(["consent", "channels"]);
  });

  it("gets what never arrived from the next one who comes with it", async () => {
    const [first, second] = [machine("late"), machine("late")];
    // As if the store had been out of reach: only the files of this machine know.
    openConfirmations(first.folder).record(word("consent", "kim"));
    const journal = openJournal(first.folder, () => 0);
    journal.append({ type: "outcome", address: "queue", action: "create", id: "7" });
    journal.close();
    await first.record.pull();
    await second.record.pull();
    expect(openConfirmations(second.folder).lookup("consent")).toMatchObject({ by: "kim" });
    expect(readCreations(second.folder).has("queue", "7")).toBe(true);
  });

  it("says that there is no container", async () => {
    const { createBlobStore } = await import("../../src/state/blob-store.ts");
    const { createHttp } = await import("../../src/services/http/http.ts");
    const { CLOUDS } = await import("../../src/cloud.ts");
    const { systemClock } = await import("../../src/clock.ts");
    const { azuriteToken } = await import("./azurite.ts");
    const http = createHttp({
      cloud: CLOUDS.public,
      clock: systemClock,
      tokens: { getToken: async () => azuriteToken(Date.now()) },
      client: azurite.client,
      readOnly: false,
    });
    const store = createBlobStore(http, new URL(azurite.stateUrl.replace("/state/", "/nowhere/")));
    await expect(store.append("a", "b")).rejects.toMatchObject({ code: "PSC-E145" });
  });
});
