import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { escalationScenario, readEscalation } from "../../../src/resources/health-bot/escalation-scenario.ts";
import type { EnvironmentSpec, HealthBotSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { healthBotResources } from "../support/foundation.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const ADDRESS = 'health-bot.scenario["Escalate to agent"]';
type Handoff = HealthBotSpec["handoff"];

function withHandoff(handoff: Partial<Handoff>): EnvironmentSpec {
  const spec = contosoSpec();
  return {
    ...spec,
    healthBot: { ...spec.healthBot, handoff: { ...spec.healthBot.handoff, ...handoff } },
  };
}

describe("escalation scenario in the bot", () => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await startTenant();
    const spec = contosoSpec();
    const { result } = await tenant.deploy(spec, healthBotResources(spec));
    expect(result.failures).toEqual([]);
    await tenant.writes();
  });
  afterAll(() => tenant.close());

  it("takes a changed phrase and variable in one write", async () => {
    const spec = withHandoff({ phrase: "a human, please", sets: "NeedsAgent", value: 2 });
    expect(diffOf(await tenant.plan(spec, healthBotResources(spec)), ADDRESS)).toEqual({
      phrase: ["talk to a person", "a human, please"],
      sets: ["EscalateToAgent", "NeedsAgent"],
      value: [1, 2],
    });
    await tenant.deploy(spec, healthBotResources(spec));
    expect(await tenant.writes()).toEqual([expect.stringMatching(/^POST .*\/scenarios$/)]);
    expect(actionOf(await tenant.plan(spec, healthBotResources(spec)), ADDRESS).action).toBe("none");
  });
});

describe("reading a scenario", () => {
  const { handoff } = contosoSpec().healthBot;

  it("finds again what was written, whatever the message holds", () => {
    for (const message of [`It's "fine"`, "Überweisung …", "a \\ b\nnext", "(parentheses), {braces}"]) {
      const posted = escalationScenario({ ...handoff, message });
      const asText = { ...posted, code: JSON.stringify(posted.code) };
      for (const scenario of [posted, asText])
        expect(readEscalation(scenario)).toEqual({
          trigger: "escalate_to_agent",
          phrase: handoff.phrase,
          message,
          sets: handoff.sets,
          value: handoff.value,
          active: true,
        });
    }
  });

  it("understands the hand-written script of the training lab", () => {
    const scenario = {
      name: "Escalate",
      scenario_trigger: "escalate",
      code: {
        steps: [
          { id: "1", type: "statement", text: '"One moment"' },
          {
            id: "2",
            type: "action",
            onInit:
              'session.sendChannelData(\'Escalating\', {tags: JSON.stringify({type:"Escalate", context:{"EscalateToAgent":1}})});',
          },
        ],
      },
    };
    expect(readEscalation(scenario)).toMatchObject({
      message: "Escalating",
      sets: "EscalateToAgent",
      value: 1,
    });
  });

  it("takes a scenario that does something else for what it is", () => {
    const scenario = {
      name: "Escalate",
      scenario_trigger: "escalate",
      active: false,
      code: { steps: [{ id: "1", type: "action", onInit: "session.endDialog()" }] },
    };
    expect(readEscalation(scenario)).toEqual({
      trigger: "escalate",
      phrase: null,
      message: null,
      sets: null,
      value: null,
      active: false,
    });
    expect(readEscalation({ ...scenario, code: "not json" })).toMatchObject({ sets: null });
  });

  it("keeps its step ids from run to run", () => {
    const ids = (from: Handoff): string[] => escalationScenario(from).code.steps.map(({ id }) => id);
    expect(ids(handoff)).toEqual(ids({ ...handoff, phrase: "other words" }));
    for (const id of ids(handoff)) expect(id).toMatch(/^[0-9a-f]{12}-[0-9a-f]{16}-[0-9a-f]{4}$/);
  });
});
