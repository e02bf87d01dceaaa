import type { RunMemory } from "../engine/context.ts";
import type { EnvironmentSpec } from "../spec/model.ts";
import { application } from "./entra/application.ts";
import { account } from "./health-bot/account.ts";
import { channel } from "./health-bot/channel.ts";
import { widget } from "./omnichannel/widget.ts";
import { environment } from "./power-platform/environment.ts";

/** One thing a person needs to go on with: an address, an id, a snippet. Never a secret. */
export interface HandoverFact {
  readonly title: string;
  readonly value: string;
  readonly note?: string;
}

/**
 * What the run's latest observations say that the people who work with the environment need next: agents, the portal's
 * makers, the bot's authors. Where a fact goes is in its note ("Embed chat widget in Power Pages", Dynamics 365 Customer
 * Service; microsoft/industry `healthcare/solutions/patientServiceCenter/readme.md`).
 */
export function handoverFacts(run: {
  readonly memory: RunMemory;
  readonly spec: EnvironmentSpec;
}): readonly HandoverFact[] {
  const view = { observation: (address: string) => run.memory.observations.get(address) };
  const facts: HandoverFact[] = [];
  const power = environment.data(view);
  if (power !== undefined && power.instanceUrl !== "") {
    const apps = `${power.instanceUrl.replace(/\/$/, "")}/main.aspx?forceUCI=1&pagetype=apps`;
    facts.push({ title: "environment", value: power.instanceUrl, note: `id ${power.id}` });
    facts.push({
      title: "apps for agents",
      value: apps,
      note: "Customer Service workspace; roles take up to 15 minutes to reach Omnichannel",
    });
    facts.push({ title: "admin center", value: power.adminUrl });
  }
  const bot = account.data(view);
  if (bot !== undefined) facts.push({ title: "bot's portal", value: bot.managementPortalLink });
  const botId = channel.data(view)?.botId;
  if (botId !== undefined) facts.push({ title: "bot id", value: botId });
  const registration = application.data(view);
  if (registration !== undefined)
    facts.push({
      title: "bot's application",
      value: registration.appId,
      note: run.spec.identity.application.name,
    });
  for (const stream of run.spec.workstreams) {
    if (stream.widget === undefined) continue;
    const chat = widget.data(view, stream.widget.name);
    if (chat === undefined || chat.appId === "") continue;
    facts.push({
      title: `widget "${stream.widget.name}"`,
      value: chat.appId,
      note: `organization ${chat.orgId} at ${chat.orgUrl}`,
    });
    facts.push({
      title: "widget's script",
      value: chat.snippet,
      note: 'for the portal: Portal Management, content snippet "Chat Widget Code" of the website; then restart the portal',
    });
  }
  return facts;
}
