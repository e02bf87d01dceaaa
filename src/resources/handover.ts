import type { Session } from "../session.ts";

/** One thing a person needs to go on with: an address, an id, a snippet. Never a secret. */
export interface HandoverFact {
  readonly title: string;
  readonly value: string;
  readonly note?: string;
}

function textMember(data: unknown, name: string): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const value = (data as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What the run's latest observations say that the people who work with the environment need next. */
export function handoverFacts(session: Session): readonly HandoverFact[] {
  const facts: HandoverFact[] = [];
  const observation = session.memory.observations.get("power-platform.environment");
  if (observation?.status === "present") {
    const instance = textMember(observation.data, "instanceUrl");
    const admin = textMember(observation.data, "adminUrl");
    if (instance !== undefined) facts.push({ title: "environment", value: instance });
    if (admin !== undefined) facts.push({ title: "admin center", value: admin });
  }
  return facts;
}
