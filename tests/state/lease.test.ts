import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLease, type Lease, lockBlob, readHolder } from "../../src/state/lease.ts";
import { type Azurite, hasAzurite, startAzurite } from "./azurite.ts";

describe.skipIf(!hasAzurite)("the lease of an environment", () => {
  let azurite: Azurite;
  let count = 0;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite?.close());

  /** A holder with a clock that the test moves together with the service's. */
  function holderOf(environment: string): { take(identity: string): Promise<Lease>; pass(ms: number): void } {
    let elapsed = 0;
    return {
      take: (identity) =>
        acquireLease({
          store: azurite.store(),
          environment,
          identity,
          elapsed: () => elapsed,
          // Renewals happen when the test says so.
          every: () => () => {},
        }),
      pass(ms) {
        elapsed += ms;
        azurite.pass(ms);
      },
    };
  }
  const newName = (): string => {
    count += 1;
    return `env-${count}`;
  };

  it("is had by one, and the other is told who has it and since when", async () => {
    const name = newName();
    const { take } = holderOf(name);
    const first = await take("kim@contoso.com");
    await expect(take("tom@contoso.com")).rejects.toMatchObject({
      code: "PSC-E140",
      message: expect.stringMatching(
        new RegExp(
          `^${name} is being deployed by process ${process.pid} on .* \\(kim@contoso.com\\) since 20`,
        ),
      ),
    });
    await first.release();
    await (await take("tom@contoso.com")).release();
  });

  it("lasts as long as it is renewed", async () => {
    const name = newName();
    const { take, pass } = holderOf(name);
    const first = await take("kim");
    for (let round = 0; round < 5; round += 1) {
      pass(40_000);
      await first.renew();
      first.assertHeld();
    }
    await expect(take("tom")).rejects.toMatchObject({ code: "PSC-E140" });
    await first.release();
  });

  it("is over for its holder before anybody else can have it", async () => {
    const name = newName();
    const { take, pass } = holderOf(name);
    const first = await take("kim");
    pass(54_000);
    first.assertHeld();
    pass(2_000);
    // The service would still refuse the other one; the holder already writes nothing.
    expect(() => first.assertHeld()).toThrow(expect.objectContaining({ code: "PSC-E144" }));
    expect(first.lost.aborted).toBe(true);
    await expect(take("tom")).rejects.toMatchObject({ code: "PSC-E140" });
    pass(5_000);
    await (await take("tom")).release();
  });

  it("that was broken ends the holder at its next renewal, and is free only when its time is over", async () => {
    const name = newName();
    const { take, pass } = holderOf(name);
    const first = await take("kim");
    await azurite.store().breakLease(lockBlob(name));
    await expect(take("tom")).rejects.toMatchObject({ code: "PSC-E140" });
    pass(15_000);
    await first.renew();
    expect(() => first.assertHeld()).toThrow(expect.objectContaining({ code: "PSC-E144" }));
    await expect(take("tom")).rejects.toMatchObject({ code: "PSC-E140" });
    pass(46_000);
    await (await take("tom")).release();
  });

  it("names its holder as long as there is one", async () => {
    const name = newName();
    expect(await readHolder(azurite.store(), name)).toBeUndefined();
    const first = await holderOf(name).take("kim");
    expect(await readHolder(azurite.store(), name)).toMatchObject({ pid: process.pid, identity: "kim" });
    await first.release();
    expect(await readHolder(azurite.store(), name)).toBeUndefined();
  });
});
