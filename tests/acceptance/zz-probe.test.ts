import { rmSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import { openWorkplace } from "./support.ts";
it("x", async () => {
  const place = await openWorkplace();
  const d = await place.psc("deploy full.yaml");
  console.log(d.code);
  rmSync(join(place.folder, ".psc"), { recursive: true, force: true });
  const mark = await place.mark();
  const t = Date.now();
  const r = await place.psc("verify full.yaml --debug --output json");
  console.log(r.code, Date.now() - t, (await place.requests(mark)).length);
  console.log(r.stderr.split("\n").filter((l) => l.includes("EntityDefinitions")).join("\n"));
  const seen = new Set<string>();
  for (const e of r.json.evidence as { url: string; method: string }[]) if (e.url.includes("dynamics.com")) seen.add(`${e.method} ${e.url.split("?")[0]?.replace(/\([0-9a-f-]{36}\)/g, "({id})").replace(/.*v9.2\//, "")} ${e.url.includes("expand") ? e.url.replace(/.*expand/, "expand") : ""}`);
  console.log([...seen].join("\n"));
}, 60000);
