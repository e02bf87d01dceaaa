/**
 * A process of its own for storage.test.ts: a sandbox in the given folder under random writes until it is killed.
 * Every write is printed once its answer has arrived, as JSON: `{turn, key, value}`, value null for a deleted row.
 */
import { writeSync } from "node:fs";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { startTestSandbox } from "../../harness/sandbox.ts";

const ORIGIN = "https://clinic.crm.dynamics.com";
const [folder = "", seed = "1"] = process.argv.slice(2);
const cloud = await startTestSandbox({
  speed: 1,
  // Small, so that the state is rewritten many times while the process runs.
  storage: folderStorage(folder, { rewriteAfterBytes: 40_000 }),
});
await cloud.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
await cloud.control("POST", "clock", { advanceMs: 60_000 });
const graphToken = await cloud.token("admin", "https://graph.microsoft.com");
const token = await cloud.token("admin", ORIGIN);
const groups: string[] = [];
for (let number = 0; number < 3; number += 1) {
  const named = { displayName: "g", mailNickname: "g", mailEnabled: false, securityEnabled: true };
  const made = await cloud.ask("POST", "https://graph.microsoft.com/v1.0/groups", {
    token: graphToken,
    body: named,
  });
  groups.push(made.body.id);
}
await cloud.control("POST", "clock", { advanceMs: 15 * 60_000 });

let state = Number(seed);
function random(below: number): number {
  // Mulberry32: small and even enough to choose writes.
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
say({ ready: true });

for (let turn = 0; ; turn += 1) {
  const value = `${seed}-${turn}-${"x".repeat(random(60))}`;
  const number = random(12);
  if (number < 3) {
    const id = groups[number] ?? "";
    const url = `https://graph.microsoft.com/v1.0/groups/${id}`;
    const body = { displayName: value, description: value };
    const answer = await cloud.ask("PATCH", url, { token: graphToken, body });
    if (answer.status !== 204) throw new Error(`PATCH ${url} answered ${answer.status}: ${answer.text}`);
    say({ turn, key: id, value });
    continue;
  }
  const key = `ee000000-0000-4000-8000-0000000000${String(number).padStart(2, "0")}`;
  const url = `${ORIGIN}/api/data/v9.2/accounts(${key})`;
  if (random(4) === 0) {
    const answer = await cloud.ask("DELETE", url, { token });
    if (answer.status === 204) say({ turn, key, value: null });
    continue;
  }
  const body = { name: value, description: value };
  const answer = await cloud.ask("PATCH", url, { token, body });
  if (answer.status !== 204) throw new Error(`PATCH ${url} answered ${answer.status}: ${answer.text}`);
  say({ turn, key, value });
}
