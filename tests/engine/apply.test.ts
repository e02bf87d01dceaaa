import { describe, expect, it } from "vitest";
import type { Observation } from "../../src/engine/observation.ts";
import { PscError } from "../../src/errors.ts";
import { bench, memoryCloud, thing, thingAddress } from "./memory-cloud.ts";

const lost = (): PscError =>
  new PscError({ code: "PSC-E214", message: "the answer was lost", side: "service" });
const refused = (): PscError => new PscError({ code: "PSC-E217", message: "refused", side: "service" });

describe("plan and apply", () => {
  it("creates what is missing, after what it needs, and has nothing to do the second time", async () => {
    const cloud = memoryCloud();
    const { plan, apply } = bench(cloud, [thing(cloud, "b", { after: ["a"] }), thing(cloud, "a")]);
    const first = await plan();
    expect(first.summary).toMatchObject({ create: 2, none: 0 });
    expect((await apply(first)).outcome).toBe("done");
    expect(cloud.calls).toEqual(["create a", "create b"]);
    const second = await plan();
    expect(second.summary).toMatchObject({ create: 0, none: 2 });
    await apply(second);
    expect(cloud.calls).toHaveLength(2);
  });

  it("updates only the declared fields that differ", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("q", { priority: 2, owner: "somebody" });
    const { plan, apply } = bench(cloud, [thing(cloud, "q", { fields: { priority: 1 } })]);
    const planned = await plan();
    expect(planned.actions[0]).toMatchObject({
      action: "update",
      diff: [{ path: "priority", before: 2, after: 1 }],
    });
    await apply(planned);
    expect(cloud.objects.get("q")).toEqual({ priority: 1, owner: "somebody" });
  });

  it("lets independent branches go on when one fails, and names what was kept from running", async () => {
    const cloud = memoryCloud();
    cloud.trouble.set("bad", () => refused());
    const { plan, apply } = bench(cloud, [
      thing(cloud, "bad"),
      thing(cloud, "child", { after: ["bad"] }),
      thing(cloud, "grandchild", { after: ["child"] }),
      thing(cloud, "other"),
    ]);
    const result = await apply(await plan());
    expect(result.outcome).toBe("failed");
    expect(result.failures.map(({ resource }) => resource.address)).toEqual([thingAddress("bad")]);
    expect(result.blocked.map(({ resource, by }) => [resource.address, by])).toEqual([
      [thingAddress("child"), thingAddress("bad")],
      [thingAddress("grandchild"), thingAddress("bad")],
    ]);
    expect(cloud.calls).toEqual(["create other"]);
  });

  it("gives up an operation that has not ended after a day, and says what it last saw", async () => {
    const cloud = memoryCloud();
    const stuck = thing(cloud, "stuck", {
      overrides: { read: async () => ({ status: "in-progress", what: "thing stuck: Accepted" }) },
    });
    const { plan, apply } = bench(cloud, [stuck, thing(cloud, "child", { after: ["stuck"] })]);
    const result = await apply(await plan());
    expect(result.outcome).toBe("failed");
    expect(result.failures.map(({ error }) => [error.code, error.message])).toEqual([
      ["PSC-E412", "thing stuck: thing stuck took longer than 1440 min (last seen: thing stuck: Accepted)"],
    ]);
    expect(cloud.calls).toEqual([]);
  });

  it("builds on a resource that is as declared even when something behind it fails", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("middle", {});
    cloud.trouble.set("root", () => refused());
    const { plan, apply } = bench(cloud, [
      thing(cloud, "root"),
      thing(cloud, "middle", { after: ["root"] }),
      thing(cloud, "leaf", { after: ["middle"] }),
    ]);
    await apply(await plan());
    expect(cloud.calls).toEqual(["create leaf"]);
  });

  it("takes a create whose answer was lost for done when it finds the object", async () => {
    const cloud = memoryCloud();
    cloud.trouble.set("x", () => {
      cloud.objects.set("x", {});
      return lost();
    });
    const { plan, apply } = bench(cloud, [thing(cloud, "x")]);
    expect((await apply(await plan())).outcome).toBe("done");
    expect(cloud.calls).toEqual([]);
  });

  it("repeats a create whose answer was lost only after it was looked for in vain", async () => {
    const cloud = memoryCloud();
    cloud.trouble.set("x", (attempt) => (attempt === 1 ? lost() : undefined));
    const { plan, apply, events } = bench(cloud, [thing(cloud, "x")]);
    expect((await apply(await plan())).outcome).toBe("done");
    expect(cloud.calls).toEqual(["create x"]);
    expect(events.some((event) => event.type === "note")).toBe(true);
  });

  it("reports a value that the service accepted and did not keep", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("q", { priority: 2 });
    const { plan, apply } = bench(cloud, [
      thing(cloud, "q", { fields: { priority: 1 }, overrides: { update: async () => undefined } }),
    ]);
    const result = await apply(await plan());
    expect(result.failures[0]?.error).toMatchObject({ code: "PSC-E411" });
    expect(result.failures[0]?.error.message).toContain("priority");
  });

  it("waits for what an earlier run started", async () => {
    const cloud = memoryCloud();
    let looks = 0;
    const overrides = {
      async read(): Promise<Observation<{ name: string }>> {
        looks += 1;
        return looks < 5
          ? { status: "in-progress", what: "installing" }
          : { status: "present", id: "p", fields: {}, data: { name: "p" } };
      },
    };
    const { plan, apply, events } = bench(cloud, [thing(cloud, "p", { overrides })]);
    const planned = await plan();
    expect(planned.summary.wait).toBe(1);
    expect((await apply(planned)).outcome).toBe("done");
    expect(events.filter(({ type }) => type === "waiting").length).toBeGreaterThan(0);
    expect(cloud.calls).toEqual([]);
  });

  it("changes what came out of somebody else's operation differently from the spec", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("bot", { handoff: false });
    let looks = 0;
    const overrides = {
      async read(): Promise<Observation<{ name: string }>> {
        looks += 1;
        if (looks < 4) return { status: "in-progress", what: "opening" };
        return {
          status: "present",
          id: "bot",
          fields: cloud.objects.get("bot") ?? {},
          data: { name: "bot" },
        };
      },
    };
    const { plan, apply } = bench(cloud, [thing(cloud, "bot", { fields: { handoff: true }, overrides })]);
    expect((await apply(await plan())).outcome).toBe("done");
    expect(cloud.calls).toEqual(["update bot handoff"]);
  });

  it("replaces what cannot be changed in place where the kind knows how", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("e", { region: "europe" });
    const overrides = {
      replaceOn: ["region"],
      async delete(): Promise<undefined> {
        cloud.calls.push("delete e");
        cloud.objects.delete("e");
        return undefined;
      },
    };
    const { plan, apply } = bench(cloud, [
      thing(cloud, "e", { fields: { region: "unitedstates" }, overrides }),
    ]);
    const planned = await plan();
    expect(planned.summary.replace).toBe(1);
    expect((await apply(planned)).outcome).toBe("done");
    expect(cloud.calls).toEqual(["delete e", "create e"]);
  });

  it("adopts what somebody else made, once", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("g", { members: 1 });
    let marked = false;
    const overrides = {
      async read(): Promise<Observation<{ name: string }>> {
        const found = { status: "present", id: "g", fields: { members: 1 }, data: { name: "g" } } as const;
        return marked ? found : { ...found, adoptable: "it exists already" };
      },
      async adopt(): Promise<undefined> {
        marked = true;
        return undefined;
      },
    };
    const { plan, apply } = bench(cloud, [thing(cloud, "g", { fields: { members: 1 }, overrides })]);
    const planned = await plan();
    expect(planned.summary.adopt).toBe(1);
    expect((await apply(planned)).outcome).toBe("done");
    expect((await plan()).summary).toMatchObject({ adopt: 0, none: 1 });
  });

  it("completes an update whose answer was lost half-way", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("u", { a: 0, b: 0 });
    let attempt = 0;
    const overrides = {
      async update(): Promise<undefined> {
        attempt += 1;
        cloud.objects.set("u", attempt === 1 ? { a: 1, b: 0 } : { a: 1, b: 1 });
        if (attempt === 1) throw lost();
        return undefined;
      },
    };
    const { plan, apply } = bench(cloud, [thing(cloud, "u", { fields: { a: 1, b: 1 }, overrides })]);
    expect((await apply(await plan())).outcome).toBe("done");
    expect(attempt).toBe(2);
  });

  it("lets a kind wait for its own operation", async () => {
    const cloud = memoryCloud();
    let done = false;
    const overrides = {
      async read(): Promise<Observation<{ name: string }>> {
        return done
          ? { status: "present", id: "p", fields: {}, data: { name: "p" } }
          : { status: "in-progress", what: "installing", operationUrl: "https://example.org/op" };
      },
      async resume(): Promise<undefined> {
        done = true;
        return undefined;
      },
    };
    const { plan, apply } = bench(cloud, [thing(cloud, "p", { overrides })]);
    expect((await apply(await plan())).finished).toMatchObject([{ action: "wait" }]);
  });

  it("refuses a change that cannot be made in place", async () => {
    const cloud = memoryCloud();
    cloud.objects.set("e", { region: "europe" });
    const { plan } = bench(cloud, [
      thing(cloud, "e", { fields: { region: "unitedstates" }, overrides: { replaceOn: ["region"] } }),
    ]);
    const planned = await plan();
    expect(planned.problems[0]?.error).toMatchObject({ code: "PSC-E413" });
    expect(planned.problems[0]?.error.message).toContain('"europe"');
  });

  it("does not read what stands on something unreadable, and says so once", async () => {
    const cloud = memoryCloud();
    const overrides = { read: async () => Promise.reject(refused()) };
    const asks: Parameters<typeof thing>[2] = {
      after: ["a"],
      overrides: {
        async read(_props, context) {
          cloud.calls.push("b asks for a");
          context.observation(thingAddress("a"));
          return { status: "absent" };
        },
      },
    };
    const { plan } = bench(cloud, [thing(cloud, "a", { overrides }), thing(cloud, "b", asks)]);
    const planned = await plan();
    expect(cloud.calls).toEqual(["b asks for a"]);
    expect(planned.problems.map(({ address }) => address)).toEqual([thingAddress("a")]);
    expect(planned.actions).toEqual([]);
  });

  it("begins with what has the longest way before it, by earlier runs where there were any", async () => {
    const cloud = memoryCloud();
    const usually = (usualMinutes: number) => ({ overrides: { usualMinutes } });
    const { plan, apply, events } = bench(cloud, [
      thing(cloud, "short", usually(1)),
      thing(cloud, "base"),
      thing(cloud, "long", { ...usually(30), after: ["base"] }),
      thing(cloud, "middle", usually(10)),
      thing(cloud, "once slow", usually(1)),
    ]);
    const lasted = new Map([[thingAddress("once slow"), 20 * 60_000]]);
    await apply(await plan(), { lasted });
    const begun = events.flatMap((event) => (event.type === "started" ? [event.resource.label] : []));
    expect(begun).toEqual(["base", "once slow", "middle", "short", "long"].map((name) => `thing ${name}`));
  });

  it("stops on interruption without calling it done", async () => {
    const cloud = memoryCloud();
    const abort = new AbortController();
    const overrides = {
      async create() {
        abort.abort(new Error("Ctrl+C"));
        return undefined;
      },
    };
    const { plan, apply } = bench(
      cloud,
      [thing(cloud, "a", { overrides }), thing(cloud, "b", { after: ["a"] })],
      abort.signal,
    );
    const result = await apply(await plan());
    expect(result.outcome).toBe("interrupted");
    expect(cloud.calls).toEqual([]);
  });
});

describe("the guide's order", () => {
  it("keeps the first write of a later step behind that of an earlier one, not behind its end", async () => {
    const cloud = memoryCloud();
    const slow = (name: string): Parameters<typeof thing>[2] => ({
      step: 4,
      overrides: {
        async create(_props, context) {
          await context.services.http.send({
            method: "POST",
            url: `https://graph.microsoft.com/v1.0/${name}`,
          });
          await context.clock.sleep(3_600_000);
          cloud.calls.push(`end ${name}`);
          cloud.objects.set(name, {});
          return undefined;
        },
      },
    });
    const { plan, apply } = bench(cloud, [
      thing(cloud, "late", { step: 7 }),
      thing(cloud, "package", slow("package")),
      thing(cloud, "first", { step: 1 }),
    ]);
    await apply(await plan());
    expect(cloud.calls).toEqual(["create first", "sent POST /v1.0/package", "create late", "end package"]);
  });
});

describe("gates", () => {
  const gate = (
    cloud: ReturnType<typeof memoryCloud>,
    name: string,
    after: string[] = [],
  ): ReturnType<typeof thing> =>
    thing(cloud, name, {
      step: 3,
      after,
      overrides: {
        nature: "gate",
        async read(_props, context): Promise<Observation<{ name: string }>> {
          const passed = cloud.objects.has(name) || context.confirmation(thingAddress(name)) !== undefined;
          return passed ? { status: "present", id: name, fields: {}, data: { name } } : { status: "absent" };
        },
        instructions: () => ({
          steps: ["click"],
          link: "https://example.org",
          usualMinutes: 2,
          simulation: { action: "none", payload: {} },
        }),
      },
    });

  it("leaves a gate open, blocks what stands behind it, and does the rest", async () => {
    const cloud = memoryCloud();
    const { plan, apply } = bench(cloud, [
      gate(cloud, "consent"),
      thing(cloud, "behind", { step: 4, after: ["consent"] }),
      thing(cloud, "aside", { step: 7 }),
    ]);
    const result = await apply(await plan());
    expect(result.outcome).toBe("waiting-for-person");
    expect(result.gates.map(({ resource }) => resource.address)).toEqual([thingAddress("consent")]);
    expect(cloud.calls).toEqual(["create aside"]);
  });

  it("goes on by itself when the probe sees that a person acted", async () => {
    const cloud = memoryCloud();
    const { plan, apply, events, clock } = bench(cloud, [
      gate(cloud, "consent"),
      thing(cloud, "behind", { step: 4, after: ["consent"] }),
    ]);
    const running = apply(await plan(), { patienceMs: Number.POSITIVE_INFINITY });
    await clock.sleep(120_000);
    cloud.objects.set("consent", {});
    expect((await running).outcome).toBe("done");
    expect(cloud.calls).toEqual(["create behind"]);
    const passed = events.find((event) => event.type === "gate-passed");
    expect(passed).toMatchObject({ confirmation: { by: "tester", how: "detected" } });
  });

  it("accepts a person's recorded word", async () => {
    const cloud = memoryCloud();
    const confirmation = {
      gate: thingAddress("consent"),
      by: "kim",
      at: "2026-01-01T00:00:00Z",
      how: "confirmed",
    } as const;
    cloud.confirmations.set(confirmation.gate, confirmation);
    const { plan } = bench(cloud, [gate(cloud, "consent")]);
    expect((await plan()).summary).toMatchObject({ gate: 0, none: 1 });
  });
});
