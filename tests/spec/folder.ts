import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type LoadedSpec, type LoadOptions, loadSpec, type RefusedSpec } from "../../src/spec/index.ts";

/** A sound spec with a bit of everything; tests lay what they are about over it. */
export const BASE = `apiVersion: psc/v1
kind: Environment
tenant: contoso.onmicrosoft.com
solution: patient-contact-center
environment:
  domain: contosohealth
azure:
  subscription: 11111111-1111-4111-8111-111111111111
identity:
  groups:
    users: Users
    agents: Agents
    botAdmins: Bot Administrators
operatingHours:
  - { name: Weekdays, timeZone: America/New_York, open: { mon-fri: 08:00-18:00 } }
queues:
  - { name: Patient bot, members: [bot] }
  - { name: Escalate to Human, priority: 1, operatingHours: Weekdays, members: [group/agents] }
workstreams:
  - name: Patient chat
    channel: chat
    bot: true
    variables: { EscalateToAgent: number, Topic: text }
    route:
      - { name: Human Agent, when: { EscalateToAgent: 1 }, to: Escalate to Human }
      - { name: Bot first, to: Patient bot }
    fallback: Escalate to Human
    widget: {}
`;

export interface Folder {
  readonly path: string;
  readonly load: (file: string, options?: LoadOptions) => LoadedSpec | RefusedSpec;
}

/** A folder with these files for the length of the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Folder {
  const path = mkdtempSync(join(tmpdir(), "psc-spec-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { path, load: (file, options) => loadSpec(file, { cwd: path, env: {}, ...options }) };
}

export function loadText(text: string, options?: LoadOptions): LoadedSpec | RefusedSpec {
  return folderWith({ "env.yaml": text }).load("env.yaml", options);
}

/** The result when the spec must be sound; its problems fail the test otherwise. */
export function sound(result: LoadedSpec | RefusedSpec): LoadedSpec {
  if (result.ok) return result;
  throw new Error(result.problems.map((problem) => `${problem.code} ${problem.message}`).join("\n"));
}
