import { expect, test } from "vitest";
import { createSandboxClock } from "../../../src/sandbox/clock.ts";
import { createWorld, type FakeService } from "../../../src/sandbox/world.ts";

const MINUTE = 60_000;

test("what follows from an event is counted from when it was due, however late it is noticed", () => {
  const seen: string[] = [];
  const service: FakeService = {
    name: "chain",
    ownsHost: () => false,
    audiences: () => undefined,
    unauthorized: () => ({ status: 401 }),
    seed: () => ({}),
    handle: () => ({ status: 200 }),
    events: {
      first: (_, world) => {
        seen.push("first");
        world.schedule(10 * MINUTE, "second", {});
      },
      second: () => {
        seen.push("second");
      },
    },
  };
  const clock = createSandboxClock({ speed: 1 });
  clock.pause();
  const world = createWorld(clock, [service]);
  world.schedule(5 * MINUTE, "first", {});
  clock.advance(14 * MINUTE);
  world.catchUp();
  expect(seen).toEqual(["first"]);
  clock.advance(2 * MINUTE);
  world.catchUp();
  expect(seen).toEqual(["first", "second"]);
  // Outside an event, time counts from now again.
  world.schedule(5 * MINUTE, "first", {});
  clock.advance(60 * MINUTE);
  world.catchUp();
  expect(seen).toEqual(["first", "second", "first", "second"]);
});
