import { describe, expect, it } from "vitest";
import { PscError, ServiceError } from "../../src/errors.ts";
import { bench, memoryCloud, thing, thingAddress } from "./memory-cloud.ts";

function refused(name: string): ServiceError {
  return new ServiceError(
    { code: "PSC-E231", message: `${name} is closed`, permission: `prvRead${name}` },
    {
      service: "dataverse",
      method: "GET",
      url: `https://contoso.crm.dynamics.com/${name}`,
      status: 403,
      serviceCode: "",
      serviceMessage: "",
      requestId: undefined,
    },
  );
}

const fails = (error: Error) => ({ read: () => Promise.reject(error) });

describe("what stands on something that cannot be read", () => {
  it("is not told, even when it asks only after that has failed", async () => {
    const cloud = memoryCloud();
    const closed = thing(cloud, "closed", { overrides: fails(refused("closed")) });
    const late = thing(cloud, "late", {
      after: ["closed"],
      overrides: {
        async read(_props, context) {
          await new Promise((resolve) => setImmediate(resolve));
          // Without the answer it would seem not to exist, and a plan would create it.
          return context.observation(thingAddress("closed"))?.status === "present"
            ? { status: "present", id: "late", fields: {}, data: { name: "late" } }
            : { status: "absent" };
        },
      },
    });
    const plan = await bench(cloud, [closed, late]).plan();
    expect(plan.problems.map(({ address }) => address)).toEqual([thingAddress("closed")]);
    expect(plan.actions).toEqual([]);
  });

  it("is told of its own when it was refused itself: each permission has to be granted", async () => {
    const cloud = memoryCloud();
    const plan = await bench(cloud, [
      thing(cloud, "first", { overrides: fails(refused("first")) }),
      thing(cloud, "second", { after: ["first"], overrides: fails(refused("second")) }),
      thing(cloud, "third", {
        after: ["first"],
        overrides: fails(new PscError({ code: "PSC-E402", message: "the first is missing" })),
      }),
    ]).plan();
    expect(plan.problems.map(({ address, error }) => [address, error.permission])).toEqual([
      [thingAddress("first"), "prvReadfirst"],
      [thingAddress("second"), "prvReadsecond"],
    ]);
  });

  it("makes what it can of what it asks for without standing on it", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("free", {});
    const plan = await bench(cloud, [
      thing(cloud, "closed", { overrides: fails(refused("closed")) }),
      thing(cloud, "free", {
        overrides: {
          async read(_props, context) {
            const other = context.observation(thingAddress("closed"));
            return {
              status: "present",
              id: "free",
              fields: { seen: other?.status ?? "" },
              data: { name: "free" },
            };
          },
        },
      }),
    ]).plan();
    expect(
      plan.actions.map(({ resource, action, observation }) => [resource.address, action, observation]),
    ).toEqual([[thingAddress("free"), "none", expect.objectContaining({ fields: { seen: "unknown" } })]]);
  });
});
