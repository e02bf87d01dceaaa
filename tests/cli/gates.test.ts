import { describe, expect, it } from "vitest";
import { findGate, shortGateName, typedGateName } from "../../src/cli/gate-address.ts";
import { gateBox } from "../../src/cli/render/gate-box.ts";
import { widthOf, withoutStyles } from "../../src/cli/styles.ts";
import { INSTRUCTIONS, sample } from "./sample-plan.ts";

const consent = sample({
  kind: "entra.omnichannel-consent",
  step: 3,
  persona: "Global Administrator",
  nature: "gate",
});
const channels = sample({
  kind: "omnichannel.channels",
  step: 5,
  persona: "System Administrator",
  nature: "gate",
});
const channel = sample({
  kind: "health-bot.channel",
  step: 9,
  persona: "Health Bot Administrator",
  nature: "gate",
});
const bridge = sample({
  kind: "health-bot.bridge",
  step: 8,
  persona: "Health Bot Administrator",
  nature: "gate",
});
const number = sample({ kind: "omnichannel.sms-number", name: "Patient texts", step: 11, nature: "gate" });
const gates = [consent, channels, channel, bridge, number];

describe("the name of a gate", () => {
  it("is short but says what it is about", () => {
    expect(gates.map(({ address }) => shortGateName(address))).toEqual([
      "omnichannel-consent",
      "omnichannel-channels",
      "health-bot-channel",
      "health-bot-bridge",
      'sms-number["Patient texts"]',
    ]);
    expect(typedGateName(number.address)).toBe(`'sms-number["Patient texts"]'`);
  });

  it.each([
    ["entra.omnichannel-consent", consent],
    ["omnichannel-consent", consent],
    ["consent", consent],
    ["channel", channel],
    ["channels", channels],
    ["bridge", bridge],
    ["sms-number", number],
    ["Patient texts", number],
    ['omnichannel.sms-number["Patient texts"]', number],
  ])("may be given as %s", (wanted, gate) => {
    expect(findGate(gates, wanted).address).toBe(gate.address);
  });

  it("is refused with a guess, or with all names", () => {
    expect(() => findGate(gates, "omnichannel-consnt")).toThrow(/no gate "omnichannel-consnt"/);
    const second = sample({ kind: "omnichannel.sms-number", name: "Reminders", nature: "gate" });
    expect(() => findGate([...gates, second], "sms-number")).toThrow(
      /could be .*Patient texts.* or .*Reminders/,
    );
  });
});

describe("the box of open gates", () => {
  const withValue = {
    ...INSTRUCTIONS,
    value: { name: "botId", pattern: /^[0-9a-f-]{36}$/, hint: "a GUID" },
  };
  const { probe: _, ...unprovable } = INSTRUCTIONS;
  const box = gateBox(
    [
      { resource: channel, instructions: withValue },
      { resource: consent, instructions: INSTRUCTIONS },
      { resource: bridge, instructions: unprovable },
    ],
    "dev.yaml --sandbox",
    100,
  );
  const text = withoutStyles(box.join("\n"));

  it("groups by persona and keeps the order of the guide within", () => {
    expect(text.indexOf("health-bot-bridge")).toBeLessThan(text.indexOf("health-bot-channel"));
    expect(text.match(/Health Bot Administrator/g)).toHaveLength(1);
  });

  it("gives steps, link, how psc knows, and the command that tells it", () => {
    expect(text).toContain("1. Open the link");
    expect(text).toContain(INSTRUCTIONS.link);
    expect(text).toContain("psc sees it by itself: both service principals exist");
    expect(text).toContain("psc gate confirm omnichannel-consent dev.yaml --sandbox ");
    expect(text).toContain("bring back the botId (a GUID) and tell psc:");
    expect(text).toContain("psc gate confirm health-bot-channel dev.yaml --sandbox --value <botId>");
    expect(text).toContain("psc cannot see this by itself");
  });

  it("is a rectangle", () => {
    expect(new Set(box.map(widthOf))).toEqual(new Set([100]));
  });

  it("lets a long link stand out of the frame rather than breaking it", () => {
    const long = { ...INSTRUCTIONS, link: `https://example.com/${"x".repeat(120)}` };
    const lines = gateBox([{ resource: consent, instructions: long }], "dev.yaml", 80).map(withoutStyles);
    expect(lines.some((line) => line.includes(long.link))).toBe(true);
  });
});
