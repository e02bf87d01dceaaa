import { readFileSync, writeFileSync } from "node:fs";
import { it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { openWorkplace } from "../acceptance/support.ts";

const SPEC = readFileSync("/tmp/explore/spec.yaml", "utf8");
it("explores", async () => {
  const place = await openWorkplace();
  const t0 = performance.now();
  const log: string[] = [];
  const lap = (...s: unknown[]) => {
    log.push([Math.round(performance.now() - t0), ...s].join(" "));
  };
  place.write("kinds.yaml", SPEC);
  const except: string[] = [];
  const hold = async () => {
    const r = await place.sandbox.control("POST", "permissions", { withheld: ["*"], except });
    if (r.status !== 200) throw new Error(r.text);
  };
  const seen = new Set<string>();
  const g = (await place.sandbox.control("GET", "state?path=graph/permissionGrants")).body;
  lap(JSON.stringify(g));
  for (const row of Object.values(g) as any[])
    if (/Group/.test(row.scope)) {
      const r = await place.sandbox.control("POST", "state", {
        path: "graph/permissionGrants",
        where: { id: row.id },
        set: {
          scope:
            row.scope +
            " User.Read Application.Read.All Application.ReadWrite.All GroupMember.Read.All User.ReadBasic.All GroupMember.ReadWrite.All Group.ReadWrite.All LicenseAssignment.Read.All",
        },
      });
      lap(r.status, r.text);
    }
  await hold();
  const round = (
    list: { address: string; code: string; message: string; permission?: string; persona?: string }[],
  ) => {
    let fresh = 0;
    for (const p of list) {
      const name = p.permission ?? p.persona ?? "?";
      lap("   ", p.address, p.code, name, "|", p.persona, p.permission ? "" : p.message);
      for (const n of name.split(", ")) {
        const m = n.replace(/^an? /, "");
        seen.add(`${p.address.split("[")[0]} ${m}`);
        if (!except.includes(m)) {
          except.push(m);
          fresh++;
        }
      }
    }
    return fresh;
  };
  for (let i = 0; i < 40; i++) {
    const { json } = await place.psc("plan kinds.yaml --output json");
    lap("plan", json.problems.length);
    if (json.problems.length === 0) break;
    if (round(json.problems) === 0) break;
    await hold();
  }
  for (let i = 0; i < 60; i++) {
    const ran = await place.psc("deploy kinds.yaml --output json");
    let json;
    try {
      json = ran.json;
    } catch {
      lap(ran.stdout, ran.stderr);
      break;
    }
    lap("deploy", json.outcome, json.failures.length, json.finished.length);
    if (json.failures.length === 0) break;
    if (round(json.failures.map((f: any) => ({ address: f.address, ...f.error }))) === 0) break;
    await hold();
  }
  lap("never named");
  for (const { kind, permissions } of KINDS)
    for (const [side, list] of Object.entries(permissions))
      for (const p of list) {
        const plain = p.replace(/ \(.*/, "").toLowerCase();
        if (![...seen].some((s) => s.toLowerCase() === `${kind} ${plain}`))
          lap(
            "  ",
            kind,
            side,
            p,
            [...seen]
              .filter((s) => s.toLowerCase().endsWith(` ${plain}`))
              .map((s) => s.split(" ")[0])
              .join(","),
          );
      }
  writeFileSync("/tmp/explore/perm.txt", log.join("\n"));
  await place.close();
}, 120_000);
